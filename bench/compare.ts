/// <reference path="./benchmark.d.ts" />
// Two runs, layer by layer: what a change made faster or slower, and whether the ratios within each run agree.
import Benchmark from 'benchmark';
import { median } from '../src/measure/sampler.js';
import { agrees, type Estimate, estimate, geometricMean, ratios } from './ratio.js';
import { type Result, type Row, rowOf } from './result.js';
import { duration, intervalText, times } from './table.js';

interface Pair {
  readonly layer: string;
  readonly before: Row;
  readonly after: Row;
  /** The ratio of the second run to the contender that was the best of the class in the first. */
  readonly ratio: Estimate | undefined;
}

/**
 * A header, a line for each row that both runs have, and the mean of each contender. `machine` is how much faster the
 * machine's own limit was in the second run: what a busy neighbour did, not the change.
 */
export function comparisonLines(before: Result, after: Result): string[][] {
  const pairs = pairsOf(before, after);
  const header = ['', 'contender', 'before', 'after', 'speed', 'machine', 'differs', '× best', '95 %', 'now', 'agrees'];
  return [header, ...pairs.map(lineOf), ...meanLines(pairs)];
}

/** How many ratios of the second run lie in the 95 % prediction intervals of the first. */
export function agreement(before: Result, after: Result): string {
  const compared = pairsOf(before, after).filter(({ ratio }) => ratio !== undefined);
  const agreeing = compared.filter((pair) => isAsExpected(pair));
  return `agrees: ${agreeing.length} of ${compared.length} ratios lie in the 95 % prediction interval of the earlier run`;
}

function pairsOf(before: Result, after: Result): Pair[] {
  return after.layers.flatMap((result) => {
    const old = before.layers.find(({ layer }) => layer.name === result.layer.name);
    return result.rows.flatMap((row): Pair[] => {
      const was = old && rowOf(old, row.contender);
      if (was === undefined) return [];
      const base = was.best === row.contender ? undefined : rowOf(result, was.best);
      const ratio = base && estimate(ratios(row.launches, base.launches));
      return [{ layer: result.layer.name, before: was, after: row, ratio }];
    });
  });
}

function isAsExpected({ before, ratio }: Pair): boolean {
  return ratio !== undefined && agrees(before.timesBest, ratio.value);
}

function lineOf(pair: Pair): string[] {
  const { layer, before, after, ratio } = pair;
  const limits = [before, after].map(({ roofline }) => roofline);
  const hasLimits = limits.every(({ length }) => length > 0);
  const difference = compare(after, before);
  return [
    layer,
    after.contender,
    duration(before.median),
    duration(after.median),
    times(before.median / after.median),
    hasLimits ? times(geometricMean(limits[0]) / geometricMean(limits[1])) : '',
    difference > 0 ? 'faster' : difference < 0 ? 'slower' : 'no',
    before.timesBest.value.toFixed(2),
    ratio === undefined ? '' : intervalText(before.timesBest),
    ratio === undefined ? '' : ratio.value.toFixed(2),
    ratio === undefined ? '' : isAsExpected(pair) ? 'yes' : 'no',
  ];
}

function meanLines(pairs: readonly Pair[]): string[][] {
  const contenders = [...new Set(pairs.map(({ after }) => after.contender))];
  return contenders.map((contender) => {
    const own = pairs.filter(({ after }) => after.contender === contender);
    const mean = geometricMean(own.map(({ before, after }) => before.median / after.median));
    const compared = own.filter(({ ratio }) => ratio !== undefined);
    const agreeing = compared.length === 0 ? '' : `${compared.filter(isAsExpected).length} of ${compared.length}`;
    return [`geometric mean of ${own.length}`, contender, '', '', times(mean), '', '', '', '', '', agreeing];
  });
}

/** The launches are what is independent: turns of one launch share its process, its memory and its moment. */
function compare(first: Row, second: Row): number {
  const [one, other] = [first, second].map(({ launches }) => {
    const benchmark = new Benchmark(() => {});
    benchmark.stats.sample = launches.map(median);
    return benchmark;
  });
  return one.compare(other);
}
