// Random numbers from a seed, in 32-bit integer arithmetic that every engine does alike.
import { invalid } from '../core/errors.js';

/** Gives the next 32-bit unsigned integer. */
export type Generator = () => number;

/** xoshiro128**, of period 2¹²⁸ − 1. @see Blackman & Vigna, Scrambled linear pseudorandom number generators, 2021 */
export function xoshiro128(state: readonly [number, number, number, number]): Generator {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

/**
 * The generator of a seed: its state is the seed's next four numbers of a Weyl sequence, each mixed, so never all 0.
 */
export function generatorOf(seed: number): Generator {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    const fix = 'give each filter a seed of its own, so that a run can be repeated';
    throw invalid('ERR_OPTION', 'seed', 'an integer from 0 to 4294967295', seed, fix);
  }
  const word = (index: number) => mix(seed + Math.imul(index, 0x9e3779b9));
  return xoshiro128([word(1), word(2), word(3), word(4)]);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** A bijection of 32-bit words that changes half of the bits for each bit changed (the finaliser of MurmurHash3). */
function mix(word: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
