// Lanes hold neighbouring channels; there are no weights. Threads share rows and, where a row is all there is, channels.
// Unlike the native twin, pixels go one by one, also where they read one beside the other or have few channels.
import { at, Operands, Params, Reduction, Weights } from './params';
import { add, divide, larger, loadSplat, splat, vecLanes } from './simd';
import { tapsBegin, tapsEnd } from './window';

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

@inline function largest<V>(w: PoolingWindow, x: usize): V {
  const columns = w.columns;
  const rowStep = w.rowStep;
  const columnStep = w.columnStep;
  let m = splat<V>(-Infinity);
  for (let ky = w.rows; ky > 0; --ky) {
    let column = x;
    for (let kx = columns; kx > 0; --kx) {
      m = larger<V>(m, load<V>(column));
      column += columnStep;
    }
    x += rowStep;
  }
  return m;
}

@inline function average<V>(w: PoolingWindow, x: usize): V {
  const columns = w.columns;
  const rowStep = w.rowStep;
  const columnStep = w.columnStep;
  let sum = splat<V>(0);
  for (let ky = w.rows; ky > 0; --ky) {
    let column = x;
    for (let kx = columns; kx > 0; --kx) {
      sum = add<V>(sum, load<V>(column));
      column += columnStep;
    }
    x += rowStep;
  }
  return divide<V>(sum, loadSplat<V>(changetype<usize>(w) + offsetof<PoolingWindow>('count')));
}

@inline function poolingPixel<V>(p: Params, w: PoolingWindow, x: usize, y: usize): void {
  store<V>(y, p.reduction == Reduction.MAX ? largest<V>(w, x) : average<V>(w, x));
}

/** The taps [0, end) that fall inside an axis of `padded` pixels, the padding included. */
@inline function tapsInPadded(padded: i32, filter: i32, stride: i32, dilation: i32, out: i32): i32 {
  const room = padded - out * stride;
  return min(room > 0 ? (room - 1) / dilation + 1 : 0, filter);
}

/** The channels [begin, end) of row `outY` of one image. `y` is the row's first output. */
function poolingRow(p: Params, w: PoolingWindow, image: usize, outY: i32, begin: i32, end: i32, y: usize): void {
  const top = outY * p.strideHeight - p.paddingTop;
  const firstRow = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight);
  const paddedHeight = p.paddingTop + p.inputHeight + p.paddingBottom;
  const paddedWidth = p.paddingLeft + p.inputWidth + p.paddingRight;
  const paddedRows = tapsInPadded(paddedHeight, p.filterHeight, p.strideHeight, p.dilationHeight, outY);
  const row = at(image, (top + firstRow * p.dilationHeight) * p.inputWidth * p.inputChannels);
  w.rows = tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow;
  w.rowStep = p.dilationHeight * p.inputWidth * p.inputChannels << 2;
  w.columnStep = p.dilationWidth * p.inputChannels << 2;
  for (let outX = 0; outX < p.outputWidth; ++outX) {
    const left = outX * p.strideWidth - p.paddingLeft;
    const firstColumn = tapsBegin(left, p.inputWidth, p.filterWidth, p.dilationWidth);
    w.columns = tapsEnd(left, p.inputWidth, p.filterWidth, p.dilationWidth) - firstColumn;
    const padded = p.reduction == Reduction.AVERAGE_PADDED;
    const across = tapsInPadded(paddedWidth, p.filterWidth, p.strideWidth, p.dilationWidth, outX);
    // The padding may hold more taps than an i32 counts.
    w.count = padded ? <f32>(<i64>paddedRows * across) : <f32>(w.rows * w.columns);
    const x = at(row, (left + firstColumn * p.dilationWidth) * p.inputChannels);
    let c = begin;
    for (; c + vecLanes <= end; c += vecLanes) poolingPixel<v128>(p, w, at(x, c), at(y, c));
    for (; c < end; ++c) poolingPixel<f32>(p, w, at(x, c), at(y, c));
    y = at(y, p.outputChannels);
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
  for (let unit = begin; unit < end; ++unit) {
    const row = unit / blocks;
    const first = unit % blocks * block;
    const last = first + min(block, p.inputChannels - first);
    const image = at(operands.input, row / p.outputHeight * imageSize);
    poolingRow(p, w, image, row % p.outputHeight, first, last, at(operands.output, row * rowSize));
  }
}
