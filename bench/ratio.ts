// Ratios of times: within one run round by round, and over layers as geometric means.
import { median, quantile } from '../src/bench/sampler.js';
import type { Row } from './run.js';

/** A ratio and its quartiles. */
export interface Ratio {
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

/** How many times longer `row` takes than `base`: the median over the rounds that both took part in. */
export function ratioOf(row: Row, base: Row): Ratio {
  const rounds = row.rounds.slice(0, base.rounds.length);
  const ratios = rounds.map((samples, i) => median(samples) / median(base.rounds[i]));
  return { median: median(ratios), quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
