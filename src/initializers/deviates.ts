// Random values of a distribution, from a generator of 32-bit integers.
import type { Generator } from './generator.js';

/** Uniform in (0, 1): the middles of 2³² equal steps, so that the mean is exactly ½. */
export function uniformDeviate(next: Generator): number {
  return (next() + 0.5) * 2 ** -32;
}

/**
 * Standard normal by comparisons alone. The usual ways need log, exp or cos, which engines round differently, or an
 * approximation of them; this one has nothing to approximate. |y| = k + x: k is drawn with weight exp(−k² / 2), x
 * uniform and kept with probability exp(−x · (2k + x) / 2), so that y is kept with weight exp(−y² / 2).
 *
 * @see Kahn, Applications of Monte Carlo, 1954; Karney, Sampling exactly from the normal distribution, 2016, algorithm
 * N
 */
export function normalDeviate(next: Generator): number {
  for (;;) {
    const k = normalInteger(next);
    if (k < 0) continue;
    const x = uniformDeviate(next);
    // The exponent may pass 1, so it is split into k + 1 equal parts.
    if (!happensEachTime(next, k + 1, (x * (2 * k + x)) / (2 * k + 2))) continue;
    return next() < 2 ** 31 ? -(k + x) : k + x;
  }
}

/** k ≥ 0 with weight exp(−k² / 2), or −1 for another try: exp(−k / 2) of k steps, kept with exp(−k · (k − 1) / 2). */
function normalInteger(next: Generator): number {
  let k = 0;
  while (happens(next, 0.5)) k++;
  return happensEachTime(next, k * (k - 1), 0.5) ? k : -1;
}

function happensEachTime(next: Generator, times: number, exponent: number): boolean {
  for (let i = 0; i < times; i++) {
    if (!happens(next, exponent)) return false;
  }
  return true;
}

/**
 * True with probability exp(−exponent), for an exponent from 0 to 1: uniform numbers fall below one another n times
 * with probability exponentⁿ / n!, and an even n says yes. @see von Neumann, Various techniques used in connection with
 * random digits, 1951
 */
function happens(next: Generator, exponent: number): boolean {
  let bound = exponent;
  let isEven = true;
  for (;;) {
    const value = uniformDeviate(next);
    if (value >= bound) return isEven;
    bound = value;
    isEven = !isEven;
  }
}
