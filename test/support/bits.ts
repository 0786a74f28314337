// Comparison by bits, and arrays whose surroundings tell what was written or read beyond them.

import type { TensorData } from '../../src/core/arrays.js';
import type { Dtype } from '../../src/core/params.js';
import type { Tensor } from '../../src/core/tensor.js';

const arrays = { float32: Float32Array, uint8: Uint8Array };
const guardElements = 16;
const guard = 0xdeadbeef;

/** An array between guards; `offset` of 1 starts a float32 one 4 bytes past a multiple of 64, a uint8 one 1 byte. */
export interface Guarded<D> {
  readonly data: D;
  /** Throws where something was written around the array. */
  check(title: string): void;
}

/** An array to be written, full of guard values. */
export function guarded(dtype: Dtype, length: number, offset: number): Guarded<TensorData> {
  const { BYTES_PER_ELEMENT: size } = arrays[dtype];
  const begin = (guardElements + offset) * size;
  const end = begin + length * size;
  const words = new Uint32Array(Math.ceil(end / 4) + guardElements).fill(guard);
  const untouched = new Uint8Array(Uint32Array.of(guard).buffer);
  const bytes = new Uint8Array(words.buffer);
  const writtenAt = (from: number, to: number) =>
    bytes.subarray(from, to).findIndex((byte, i) => byte !== untouched[(from + i) % 4]);
  return {
    data: new arrays[dtype](words.buffer, begin, length),
    check(title) {
      const [before, after] = [writtenAt(0, begin), writtenAt(end, bytes.length)];
      if (before < 0 && after < 0) return;
      const at = Math.floor((before >= 0 ? before - begin : after + end - begin) / size);
      throw new Error(`${title}: wrote at element ${at} of an array of ${length}`);
    },
  };
}

/** An array to be read, with NaN (or 255) around it, so that what is read beyond it shows. */
export function surrounded(dtype: Dtype, length: number, offset: number): TensorData {
  const begin = guardElements + offset;
  const all = new arrays[dtype](begin + length + guardElements).fill(dtype === 'uint8' ? 255 : NaN);
  return all.subarray(begin, begin + length);
}

/** The bits of each element, as numbers. */
export function bitsOf(data: TensorData): Uint32Array | Uint8Array {
  return data instanceof Uint8Array ? data : new Uint32Array(data.buffer, data.byteOffset, data.length);
}

/** Throws at the first element whose bits differ; NaNs are equal to each other. */
export function expectSameBits(
  title: string,
  actual: Tensor<TensorData>,
  expected: Tensor<TensorData>,
  layout = 'NHWC',
  about: unknown = '',
): void {
  if (`${actual.shape}` !== `${expected.shape}`) {
    throw new Error(`${title}: shape [${actual.shape}], expected [${expected.shape}]\n${JSON.stringify(about)}`);
  }
  if (actual.data instanceof Uint8Array !== expected.data instanceof Uint8Array) {
    throw new Error(`${title}: another type than expected\n${JSON.stringify(about)}`);
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

function firstDifference(actual: TensorData, expected: TensorData): number {
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
