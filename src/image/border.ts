// Pictures continued beyond their edges, so that a filter does not darken them.
import { allocate } from '../core/arrays.js';
import { type Continuation, copyWithBorder } from '../core/border.js';
import type { Sides } from '../core/padding.js';
import { readShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import type { Axes } from './axis.js';

/**
 * A copy of an NHWC image with a border around it: `'replicate'` repeats the edge pixel, `'reflect'` mirrors without
 * repeating it and folds again where the border is wider than the image, `'wrap'` goes on at the other side.
 *
 * @returns [n, top + h + bottom, left + w + right, c]
 * @throws SepconvError `ERR_SHAPE`, `ERR_MEMORY` where that is too large
 */
export function padImage(image: Tensor, sides: Sides, border: Continuation): Tensor {
  const [batch, inputHeight, inputWidth, inputChannels] = image.shape;
  const { top, bottom, left, right } = sides;
  const shape = [batch, top + inputHeight + bottom, left + inputWidth + right, inputChannels];
  const data = allocate('float32', sizeOf(readShape('bordered picture', shape, 4)));
  const padding = { paddingTop: top, paddingBottom: bottom, paddingLeft: left, paddingRight: right };
  copyWithBorder(image.data, data, border, { batch, inputHeight, inputWidth, inputChannels, ...padding, layout: 0 });
  return { data, shape };
}

/** What a transposed convolution runs on in place of a picture, and the padding that gives the shape it would have had. */
export interface Enlargeable {
  readonly input: Tensor;
  readonly padding: Sides;
  readonly outputPadding: readonly [number, number];
}

/** Continues a picture by the pixels that reach into a result enlarged by transposed convolution. */
export function continueForTransposed(image: Tensor, axes: Axes, border: Continuation): Enlargeable {
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
