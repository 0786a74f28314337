// What the known cases read: numbers from seeds, in sizes that fill no vector and no tile.
import { sizeOf } from '../core/shape.js';
import { tensor } from '../core/tensor.js';

/** The high 24 bits of a linear congruential generator (Knuth, TAOCP 2, 3.3.4), which 32-bit integers do alike everywhere. */
function draw(seed: number, length: number): Uint32Array {
  let state = seed;
  return Uint32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  });
}

/** Values from −1 to 1 in steps of 2⁻²³, times a power of two: all of them exact in float32. */
export function values(seed: number, length: number, scale = 1): Float32Array {
  return Float32Array.from(draw(seed, length), (bits) => (bits * 2 ** -23 - 1) * scale);
}

export const filled = (seed: number, shape: readonly number[], scale?: number) =>
  tensor(values(seed, sizeOf(shape), scale), shape);

export const nhwc = filled(1, [2, 13, 17, 19]);
export const nchw = filled(2, [2, 20, 13, 17]);
export const wide = filled(3, [1, 9, 11, 21], 16);
export const bytes = tensor(
  Uint8Array.from(draw(4, 2 * 23 * 31 * 3), (bits) => bits >>> 16),
  [2, 23, 31, 3],
);
