// The elements of an image: where each stands in memory, in either layout, and a pass over them.
import type { ImageSize } from '../../core/layout.js';

/** The index of [n, y, x, c]. */
export type ElementIndex = (n: number, y: number, x: number, c: number) => number;

export function elementIndex({ height, width, channels }: ImageSize, layout: number): ElementIndex {
  return layout === 0
    ? (n, y, x, c) => ((n * height + y) * width + x) * channels + c
    : (n, y, x, c) => ((n * channels + c) * height + y) * width + x;
}

/** How each element of an image is computed. None needs another one of the same pass. */
export interface ElementPass {
  readonly size: ImageSize;
  compute(n: number, y: number, x: number, c: number): void;
}

export function countElements({ size: { batch, height, width, channels } }: ElementPass): number {
  return batch * height * width * channels;
}

/** Computes the elements [begin, end) of a pass: the channels of a pixel, the pixels of a row, the rows of each image. */
export function computeElements(pass: ElementPass, begin: number, end: number): void {
  const { height, width, channels } = pass.size;
  let c = begin % channels;
  let x = Math.floor(begin / channels) % width;
  let y = Math.floor(begin / (channels * width)) % height;
  let n = Math.floor(begin / (channels * width * height));
  for (let i = begin; i < end; i++) {
    pass.compute(n, y, x, c);
    if (++c < channels) continue;
    c = 0;
    if (++x < width) continue;
    x = 0;
    if (++y < height) continue;
    y = 0;
    n++;
  }
}
