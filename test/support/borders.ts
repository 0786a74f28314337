// Images with a border around them, found by walking from pixel to pixel.

import type { Sides } from '../../src/core/padding.js';
import type { Border } from '../../src/core/params.js';
import type { Tensor } from '../../src/core/tensor.js';
import { at, generate } from './tensors.js';

/** Steps from pixel to pixel, as one would walk: turning at the edges, jumping to the other side, or staying. */
const steps: Record<Exclude<Border, 'zero'>, (size: number) => (i: number) => number> = {
  replicate: (size) => (i) => Math.max(0, Math.min(size - 1, i)),
  wrap: (size) => (i) => (i < 0 ? walk(-i, size - 1, (at) => (at + size - 1) % size) : i % size),
  reflect: (size) => (i) => {
    let [place, direction] = [0, i < 0 ? -1 : 1];
    for (let step = 0; step < Math.abs(i) && size > 1; step++) {
      if (place + direction < 0 || place + direction >= size) direction = -direction;
      place += direction;
    }
    return place;
  },
};

function walk(count: number, first: number, next: (at: number) => number): number {
  let place = first;
  for (let i = 1; i < count; i++) place = next(place);
  return place;
}

/** A copy of an NHWC image with so many rows and columns around it. */
export function bordered(image: Tensor, { top, bottom, left, right }: Sides, border: Border): Tensor {
  const [n, h, w, c] = image.shape;
  return generate([n, top + h + bottom, left + w + right, c], ([batch, row, column, channel]) => {
    const [y, x] = [row - top, column - left];
    if (border !== 'zero') return at(image, [batch, steps[border](h)(y), steps[border](w)(x), channel]);
    return y >= 0 && y < h && x >= 0 && x < w ? at(image, [batch, y, x, channel]) : 0;
  });
}
