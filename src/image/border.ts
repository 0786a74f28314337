// Pictures continued beyond their edges, so that a filter does not darken them.
import { allocate, checkShape, sizeOf, type Tensor } from '../core/tensor.js';

export const borders = ['zero', 'replicate', 'reflect', 'wrap'] as const;
export type Border = (typeof borders)[number];

/** Rows and columns to add, integers ≥ 0. */
export interface Sides {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Which element of a row or column of `length` stands at position `i`, which may lie outside it. */
const sources: Record<Exclude<Border, 'zero'>, (i: number, length: number) => number> = {
  replicate: (i, length) => Math.max(0, Math.min(length - 1, i)),
  reflect: (i, length) => {
    const period = Math.max(1, 2 * (length - 1));
    const folded = modulo(i, period);
    return folded < length ? folded : period - folded;
  },
  wrap: modulo,
};

/**
 * A copy of an NHWC image with a border around it: `'replicate'` repeats the edge pixel, `'reflect'` mirrors without
 * repeating it and folds again where the border is wider than the image, `'wrap'` goes on at the other side.
 *
 * @returns [n, top + h + bottom, left + w + right, c]
 * @throws SepconvError `ERR_SHAPE`, `ERR_MEMORY` where that is too large
 */
export function padImage(image: Tensor, sides: Sides, border: Exclude<Border, 'zero'>): Tensor {
  const [batch, height, width, channels] = image.shape;
  const shape = [batch, sides.top + height + sides.bottom, sides.left + width + sides.right, channels];
  const data = allocate('Float32Array', sizeOf(checkShape('bordered picture', shape, 4))) as Float32Array;
  const columns = Array.from({ length: shape[2] }, (_, x) => sources[border](x - sides.left, width));
  let written = 0;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < shape[1]; y++) {
      const row = (n * height + sources[border](y - sides.top, height)) * width;
      for (const column of columns) {
        const pixel = (row + column) * channels;
        for (let c = 0; c < channels; c++) data[written++] = image.data[pixel + c];
      }
    }
  }
  return { data, shape };
}

function modulo(i: number, length: number): number {
  return ((i % length) + length) % length;
}
