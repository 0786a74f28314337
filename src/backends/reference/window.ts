// The arithmetic of one output element of a convolution.
import type { Stage } from '../../core/kernels.js';
import { inputSize, outputSize } from '../../core/layout.js';
import type { Params } from '../../core/params.js';
import { activate } from './activation.js';
import { type ElementIndex, type ElementPass, elementIndex } from './image.js';
import type { Operands } from './kernel.js';

/** Adds one rounded product to a sum and rounds again: two roundings, never fused. */
export function addProduct(sum: number, x: number, f: number): number {
  return Math.fround(sum + Math.fround(x * f));
}

/** The taps [begin, end) of one axis that fall inside [0, size), of a window whose tap 0 stands at `origin`. */
export function tapsInside(origin: number, filter: number, dilation: number, size: number): [number, number] {
  return [Math.max(0, Math.ceil(-origin / dilation)), Math.min(filter, Math.ceil((size - origin) / dilation))];
}

/** Calls `visit` for each tap (ky, kx) of an output pixel's window that falls inside the input, in canonical order. */
export function forEachTap(
  p: Params,
  outY: number,
  outX: number,
  visit: (y: number, x: number, ky: number, kx: number) => void,
): void {
  const top = outY * p.strideHeight - p.paddingTop;
  const left = outX * p.strideWidth - p.paddingLeft;
  const [firstRow, rowsEnd] = tapsInside(top, p.filterHeight, p.dilationHeight, p.inputHeight);
  const [firstColumn, columnsEnd] = tapsInside(left, p.filterWidth, p.dilationWidth, p.inputWidth);
  for (let ky = firstRow; ky < rowsEnd; ky++) {
    for (let kx = firstColumn; kx < columnsEnd; kx++) {
      visit(top + ky * p.dilationHeight, left + kx * p.dilationWidth, ky, kx);
    }
  }
}

/**
 * The pass that writes the output of a convolution: the sum begins at the bias, `sumTaps` adds the products, the residual
 * follows, then the activation.
 */
export function convolve(
  p: Params,
  { bias, slope }: Stage,
  { output, residual }: Operands,
  sumTaps: (sum: number, n: number, y: number, x: number, c: number) => number,
): ElementPass {
  const at = elementIndex(outputSize(p), p.layout);
  const compute = (n: number, y: number, x: number, c: number) => {
    const i = at(n, y, x, c);
    let sum = sumTaps(bias[c], n, y, x, c);
    if (residual !== undefined) sum = Math.fround(sum + residual[i]);
    output[i] = activate(sum, p, slope[c]);
  };
  return { size: outputSize(p), compute };
}

/** The index of an input element. */
export function inputIndex(p: Params): ElementIndex {
  return elementIndex(inputSize(p), p.layout);
}
