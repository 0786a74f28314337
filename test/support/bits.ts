// Comparison by bits, and arrays whose surroundings tell what was written or read beyond them.
import type { Tensor } from '../../src/core/tensor.js';

const guardWords = 16;
const guard = 0xdeadbeef;

/** A float32 array between guards; `offset` of 1 starts it 4 bytes past a multiple of 64. */
export interface Guarded {
  readonly data: Float32Array;
  /** Throws where something was written around the array. */
  check(title: string): void;
}

/** An array to be written, full of guard values. */
export function guarded(length: number, offset: number): Guarded {
  const begin = guardWords + offset;
  const words = new Uint32Array(begin + length + guardWords).fill(guard);
  return {
    data: new Float32Array(words.buffer, begin * 4, length),
    check(title) {
      const isInside = (i: number) => i >= begin && i < begin + length;
      const at = words.findIndex((word, i) => word !== guard && !isInside(i));
      if (at >= 0)
        throw new Error(`${title}: wrote ${hex(words[at])} at element ${at - begin} of an array of ${length}`);
    },
  };
}

/** An array to be read, with NaN around it, so that what is read beyond it shows. */
export function surrounded(length: number, offset: number): Float32Array {
  const begin = guardWords + offset;
  return new Float32Array(begin + length + guardWords).fill(NaN).subarray(begin, begin + length);
}

export function bitsOf(data: Float32Array): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}

/** Throws at the first element whose bits differ; NaNs are equal to each other. */
export function expectSameBits(
  title: string,
  actual: Tensor,
  expected: Tensor,
  layout = 'NHWC',
  about: unknown = '',
): void {
  if (`${actual.shape}` !== `${expected.shape}`) {
    throw new Error(`${title}: shape [${actual.shape}], expected [${expected.shape}]\n${JSON.stringify(about)}`);
  }
  const at = firstDifference(actual.data, expected.data);
  if (at < 0) return;
  const lines = [
    `${title}: differs at [n, y, x, c] = [${position(at, expected.shape, layout)}] (element ${at})`,
    `  expected ${expected.data[at]} ${hex(bitsOf(expected.data)[at])}`,
    `  received ${actual.data[at]} ${hex(bitsOf(actual.data)[at])}`,
    `  case ${JSON.stringify(about)}`,
  ];
  throw new Error(lines.join('\n'));
}

function firstDifference(actual: Float32Array, expected: Float32Array): number {
  const [a, b] = [bitsOf(actual), bitsOf(expected)];
  for (let i = 0; i < b.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(actual[i]) && Number.isNaN(expected[i]))) return i;
  }
  return -1;
}

function position(index: number, shape: readonly number[], layout: string): number[] {
  const place: number[] = [];
  for (const extent of shape.toReversed()) {
    place.unshift(index % extent);
    index = Math.floor(index / extent);
  }
  const [n, second, third, fourth] = place;
  return layout === 'NCHW' ? [n, third, fourth, second] : [n, second, third, fourth];
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
