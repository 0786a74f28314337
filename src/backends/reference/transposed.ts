import type { Params } from '../../core/params.js';
import { sumOver } from './conv2d.js';
import type { ReferenceKernel } from './kernel.js';

/** Calls `visit` for each tap (ky, kx) by which an input pixel reaches an output pixel, in canonical order. */
export function forEachReachingTap(
  p: Params,
  outY: number,
  outX: number,
  visit: (y: number, x: number, ky: number, kx: number) => void,
): void {
  for (let ky = 0; ky < p.filterHeight; ky++) {
    const y = (outY + p.paddingTop - ky * p.dilationHeight) / p.strideHeight;
    if (!Number.isInteger(y) || y < 0 || y >= p.inputHeight) continue;
    for (let kx = 0; kx < p.filterWidth; kx++) {
      const x = (outX + p.paddingLeft - kx * p.dilationWidth) / p.strideWidth;
      if (Number.isInteger(x) && x >= 0 && x < p.inputWidth) visit(y, x, ky, kx);
    }
  }
}

/** The sum of conv2d over the taps with oy = y · stride − padding + ky · dilation, and so for x. */
export const transposed: ReferenceKernel = /* @__PURE__ */ sumOver(forEachReachingTap);
