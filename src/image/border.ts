// Pictures continued beyond their edges, so that a filter does not darken them.

import { allocate } from '../core/arrays.js';
import type { Border } from '../core/params.js';
import { readShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import type { Axes, Axis } from './axis.js';

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
  const data = allocate('float32', sizeOf(readShape('bordered picture', shape, 4))) as Float32Array;
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

/** What an operation runs on in place of a picture, and the padding that gives the shape it would have had. */
export interface Continued {
  readonly input: Tensor;
  readonly padding: Sides;
  readonly outputPadding?: readonly [number, number];
}

/** Continues a picture by what the windows see beyond it. */
export function continueForWindows(image: Tensor, axes: Axes, border: Exclude<Border, 'zero'>): Continued {
  const after = ({ input, output, before, stride, extent }: Axis) =>
    Math.max(0, (output - 1) * stride + extent - input - before);
  const { vertical, horizontal } = axes;
  const sides = { top: vertical.before, bottom: after(vertical), left: horizontal.before, right: after(horizontal) };
  const isInside = Object.values(sides).every((side) => side === 0);
  return { input: isInside ? image : padImage(image, sides, border), padding: none };
}

/** Continues a picture by the pixels that reach into a result enlarged by transposed convolution. */
export function continueForTransposed(image: Tensor, axes: Axes, border: Exclude<Border, 'zero'>): Continued {
  const [rows, columns] = [axes.vertical, axes.horizontal].map(({ input, output, before, stride, extent }) => {
    const reach = Math.ceil((extent - 1) / stride);
    const start = before + reach * stride;
    const end = (input + 2 * reach - 1) * stride + extent - start - output;
    return { reach, start, end: Math.max(0, end), extra: Math.max(0, -end) };
  });
  const sides = { top: rows.reach, bottom: rows.reach, left: columns.reach, right: columns.reach };
  return {
    input: padImage(image, sides, border),
    padding: { top: rows.start, bottom: rows.end, left: columns.start, right: columns.end },
    outputPadding: [rows.extra, columns.extra],
  };
}

const none: Sides = { top: 0, bottom: 0, left: 0, right: 0 };

function modulo(i: number, length: number): number {
  return ((i % length) + length) % length;
}
