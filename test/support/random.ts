// Random numbers from a seed, and the kinds of values that find rounding faults.
import type { TensorData } from '../../src/core/arrays.js';

/** The seed of this run's random cases; SEED=… repeats a run. */
export const runSeed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Random cases of each property; RUNS=… makes them more or fewer. */
export const runCount = Number(process.env.RUNS ?? 300);

/** A generator of integers in [0, 2^32): xorshift32. */
export function generator(seed: number): () => number {
  let state = (seed * 2654435761 + 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

type Draw = (next: () => number) => number;

/** 24 random bits of mantissa, a random sign, an exponent in a range. */
function spread(low: number, high: number): Draw {
  return (next) => {
    const mantissa = 1 + (next() >>> 9) / 2 ** 23;
    const exponent = low + (next() % (high - low + 1));
    return (next() % 2 === 0 ? mantissa : -mantissa) * 2 ** exponent;
  };
}

const specials = [NaN, Infinity, -Infinity, 0, -0, 2 ** -149, -(2 ** -149), 2 ** -127, 3.4e38, -3.4e38, 2 ** -126, 1];

const ordinary = spread(-6, 3);
const sprinkled: Draw = (next) => (next() % 16 === 0 ? specials[next() % specials.length] : ordinary(next));
const zeros: Draw = (next) => (next() % 2 === 0 ? -0 : 0);
const integers: Draw = (next) => (next() % 17) - 8;

/** For each kind of case: how its inputs (and residuals) and its weights (and biases) are drawn. */
const draws = {
  ordinary: { input: ordinary, weight: ordinary },
  integers: { input: integers, weight: (next) => (next() % 9) - 4 },
  /** Whole numbers and quarters, whose sums are often halfway between two whole numbers. */
  quarters: { input: integers, weight: (next) => ((next() % 7) - 2) / 4 },
  specials: { input: sprinkled, weight: ordinary },
  specialWeights: { input: ordinary, weight: sprinkled },
  subnormal: { input: spread(-149, -124), weight: ordinary },
  underflow: { input: spread(-80, -60), weight: spread(-80, -60) },
  huge: { input: spread(120, 127), weight: spread(-2, 1) },
  overflow: { input: spread(60, 70), weight: spread(60, 66) },
  zeros: { input: zeros, weight: (next) => (next() % 4 === 0 ? ordinary(next) : zeros(next)) },
} satisfies Record<string, { input: Draw; weight: Draw }>;

export type ValueKind = keyof typeof draws;
export const valueKinds = Object.keys(draws) as ValueKind[];

/** Fills an array with values of a kind, or with any bytes. */
export function fill<D extends TensorData>(data: D, kind: ValueKind, role: 'input' | 'weight', next: () => number): D {
  const draw: Draw = data instanceof Uint8Array ? (random) => random() % 256 : draws[kind][role];
  for (let i = 0; i < data.length; i++) data[i] = draw(next);
  return data;
}
