/// <reference path="./benchmark.d.ts" />
// Two runs, layer by layer: what a change made faster or slower.
import Benchmark from 'benchmark';
import { median } from '../src/bench/sampler.js';
import { geometricMean } from './ratio.js';
import { type Result, rowOf } from './result.js';
import type { Row } from './run.js';
import { duration } from './table.js';

interface Pair {
  readonly layer: string;
  readonly before: Row;
  readonly after: Row;
}

/**
 * A header, a line for each row that both runs have, and the mean of each contender. `machine` is how much faster the
 * machine's own limit was in the second run: what a busy neighbour did, not the change.
 */
export function comparisonLines(before: Result, after: Result): string[][] {
  const pairs = after.layers.flatMap((result) => {
    const old = before.layers.find(({ layer }) => layer.name === result.layer.name);
    return result.rows.flatMap((row): Pair[] => {
      const was = old && rowOf(old, row.contender);
      return was === undefined ? [] : [{ layer: result.layer.name, before: was, after: row }];
    });
  });
  const header = ['', 'contender', 'before', 'after', 'speed', 'machine', 'differs'];
  return [header, ...pairs.map(lineOf), ...meanLines(pairs)];
}

function lineOf({ layer, before, after }: Pair): string[] {
  const machine = before.roofline && after.roofline ? times(before.roofline / after.roofline) : '';
  const difference = compare(after, before);
  return [
    layer,
    after.contender,
    duration(before.median),
    duration(after.median),
    times(before.median / after.median),
    machine,
    difference > 0 ? 'faster' : difference < 0 ? 'slower' : 'no',
  ];
}

function meanLines(pairs: readonly Pair[]): string[][] {
  const contenders = [...new Set(pairs.map(({ after }) => after.contender))];
  return contenders.map((contender) => {
    const own = pairs.filter(({ after }) => after.contender === contender);
    const mean = geometricMean(own.map(({ before, after }) => before.median / after.median));
    return [`geometric mean of ${own.length}`, contender, '', '', times(mean), '', ''];
  });
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** The medians of the rounds are what is independent: samples of one round share its moment. */
function compare(first: Row, second: Row): number {
  const [one, other] = [first, second].map(({ rounds }) => {
    const benchmark = new Benchmark(() => {});
    benchmark.stats.sample = rounds.map(median);
    return benchmark;
  });
  return one.compare(other);
}
