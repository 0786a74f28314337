// Where an element stands in memory, in either layout.
import type { ImageSize } from '../../core/layout.js';

/** The index of [n, y, x, c]. */
export type ElementIndex = (n: number, y: number, x: number, c: number) => number;

export function elementIndex({ height, width, channels }: ImageSize, layout: number): ElementIndex {
  return layout === 0
    ? (n, y, x, c) => ((n * height + y) * width + x) * channels + c
    : (n, y, x, c) => ((n * channels + c) * height + y) * width + x;
}

/** Calls `visit` for every element of an image. */
export function forEachElement(
  { batch, height, width, channels }: ImageSize,
  visit: (n: number, y: number, x: number, c: number) => void,
): void {
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) visit(n, y, x, c);
      }
    }
  }
}
