import { outputSize } from '../../core/layout.js';
import { type Params, reductions } from '../../core/params.js';
import { elementIndex } from './image.js';
import type { ReferenceKernel } from './kernel.js';
import { forEachTap, inputIndex, tapsInside } from './window.js';

/** The larger value, the first of ±0; NaN wins. */
export function larger(m: number, v: number): number {
  return !Number.isNaN(m) && (v > m || Number.isNaN(v)) ? v : m;
}

/** Taps of a window that fall inside the image with its padding. */
export function paddedTaps(p: Params, outY: number, outX: number): number {
  const height = p.paddingTop + p.inputHeight + p.paddingBottom;
  const width = p.paddingLeft + p.inputWidth + p.paddingRight;
  const [, rows] = tapsInside(outY * p.strideHeight, p.filterHeight, p.dilationHeight, height);
  const [, columns] = tapsInside(outX * p.strideWidth, p.filterWidth, p.dilationWidth, width);
  return rows * columns;
}

/** The largest value under each window, or the sum divided by the number of taps. */
export const pooling: ReferenceKernel = ([p], _, { input, output }) => {
  const at = inputIndex(p);
  const outputAt = elementIndex(outputSize(p), p.layout);
  const reduction = reductions[p.reduction];
  const compute = (n: number, outY: number, outX: number, c: number) => {
    let largest = -Infinity;
    let sum = 0;
    let taps = 0;
    forEachTap(p, outY, outX, (y, x) => {
      const v = input[at(n, y, x, c)];
      largest = larger(largest, v);
      sum = Math.fround(sum + v);
      taps++;
    });
    const count = reduction === 'averagePadded' ? paddedTaps(p, outY, outX) : taps;
    output[outputAt(n, outY, outX, c)] = reduction === 'max' ? largest : sum / Math.fround(count);
  };
  return [{ size: outputSize(p), compute }];
};
