// The two halves fused: rows of depthwise output stay in scratch, small enough for the nearest caches, and the
// pointwise product reads them there.
import { Epilogue, fillEpilogue, secondPass } from './epilogue';
import { depthwisePack, depthwisePackedBytes, depthwiseRows } from './depthwise';
import { DepthwiseWindow } from './depthwise-tile';
import { at, next, Operands, Params, Weights } from './params';
import { pixelBlock, pointwisePack, pointwisePackedBytes, pointwiseProducts } from './pointwise';
import { productPixels } from './product';
import { Products } from './product-tile';
import { repeatedSize } from './repeated-rows';
import { floatBytes, lineBytes, sizeProduct, sizeSum } from './sizes';

/** Rows of depthwise output that are in scratch at once: whole rows, some 144 pixels. */
@inline function rowsTogether(p: Params): i32 {
  return max(pixelBlock / p.outputWidth, 1);
}

export function separablePackedBytes(p: Params): u64 {
  return sizeSum(depthwisePackedBytes(p), pointwisePackedBytes(next(p)));
}

export function separablePack(p: Params, weights: Weights, packed: usize): void {
  depthwisePack(p, weights, packed);
  pointwisePack(next(p), next(weights), packed + <usize>depthwisePackedBytes(p));
}

export function separableUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/**
 * What native code keeps on the stack stands at the start of scratch: two epilogues, a window, the products. In whole lines
 * of the cache, so that no vector of the rows behind it lies across two.
 */
const roomSize: usize = 2 * offsetof<Epilogue>() + offsetof<DepthwiseWindow>() + offsetof<Products>() + lineBytes - 1 & ~(lineBytes - 1);

@inline function depthwiseRowsBytes(p: Params): u64 {
  return floatBytes(sizeProduct(rowsTogether(p), p.outputWidth, p.outputChannels));
}

export function separableScratchBytes(p: Params): u64 {
  return sizeSum(roomSize, depthwiseRowsBytes(p), floatBytes(repeatedSize(p)));
}

export function separable(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const second = next(p);
  const between = changetype<Epilogue>(scratch);
  const e = next(between);
  const w = changetype<DepthwiseWindow>(scratch + 2 * offsetof<Epilogue>());
  const t = changetype<Products>(scratch + 2 * offsetof<Epilogue>() + offsetof<DepthwiseWindow>());
  const rowsOut = scratch + roomSize;
  const repeated = rowsOut + <usize>depthwiseRowsBytes(p);
  const outputRow = second.outputWidth * second.outputChannels;
  const panels = operands.packed + <usize>depthwisePackedBytes(p);
  fillEpilogue(between, p, rowsOut, 0, operands.slopes);
  fillEpilogue(e, second, operands.output, operands.residual, operands.secondSlopes);
  pointwiseProducts(second, t);
  for (let row = begin; row < end; ) {
    const rows = min(rowsTogether(p), end - row);
    depthwiseRows(between, w, operands.input, operands.packed, row, row + rows, rowsOut, repeated);
    const pixels = rows * second.outputWidth;
    const y = at(e.output, row * outputRow);
    productPixels(e, t, rowsOut, panels, 0, second.outputChannels, y, pixels);
    secondPass(e, y, pixels, 0, second.outputChannels);
    row += rows;
  }
}
