// Lanes hold neighbouring channels. Weights are packed [blocks of lanes][bias, taps][lanes], so that the weights of a
// vector stand together. The last block ends with the last channel, and computes those before it again. Where the channels
// are fewer than the lanes, neighbouring pixels join into cells that fill whole vectors (the three channels of a picture:
// 4 pixels are 3 vectors), if a cell's inputs are neighbours too; what is left goes lane by lane. Of a multiplier the input
// rows take the burden (repeated-rows.ts): in here there are as many inputs as outputs. Unlike the native twin, tiles are
// of one output row: V8 reads no operand of a product from memory, and has no room for the weights of two.
import { DepthwiseWindow, Edge, Inner, slidingTile, tilePixels, windowTile } from './depthwise-tile';
import { Epilogue, epilogueOf, secondPass } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import { repeatedSize, repeatedTogether, repeatRows, repeatsRows, topRow } from './repeated-rows';
import { Four, lanes, One, Two, vecLanes } from './simd';
import { floatBytes, sizeProduct, sizeSum } from './sizes';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

@inline function taps(p: Params): i32 {
  return p.filterHeight * p.filterWidth;
}

/** Pixels that join into a cell, or 0 where none do. */
function cellPixels(p: Params): i32 {
  if (p.outputChannels >= vecLanes || p.strideWidth != 1) return 0;
  let pixels = 1;
  while (pixels * p.outputChannels % vecLanes != 0) ++pixels;
  return pixels;
}

/** Channels that the blocks cover, those of a cell and those computed twice among them. */
function packedChannels(p: Params): i64 {
  if (p.outputChannels < vecLanes) return (cellPixels(p) + 1) * p.outputChannels;
  return (<i64>p.outputChannels + vecLanes - 1) / vecLanes * vecLanes;
}

export function depthwisePackedBytes(p: Params): u64 {
  return floatBytes(sizeProduct(packedChannels(p), <i64>taps(p) + 1));
}

/** Packs the channels from `first` on, beginning again after the last one, and returns where the next block goes. */
function packBlock(p: Params, weights: Weights, first: i32, lanes: i32, packed: usize): usize {
  for (let lane = 0; lane < lanes; ++lane) {
    const channel = (first + lane) % p.outputChannels;
    store<f32>(at(packed, lane), load<f32>(at(weights.bias, channel)));
    for (let t = 0; t < taps(p); ++t) {
      store<f32>(at(packed, (t + 1) * lanes + lane), load<f32>(at(weights.filter, t * p.outputChannels + channel)));
    }
  }
  return at(packed, lanes * (taps(p) + 1));
}

export function depthwisePack(p: Params, weights: Weights, packed: usize): void {
  const channels = p.outputChannels;
  if (channels < vecLanes) {
    for (let i = 0; i < cellPixels(p) * channels; i += vecLanes) packed = packBlock(p, weights, i, vecLanes, packed);
    for (let c = 0; c < channels; ++c) packed = packBlock(p, weights, c, 1, packed);
  } else {
    for (let c = 0; c < channels; c += vecLanes) {
      packed = packBlock(p, weights, min(c, channels - vecLanes), vecLanes, packed);
    }
  }
}

/** Windows of three or five columns, one or two columns apart, have tiles that may reach over the edges. */
@inline function slides<V>(p: Params): bool {
  if (!isVector<V>()) return false;
  const isWindow = p.filterWidth == 3 || p.filterWidth == 5;
  return isWindow && (p.strideWidth == p.dilationWidth || p.strideWidth == 2 * p.dilationWidth);
}

@inline function depthwiseTile<V, P, E>(
  e: Epilogue, w: DepthwiseWindow, x: usize, f: usize, y: usize, blocks: i32,
): void {
  const p = e.p;
  const areTwoApart = p.strideWidth != p.dilationWidth;
  if (sizeof<P>() == 1 || !slides<V>(p)) windowTile<V, P>(e, w, x, f, y, blocks);
  else if (p.filterWidth == 3 && !areTwoApart) slidingTile<One, One, E>(e, w, x, f, y, blocks);
  else if (p.filterWidth == 3) slidingTile<One, Two, E>(e, w, x, f, y, blocks);
  else if (!areTwoApart) slidingTile<Two, One, E>(e, w, x, f, y, blocks);
  else slidingTile<Two, Two, E>(e, w, x, f, y, blocks);
}

/** All channels of P pixels, whose first tap is at `x` and first output at `y`. */
function depthwiseChannels<V, P, E>(e: Epilogue, w: DepthwiseWindow, x: usize, packed: usize, y: usize): void {
  const channels = e.p.outputChannels;
  const blocks = channels / lanes<V>();
  depthwiseTile<V, P, E>(e, w, x, packed, y, blocks);
  if (blocks * lanes<V>() < channels) {
    const first = channels - lanes<V>();
    const last = at(packed, blocks * (taps(e.p) + 1) * lanes<V>());
    depthwiseTile<V, P, E>(e, w, at(x, first), last, at(y, first), 1);
  }
}

/** One pixel, of whose columns of taps some may be outside. */
function depthwisePixel<V>(e: Epilogue, w: DepthwiseWindow, row: usize, packed: usize, y: usize): void {
  const p = e.p;
  const firstTap = w.firstTap;
  const column = tapsBegin(w.left, p.inputWidth, p.filterWidth, p.dilationWidth);
  w.columns = tapsEnd(w.left, p.inputWidth, p.filterWidth, p.dilationWidth) - column;
  w.firstTap = firstTap + column;
  const x = at(row, (w.left + column * p.dilationWidth) * p.outputChannels);
  depthwiseChannels<V, One, Inner>(e, w, x, packed, y);
  w.columns = p.filterWidth;
  w.firstTap = firstTap;
}

/** The outputs [begin, end) of one row: tiles where four fit, of which the last one may compute outputs again. */
function depthwisePixels<V>(
  e: Epilogue, w: DepthwiseWindow, row: usize, packed: usize, y: usize, begin: i32, end: i32,
): void {
  const p = e.p;
  const innerBegin = interiorBegin(p.paddingLeft, p.strideWidth);
  const innerEnd = interiorEnd(
    p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft,
  );
  const tilesBegin = slides<V>(p) ? begin : max(begin, innerBegin);
  const tilesEnd = slides<V>(p) ? end : min(end, innerEnd);
  for (let outX = begin; outX < end; ) {
    const tiled = outX >= tilesBegin && outX < tilesEnd && tilesEnd - tilesBegin >= tilePixels;
    const first = tiled ? min(outX, tilesEnd - tilePixels) : outX;
    const out = at(y, first * p.outputChannels);
    w.left = first * p.strideWidth - p.paddingLeft;
    const x = at(row, w.left * p.outputChannels);
    if (!tiled) {
      depthwisePixel<V>(e, w, row, packed, out);
    } else if (first < innerBegin || first + tilePixels > innerEnd) {
      depthwiseChannels<V, Four, Edge>(e, w, x, packed, out);
    } else {
      depthwiseChannels<V, Four, Inner>(e, w, x, packed, out);
    }
    outX = tiled ? first + tilePixels : outX + 1;
  }
}

/** The outputs [begin, end) of one row, inside the input, in tiles of cells. */
function depthwiseCells(
  e: Epilogue, w: DepthwiseWindow, row: usize, packed: usize, y: usize, begin: i32, end: i32,
): void {
  const p = e.p;
  const cell = cellPixels(p) * p.outputChannels;
  const size = tilePixels * cellPixels(p);
  const step = w.pixelStep;
  w.pixelStep = cell << 2;
  w.outputStep = cell << 2;
  for (let outX = begin; outX < end; outX += size) {
    const first = min(outX, end - size);
    const x = at(row, (first - p.paddingLeft) * p.outputChannels);
    windowTile<v128, Four>(e, w, x, packed, at(y, first * p.outputChannels), cell / vecLanes);
  }
  w.pixelStep = step;
  w.outputStep = step;
}

/** One row of channels that are fewer than the lanes: cells where they fit, the rest lane by lane. */
function depthwiseFewChannels(e: Epilogue, w: DepthwiseWindow, row: usize, packed: usize, y: usize): void {
  const p = e.p;
  const perCell = cellPixels(p);
  const begin = interiorBegin(p.paddingLeft, p.strideWidth);
  const end = interiorEnd(p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft);
  const lanePacked = at(packed, perCell * p.outputChannels * (taps(p) + 1));
  if (perCell > 0 && end - begin >= tilePixels * perCell) {
    depthwisePixels<f32>(e, w, row, lanePacked, y, 0, begin);
    depthwiseCells(e, w, row, packed, y, begin, end);
    depthwisePixels<f32>(e, w, row, lanePacked, y, end, p.outputWidth);
  } else {
    depthwisePixels<f32>(e, w, row, lanePacked, y, 0, p.outputWidth);
  }
}

/**
 * Row `outY` of the outputs of one image. `rows` are its input rows from row `top` on, `y` its first output; `w` is room
 * for the window.
 */
function depthwiseRow(
  e: Epilogue, w: DepthwiseWindow, rows: usize, top: i32, packed: usize, outY: i32, y: usize,
): void {
  const p = e.p;
  const origin = outY * p.strideHeight - p.paddingTop;
  const firstRow = tapsBegin(origin, p.inputHeight, p.filterHeight, p.dilationHeight);
  const row = at(rows, (origin + firstRow * p.dilationHeight - top) * p.inputWidth * p.outputChannels);
  w.rows = tapsEnd(origin, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow;
  w.rowStep = p.dilationHeight * p.inputWidth * p.outputChannels << 2;
  w.columnStep = p.dilationWidth * p.outputChannels << 2;
  w.pixelStep = p.strideWidth * p.outputChannels << 2;
  w.outputStep = p.outputChannels << 2;
  w.columns = p.filterWidth;
  w.firstTap = firstRow * p.filterWidth;
  if (p.outputChannels >= vecLanes) {
    depthwisePixels<v128>(e, w, row, packed, y, 0, p.outputWidth);
  } else {
    depthwiseFewChannels(e, w, row, packed, y);
  }
  secondPass(e, y, p.outputWidth, 0, p.outputChannels);
}

/** The rows [begin, end) of the outputs of a whole batch, of which row `begin` goes to `y`. */
export function depthwiseRows(
  e: Epilogue, w: DepthwiseWindow, input: usize, packed: usize, begin: i32, end: i32, y: usize, scratch: usize,
): void {
  const p = e.p;
  const imageSize = p.inputHeight * p.inputWidth * p.inputChannels;
  const rowSize = p.outputWidth * p.outputChannels;
  const together = repeatsRows(p) ? repeatedTogether(p) : p.outputHeight;
  for (let row = begin; row < end; ) {
    const outY = row % p.outputHeight;
    const count = min(min(end - row, p.outputHeight - outY), together);
    let rows = at(input, row / p.outputHeight * imageSize);
    let top = 0;
    if (repeatsRows(p)) {
      top = topRow(p, outY);
      repeatRows(p, rows, top, outY + count, scratch);
      rows = scratch;
    }
    for (let i = 0; i < count; ++i) depthwiseRow(e, w, rows, top, packed, outY + i, at(y, (row + i - begin) * rowSize));
    row += count;
  }
}

export function depthwiseUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/** What native code keeps on the stack stands at the start of scratch: the epilogue, the window. */
const roomSize: usize = offsetof<Epilogue>() + offsetof<DepthwiseWindow>() + 15 & ~15;

export function depthwiseScratchBytes(p: Params): u64 {
  return sizeSum(roomSize, floatBytes(repeatedSize(p)));
}

export function depthwise(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch);
  const w = changetype<DepthwiseWindow>(scratch + offsetof<Epilogue>());
  epilogueOf(p, operands, e);
  const y = at(e.output, begin * p.outputWidth * p.outputChannels);
  depthwiseRows(e, w, operands.input, operands.packed, begin, end, y, scratch + roomSize);
}
