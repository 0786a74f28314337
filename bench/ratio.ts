// Figures that every launch gives once (a ratio of times, a share of the limit), and what another run should find.
import { median } from '../src/measure/sampler.js';

/**
 * The median over the launches of a run, and its 95 % prediction interval: where the median of another run of as many
 * launches falls with a probability of 95 %.
 */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [number, number];
}

/**
 * By the number of launches: how many standard deviations, as estimated from the launches of one run, 95 % of the medians
 * of other runs are away from its median at most. For normal values; with wild ones among them it is more than 95 %.
 */
const factors: Readonly<Record<number, number>> = { 3: 3.84, 4: 2.39, 5: 2.01, 6: 1.64, 7: 1.54, 8: 1.34 };

/** @param values ratios or times, one a launch; their logarithms are taken as normal */
export function estimate(values: readonly number[]): Estimate {
  const mean = geometricMean(values);
  const squares = values.reduce((sum, value) => sum + Math.log(value / mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  const value = median(values);
  const reach = Math.exp(factors[values.length] * deviation);
  return { value, interval: [value / reach, value * reach] };
}

/** Whether a figure is one that the run of this estimate led to expect. */
export function agrees({ interval: [low, high] }: Estimate, value: number): boolean {
  return low <= value && value <= high;
}

/** Seconds per call of each turn, one list a launch. */
type Launches = readonly (readonly number[])[];

/** How many times longer one takes than another, launch by launch: the median over the turns that both had. */
export function ratios(launches: Launches, base: Launches): number[] {
  return launches.map((turns, launch) => {
    const both = turns.slice(0, base[launch].length);
    return median(both.map((seconds, turn) => seconds / base[launch][turn]));
  });
}

/** How much of what a bound allows is reached in each launch; nothing without bounds. */
export function shares(bounds: readonly number[], launches: Launches): number[] {
  return bounds.map((seconds, launch) => seconds / median(launches[launch]));
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
