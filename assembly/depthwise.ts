// Lanes hold neighbouring channels. Weights are packed [multiplier][blocks of lanes][bias, taps][lanes], so that the
// weights of a vector stand together. The last block ends with the last channel, and computes those before it again. Where
// the channels are fewer than the lanes, neighbouring pixels join into cells that fill whole vectors (the three channels
// of a picture: 4 pixels are 3 vectors), if a cell's inputs are neighbours too; what is left goes lane by lane. Unlike the
// native twin, four pixels at a time go through all channels: V8 has no room for the weights of a window in registers.
import { DepthwiseWindow, Edge, Inner, slidingTile, windowTile } from './depthwise-tile';
import { Epilogue, epilogueOf, secondPass } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import { Four, lanes, One, Two, vecLanes } from './simd';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

const tilePixels: i32 = 4;

@inline function taps(p: Params): i32 {
  return p.filterHeight * p.filterWidth;
}

/** Pixels that join into a cell, or 0 where none do. */
function cellPixels(p: Params): i32 {
  if (p.inputChannels >= vecLanes || p.strideWidth != 1 || p.outputChannels != p.inputChannels) return 0;
  let pixels = 1;
  while (pixels * p.inputChannels % vecLanes != 0) ++pixels;
  return pixels;
}

/** Channels that the blocks of one multiple cover, those of a cell and those computed twice among them. */
function packedChannels(p: Params): i32 {
  if (p.inputChannels < vecLanes) return (cellPixels(p) + 1) * p.inputChannels;
  return (p.inputChannels + vecLanes - 1) / vecLanes * vecLanes;
}

export function depthwisePackedSize(p: Params): usize {
  return <usize>(p.outputChannels / p.inputChannels) * packedChannels(p) * (taps(p) + 1);
}

/** Packs the channels from `first` on, beginning again after the last one, and returns where the next block goes. */
function packBlock(p: Params, weights: Weights, m: i32, first: i32, lanes: i32, packed: usize): usize {
  const multiplier = p.outputChannels / p.inputChannels;
  for (let lane = 0; lane < lanes; ++lane) {
    const out = (first + lane) % p.inputChannels * multiplier + m;
    store<f32>(at(packed, lane), load<f32>(at(weights.bias, out)));
    for (let t = 0; t < taps(p); ++t) {
      store<f32>(at(packed, (t + 1) * lanes + lane), load<f32>(at(weights.filter, t * p.outputChannels + out)));
    }
  }
  return at(packed, lanes * (taps(p) + 1));
}

export function depthwisePack(p: Params, weights: Weights, packed: usize): void {
  const channels = p.inputChannels;
  for (let m = 0; m < p.outputChannels / channels; ++m) {
    if (channels < vecLanes) {
      for (let i = 0; i < cellPixels(p) * channels; i += vecLanes) {
        packed = packBlock(p, weights, m, i, vecLanes, packed);
      }
      for (let c = 0; c < channels; ++c) packed = packBlock(p, weights, m, c, 1, packed);
    } else {
      for (let c = 0; c < channels; c += vecLanes) {
        packed = packBlock(p, weights, m, min(c, channels - vecLanes), vecLanes, packed);
      }
    }
  }
}

/** Windows of three or five columns, one or two columns apart, have tiles that may reach over the edges. */
@inline function slides<V>(p: Params): bool {
  if (!isVector<V>() || p.outputChannels != p.inputChannels) return false;
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
  const channels = e.p.inputChannels;
  const blocks = channels / lanes<V>();
  const blockSize = (taps(e.p) + 1) * lanes<V>();
  for (let m = 0; m < w.laneStep; ++m) {
    depthwiseTile<V, P, E>(e, w, x, packed, at(y, m), blocks);
    packed = at(packed, blocks * blockSize);
    if (blocks * lanes<V>() < channels) {
      const first = channels - lanes<V>();
      depthwiseTile<V, P, E>(e, w, at(x, first), packed, at(y, first * w.laneStep + m), 1);
      packed = at(packed, blockSize);
    }
  }
}

/** One pixel, of whose columns of taps some may be outside. */
function depthwisePixel<V>(e: Epilogue, w: DepthwiseWindow, row: usize, packed: usize, y: usize): void {
  const p = e.p;
  const firstTap = w.firstTap;
  const column = tapsBegin(w.left, p.inputWidth, p.filterWidth, p.dilationWidth);
  w.columns = tapsEnd(w.left, p.inputWidth, p.filterWidth, p.dilationWidth) - column;
  w.firstTap = firstTap + column;
  const x = at(row, (w.left + column * p.dilationWidth) * p.inputChannels);
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
    const x = at(row, w.left * p.inputChannels);
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
  const cell = cellPixels(p) * p.inputChannels;
  const size = tilePixels * cellPixels(p);
  const step = w.pixelStep;
  w.pixelStep = cell << 2;
  w.outputStep = cell << 2;
  for (let outX = begin; outX < end; outX += size) {
    const first = min(outX, end - size);
    const x = at(row, (first - p.paddingLeft) * p.inputChannels);
    windowTile<v128, Four>(e, w, x, packed, at(y, first * p.inputChannels), cell / vecLanes);
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
  const lanePacked = at(packed, perCell * p.inputChannels * (taps(p) + 1));
  if (perCell > 0 && end - begin >= tilePixels * perCell) {
    depthwisePixels<f32>(e, w, row, lanePacked, y, 0, begin);
    depthwiseCells(e, w, row, packed, y, begin, end);
    depthwisePixels<f32>(e, w, row, lanePacked, y, end, p.outputWidth);
  } else {
    depthwisePixels<f32>(e, w, row, lanePacked, y, 0, p.outputWidth);
  }
}

/** Row `outY` of the outputs of one image. `y` is its first one; `w` is room for the window. */
function depthwiseRow(e: Epilogue, w: DepthwiseWindow, image: usize, packed: usize, outY: i32, y: usize): void {
  const p = e.p;
  const top = outY * p.strideHeight - p.paddingTop;
  const firstRow = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight);
  const row = at(image, (top + firstRow * p.dilationHeight) * p.inputWidth * p.inputChannels);
  w.rows = tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow;
  w.rowStep = p.dilationHeight * p.inputWidth * p.inputChannels << 2;
  w.columnStep = p.dilationWidth * p.inputChannels << 2;
  w.pixelStep = p.strideWidth * p.inputChannels << 2;
  w.outputStep = p.outputChannels << 2;
  w.laneStep = p.outputChannels / p.inputChannels;
  w.columns = p.filterWidth;
  w.firstTap = firstRow * p.filterWidth;
  if (p.inputChannels >= vecLanes) {
    depthwisePixels<v128>(e, w, row, packed, y, 0, p.outputWidth);
  } else {
    depthwiseFewChannels(e, w, row, packed, y);
  }
  secondPass(e, y, p.outputWidth, 0, p.outputChannels);
}

/** The rows [begin, end) of the outputs of a whole batch, of which row `begin` goes to `y`. */
export function depthwiseRows(
  e: Epilogue, w: DepthwiseWindow, input: usize, packed: usize, begin: i32, end: i32, y: usize,
): void {
  const p = e.p;
  const imageSize = p.inputHeight * p.inputWidth * p.inputChannels;
  const rowSize = p.outputWidth * p.outputChannels;
  for (let row = begin; row < end; ++row) {
    const image = at(input, row / p.outputHeight * imageSize);
    depthwiseRow(e, w, image, packed, row % p.outputHeight, at(y, (row - begin) * rowSize));
  }
}

export function depthwiseUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/** What native code keeps on the stack stands at the start of scratch: the epilogue, the window. */
export function depthwiseScratchSize(p: Params): usize {
  return offsetof<Epilogue>() + offsetof<DepthwiseWindow>() >> 2;
}

export function depthwise(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch);
  const w = changetype<DepthwiseWindow>(scratch + offsetof<Epilogue>());
  epilogueOf(p, operands, e);
  const y = at(e.output, begin * p.outputWidth * p.outputChannels);
  depthwiseRows(e, w, operands.input, operands.packed, begin, end, y);
}
