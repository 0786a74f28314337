// Lanes hold neighbouring channels; there are no weights. Threads share rows and, where a row is all there is, channels.
import { at, Operands, Params, Reduction, Weights } from './params';
import { add, divide, evens, larger, loadSplat, One, splat, Two, vecLanes } from './simd';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

/** Channels of one unit: all of them, unless the output has a single row. */
@inline function poolingBlock(p: Params): i32 {
  const few = 8 * vecLanes;
  return p.outputHeight > 1 || p.inputChannels < few ? p.inputChannels : few;
}

@inline function poolingBlocks(p: Params): i32 {
  return (p.inputChannels - 1) / poolingBlock(p) + 1;
}

/** The taps of one window that fall inside the input; steps in bytes. */
@unmanaged class PoolingWindow {
  rows: i32;
  columns: i32;
  rowStep: i32;
  columnStep: i32;
  count: f32;
}

/** Floats that are one apart, or two for S = Two; of those, the one behind the last is read as well. */
@inline function loadEvery<V, S>(x: usize): V {
  if (sizeof<S>() == 1) return load<V>(x);
  else return evens(v128.load(x), v128.load(x, 16)) as V;
}

@inline function meanOf<V>(w: PoolingWindow, sum: V): V {
  return divide<V>(sum, loadSplat<V>(changetype<usize>(w) + offsetof<PoolingWindow>('count')));
}

/** A V of outputs, whose inputs are one or two apart, as S says. */
function poolingOne<V, S>(p: Params, w: PoolingWindow, x: usize, y: usize): void {
  const isMax = p.reduction == Reduction.MAX;
  const columns = w.columns;
  const rowStep = w.rowStep;
  const columnStep = w.columnStep;
  let a = splat<V>(isMax ? -Infinity : 0);
  for (let ky = w.rows; ky > 0; --ky) {
    let tap = x;
    if (isMax) {
      for (let kx = columns; kx > 0; --kx) {
        a = larger<V>(a, loadEvery<V, S>(tap));
        tap += columnStep;
      }
    } else {
      for (let kx = columns; kx > 0; --kx) {
        a = add<V>(a, loadEvery<V, S>(tap));
        tap += columnStep;
      }
    }
    x += rowStep;
  }
  store<V>(y, isMax ? a : meanOf<V>(w, a));
}

/** Four vectors of outputs side by side, whose inputs are one or two apart. */
function poolingFour<S>(p: Params, w: PoolingWindow, x: usize, y: usize): void {
  const isMax = p.reduction == Reduction.MAX;
  const columns = w.columns;
  const rowStep = w.rowStep;
  const columnStep = w.columnStep;
  const step = sizeof<S>() << 4;
  let a = splat<v128>(isMax ? -Infinity : 0);
  let b = a;
  let c = a;
  let d = a;
  for (let ky = w.rows; ky > 0; --ky) {
    let tap = x;
    if (isMax) {
      for (let kx = columns; kx > 0; --kx) {
        a = larger<v128>(a, loadEvery<v128, S>(tap));
        b = larger<v128>(b, loadEvery<v128, S>(tap + step));
        c = larger<v128>(c, loadEvery<v128, S>(tap + 2 * step));
        d = larger<v128>(d, loadEvery<v128, S>(tap + 3 * step));
        tap += columnStep;
      }
    } else {
      for (let kx = columns; kx > 0; --kx) {
        a = add<v128>(a, loadEvery<v128, S>(tap));
        b = add<v128>(b, loadEvery<v128, S>(tap + step));
        c = add<v128>(c, loadEvery<v128, S>(tap + 2 * step));
        d = add<v128>(d, loadEvery<v128, S>(tap + 3 * step));
        tap += columnStep;
      }
    }
    x += rowStep;
  }
  v128.store(y, isMax ? a : meanOf<v128>(w, a));
  v128.store(y, isMax ? b : meanOf<v128>(w, b), 16);
  v128.store(y, isMax ? c : meanOf<v128>(w, c), 32);
  v128.store(y, isMax ? d : meanOf<v128>(w, d), 48);
}

/** Four floats, so many bytes apart. */
@inline function loadFar(x: usize, step: usize): v128 {
  const two = v128.load32_lane(x + step, v128.load32_zero(x), 1);
  return v128.load32_lane(x + 3 * step, v128.load32_lane(x + 2 * step, two, 2), 3);
}

/** Outputs that are taken at once where their inputs are far apart: pixels of few channels, or neighbouring planes. */
const outputsAtOnce: i32 = 4;

/** They are `step` bytes apart, and their inputs `inputStep`. */
function poolingFar(p: Params, w: PoolingWindow, x: usize, inputStep: usize, y: usize, step: usize): void {
  const isMax = p.reduction == Reduction.MAX;
  const columns = w.columns;
  const rowStep = w.rowStep;
  const columnStep = w.columnStep;
  let a = splat<v128>(isMax ? -Infinity : 0);
  for (let ky = w.rows; ky > 0; --ky) {
    let tap = x;
    for (let kx = columns; kx > 0; --kx) {
      const values = loadFar(tap, inputStep);
      a = isMax ? larger<v128>(a, values) : add<v128>(a, values);
      tap += columnStep;
    }
    x += rowStep;
  }
  if (!isMax) a = meanOf<v128>(w, a);
  v128.store32_lane(y, a, 0);
  v128.store32_lane(y + step, a, 1);
  v128.store32_lane(y + 2 * step, a, 2);
  v128.store32_lane(y + 3 * step, a, 3);
}

/** `count` outputs side by side, whose inputs are one or two apart. The last vector may begin among those done. */
function poolingLine<S>(p: Params, w: PoolingWindow, x: usize, y: usize, count: i32): void {
  const stride = <i32>sizeof<S>();
  const readable = count - (stride - 1);
  let i = 0;
  for (; i + 4 * vecLanes <= readable; i += 4 * vecLanes) {
    poolingFour<S>(p, w, at(x, i * stride), at(y, i));
  }
  for (; i + vecLanes <= readable; i += vecLanes) poolingOne<v128, S>(p, w, at(x, i * stride), at(y, i));
  if (i < readable && i > 0) {
    i = readable - vecLanes;
    poolingOne<v128, S>(p, w, at(x, i * stride), at(y, i));
    i = readable;
  }
  for (; i < count; ++i) poolingOne<f32, One>(p, w, at(x, i * stride), at(y, i));
}

/** The taps [0, end) that fall inside an axis of `padded` pixels, the padding included. */
@inline function tapsInPadded(padded: i32, filter: i32, stride: i32, dilation: i32, out: i32): i32 {
  const room = padded - out * stride;
  return min(room > 0 ? (room - 1) / dilation + 1 : 0, filter);
}

/** The windows of a row, but for their columns. */
function setRows(w: PoolingWindow, p: Params, rows: i32): void {
  w.rows = rows;
  w.rowStep = p.dilationHeight * p.inputWidth * p.inputChannels << 2;
  w.columnStep = p.dilationWidth * p.inputChannels << 2;
}

function setColumns(w: PoolingWindow, p: Params, columns: i32, outY: i32, outX: i32): void {
  w.columns = columns;
  w.count = <f32>(w.rows * columns);
  if (p.reduction == Reduction.AVERAGE_PADDED) {
    const height = p.paddingTop + p.inputHeight + p.paddingBottom;
    const width = p.paddingLeft + p.inputWidth + p.paddingRight;
    // The padding may hold more taps than an i32 counts.
    const down = <i64>tapsInPadded(height, p.filterHeight, p.strideHeight, p.dilationHeight, outY);
    w.count = <f32>(down * tapsInPadded(width, p.filterWidth, p.strideWidth, p.dilationWidth, outX));
  }
}

/** The channels [begin, end) of row `outY` of one image. `y` is the row's first output. */
function poolingRow(p: Params, w: PoolingWindow, image: usize, outY: i32, begin: i32, end: i32, y: usize): void {
  const top = outY * p.strideHeight - p.paddingTop;
  const firstRow = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight);
  const innerBegin = interiorBegin(p.paddingLeft, p.strideWidth);
  const innerEnd = interiorEnd(
    p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft,
  );
  // Pixels that read one beside the other are like channels.
  const isLine = p.strideWidth == 1 && end - begin == p.inputChannels;
  const isNarrow = p.inputChannels < vecLanes;
  const row = at(image, (top + firstRow * p.dilationHeight) * p.inputWidth * p.inputChannels);
  setRows(w, p, tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow);
  for (let outX = 0; outX < p.outputWidth; ) {
    const inside = outX >= innerBegin && outX < innerEnd ? innerEnd - outX : 1;
    const isEverySecond = p.strideWidth == 2 && p.inputChannels == 1 && inside > vecLanes;
    const pixels = isLine || isEverySecond ? inside : isNarrow && inside >= outputsAtOnce ? outputsAtOnce : 1;
    const left = outX * p.strideWidth - p.paddingLeft;
    const firstColumn = tapsBegin(left, p.inputWidth, p.filterWidth, p.dilationWidth);
    setColumns(w, p, tapsEnd(left, p.inputWidth, p.filterWidth, p.dilationWidth) - firstColumn, outY, outX);
    const x = at(row, (left + firstColumn * p.dilationWidth) * p.inputChannels);
    if (isEverySecond) {
      poolingLine<Two>(p, w, x, y, pixels);
    } else if (pixels == 1 || isLine) {
      poolingLine<One>(p, w, at(x, begin), at(y, begin), end - begin + (pixels - 1) * p.inputChannels);
    } else {
      const inputStep = p.strideWidth * p.inputChannels << 2;
      for (let c = begin; c < end; ++c) {
        poolingFar(p, w, at(x, c), inputStep, at(y, c), p.outputChannels << 2);
      }
    }
    outX += pixels;
    y = at(y, pixels * p.outputChannels);
  }
}

/** Whether planes have too narrow outputs for vectors: neighbouring planes are then taken together. */
@inline function poolsPlanes(p: Params): bool {
  return p.inputChannels == 1 && p.outputWidth < vecLanes;
}

/** All outputs of neighbouring planes. */
function poolingPlanes(p: Params, w: PoolingWindow, planes: usize, y: usize): void {
  const inputPlane = p.inputHeight * p.inputWidth << 2;
  const outputPlane = p.outputHeight * p.outputWidth << 2;
  for (let outY = 0; outY < p.outputHeight; ++outY) {
    const top = outY * p.strideHeight - p.paddingTop;
    const firstRow = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight);
    const row = at(planes, (top + firstRow * p.dilationHeight) * p.inputWidth);
    setRows(w, p, tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow);
    for (let outX = 0; outX < p.outputWidth; ++outX) {
      const left = outX * p.strideWidth - p.paddingLeft;
      const firstColumn = tapsBegin(left, p.inputWidth, p.filterWidth, p.dilationWidth);
      setColumns(w, p, tapsEnd(left, p.inputWidth, p.filterWidth, p.dilationWidth) - firstColumn, outY, outX);
      poolingFar(p, w, at(row, left + firstColumn * p.dilationWidth), inputPlane, y, outputPlane);
      y += 4;
    }
  }
}

export function poolingPackedBytes(p: Params): u64 {
  return 0;
}

export function poolingPack(p: Params, weights: Weights, packed: usize): void {}

export function poolingUnits(p: Params): i32 {
  return p.batch * p.outputHeight * poolingBlocks(p);
}

/** What native code keeps on the stack stands at the start of scratch: the window. */
export function poolingScratchBytes(p: Params): u64 {
  return offsetof<PoolingWindow>();
}

export function pooling(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const w = changetype<PoolingWindow>(scratch);
  const block = poolingBlock(p);
  const blocks = poolingBlocks(p);
  const imageSize = p.inputHeight * p.inputWidth * p.inputChannels;
  const rowSize = p.outputWidth * p.outputChannels;
  const together = poolsPlanes(p) ? <i64>outputsAtOnce * p.outputHeight : 0;
  for (let unit = begin; unit < end; ++unit) {
    if (together > 0 && unit % p.outputHeight == 0 && end - unit >= together) {
      const image = at(operands.input, unit / p.outputHeight * imageSize);
      poolingPlanes(p, w, image, at(operands.output, unit * rowSize));
      unit += <i32>together - 1;
      continue;
    }
    const row = unit / blocks;
    const first = unit % blocks * block;
    const last = first + min(block, p.inputChannels - first);
    const image = at(operands.input, row / p.outputHeight * imageSize);
    poolingRow(p, w, image, row % p.outputHeight, first, last, at(operands.output, row * rowSize));
  }
}
