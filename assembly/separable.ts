// The two halves fused: rows of depthwise output stay in scratch, small enough for the nearest caches, and the
// pointwise product reads them there.
import { residualAt } from './activation';
import { depthwisePack, depthwisePackedSize, depthwiseRow, DepthwiseWindow } from './depthwise';
import { at, next, Operands, Params, Weights } from './params';
import { pixelBlock, pointwisePack, pointwisePackedSize, pointwiseProducts } from './pointwise';
import { productPixels, Products } from './product';

/** Rows of depthwise output that are in scratch at once: whole rows, some 144 pixels. */
@inline function rowsTogether(p: Params): i32 {
  return max(pixelBlock / p.outputWidth, 1);
}

export function separablePackedSize(p: Params): usize {
  return depthwisePackedSize(p) + pointwisePackedSize(next(p));
}

export function separablePack(p: Params, weights: Weights, packed: usize): void {
  depthwisePack(p, weights, packed);
  pointwisePack(next(p), next(weights), at(packed, <i32>depthwisePackedSize(p)));
}

export function separableUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/** What native code keeps on the stack stands at the start of scratch: the inner operands, a window, the products. */
const roomSize: usize = offsetof<Operands>() + offsetof<DepthwiseWindow>() + offsetof<Products>();

export function separableScratchSize(p: Params): usize {
  return (roomSize >> 2) + <usize>rowsTogether(p) * p.outputWidth * p.outputChannels;
}

export function separable(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const second = next(p);
  const inner = changetype<Operands>(scratch);
  const w = changetype<DepthwiseWindow>(scratch + offsetof<Operands>());
  const t = changetype<Products>(scratch + offsetof<Operands>() + offsetof<DepthwiseWindow>());
  const rowsOut = scratch + roomSize;
  const between = p.outputWidth * p.outputChannels;
  const rowSize = second.outputWidth * second.outputChannels;
  const panels = at(operands.packed, <i32>depthwisePackedSize(p));
  inner.input = operands.input;
  inner.output = rowsOut;
  inner.residual = 0;
  inner.packed = operands.packed;
  pointwiseProducts(second, t);
  for (let row = begin; row < end; ) {
    const rows = min(rowsTogether(p), end - row);
    for (let i = 0; i < rows; ++i) {
      const unit = row + i;
      depthwiseRow(p, inner, w, unit / p.outputHeight, unit % p.outputHeight, at(rowsOut, i * between));
    }
    const y = at(operands.output, row * rowSize);
    const pixels = rows * second.outputWidth;
    productPixels(second, t, rowsOut, panels, 0, second.outputChannels, residualAt(operands, y), y, pixels);
    row += rows;
  }
}
