// In how many values the builds and backends of one library differ from each other on this machine.
import type { Dtype } from '../src/core/params.js';
import type { Contender } from './contender.js';
import type { LayerResult } from './result.js';
import { percent } from './table.js';

/** Two contenders of one library on one layer. */
export interface Difference {
  readonly library: string;
  readonly first: string;
  readonly other: string;
  readonly values: number;
  /** Those that have other bits. */
  readonly different: number;
}

/** The first contender of each library beside its others. */
export function differencesOf(results: ReadonlyMap<Contender, Buffer>, dtype: Dtype): Difference[] {
  const all = [...results];
  return all.flatMap(([{ name, library }, bytes]): Difference[] => {
    const [first, expected] = all.find(([contender]) => contender.library === library)!;
    if (library === undefined || first.name === name) return [];
    return [{ library, first: first.name, other: name, ...count(expected, bytes, dtype === 'uint8' ? 1 : 4) }];
  });
}

function count(first: Buffer, other: Buffer, elementBytes: number): Pick<Difference, 'values' | 'different'> {
  let different = 0;
  for (let at = 0; at < first.length; at += elementBytes) {
    const end = at + elementBytes;
    if (first.compare(other, at, end, at, end) !== 0) different++;
  }
  return { values: first.length / elementBytes, different };
}

/** A header and a line for each pair, over all layers that both took. */
export function differenceLines(layers: readonly LayerResult[]): string[][] {
  const pairs = new Map<string, Difference[]>();
  for (const difference of layers.flatMap(({ differences }) => differences)) {
    const key = `${difference.first}, ${difference.other}`;
    pairs.set(key, [...(pairs.get(key) ?? []), difference]);
  }
  const lines = [...pairs].map(([names, some]) => {
    const values = some.reduce((sum, difference) => sum + difference.values, 0);
    const different = some.reduce((sum, difference) => sum + difference.different, 0);
    return [some[0].library, names, `${values}`, `${different}`, percent(different / values), `${some.length}`];
  });
  return [['', 'builds', 'values', 'differ', 'share', 'layers'], ...lines];
}
