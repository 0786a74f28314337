// The two halves fused: rows of depthwise output stay in scratch, small enough for the nearest caches, and the
// pointwise product reads them there.
import { Epilogue, fillEpilogue, secondPass } from './epilogue';
import { depthwisePack, depthwisePackedBytes, depthwiseRows } from './depthwise';
import { DepthwiseWindow } from './depthwise-tile';
import { at, next, Operands, Params, Weights } from './params';
import { pixelBlock, pointwisePack, pointwisePackedBytes, pointwiseProducts, sharesPanels } from './pointwise';
import { panelWidth, productPixels } from './product';
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

/**
 * Threads share the rows, or where those are few, the panels: each then computes all of the depthwise half, which must be a
 * small part of the whole.
 */
@inline function separableSharesPanels(p: Params): bool {
  return sharesPanels(next(p)) && next(p).outputChannels >= <i64>8 * p.filterHeight * p.filterWidth;
}

export function separableUnits(p: Params): i32 {
  return separableSharesPanels(p) ? (next(p).outputChannels - 1) / panelWidth + 1 : p.batch * p.outputHeight;
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

/** The output rows [begin, end) of the whole batch, of the output channels [first, last). */
function separableRows(
  p: Params, operands: Operands, scratch: usize, begin: i32, end: i32, first: i32, last: i32,
): void {
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
    productPixels(e, t, rowsOut, panels, first, last, y, pixels);
    secondPass(e, y, pixels, first, last);
    row += rows;
  }
}

export function separable(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const channels = next(p).outputChannels;
  if (separableSharesPanels(p)) {
    separableRows(
      p, operands, scratch, 0, p.batch * p.outputHeight, begin * panelWidth, min(end * panelWidth, channels),
    );
  } else {
    separableRows(p, operands, scratch, begin, end, 0, channels);
  }
}
