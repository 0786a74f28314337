// The row pass writes whole rows into a ring in scratch, one for each tap of the column filter; the column pass reads
// them there. Lanes run across all channels of a row. Packed weights: the row filter, then the column filter.
import { at, Border, Dtype, next, Operands, Params, Weights } from './params';
import { addProduct, splat, vecLanes } from './simd';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

export function sepFilterPackedSize(p: Params): usize {
  return <usize>p.filterWidth + next(p).filterHeight;
}

export function sepFilterPack(p: Params, weights: Weights, packed: usize): void {
  memory.copy(packed, weights.filter, <usize>p.filterWidth << 2);
  memory.copy(at(packed, p.filterWidth), next(weights).filter, <usize>next(p).filterHeight << 2);
}

/** The pixel that stands for position i of a line of `size` pixels, or −1 for none. */
function borderedIndex(border: i32, i: i64, size: i32): i32 {
  if (i >= 0 && i < size) return <i32>i;
  switch (border) {
    case Border.REPLICATE:
      return i < 0 ? 0 : size - 1;
    case Border.REFLECT: {
      if (size == 1) return 0;
      const period = 2 * (<i64>size - 1);
      const folded = (i % period + period) % period;
      return <i32>(folded < size ? folded : period - folded);
    }
    case Border.WRAP:
      return <i32>((i % size + size) % size);
    default:
      return -1;
  }
}

@inline function sampleAt(p: Params, image: usize, i: i32): f32 {
  return p.dtype == Dtype.UINT8 ? <f32>load<u8>(image + i) : load<f32>(at(image, i));
}

/** What Uint8ClampedArray stores: NaN as 0, saturated, ties to even. */
@inline function toUint8(v: f32): u8 {
  const inside: f32 = v > 0 ? (v < 255 ? v : 255) : 0;
  return <u8>nearest<f32>(inside);
}

/** One row of the image as floats, with its border on both sides; position 0 is `paddingLeft` pixels before it. */
function borderedRow(p: Params, image: usize, row: i32, line: usize): void {
  const channels = p.inputChannels;
  const base = row * p.inputWidth * channels;
  for (let x = -<i64>p.paddingLeft; x < <i64>p.inputWidth + p.paddingRight; ++x) {
    const from = borderedIndex(p.border, x, p.inputWidth);
    for (let c = 0; c < channels; ++c) {
      store<f32>(line, from < 0 ? 0 : sampleAt(p, image, base + from * channels + c));
      line += 4;
    }
  }
}

/** Σ over k of f[k] · x[k · step], each sum lanes<V>() wide. */
@inline function lineSum<V>(x: usize, step: i32, f: usize, taps: i32): V {
  let sum = splat<V>(0);
  for (let k = 0; k < taps; ++k) {
    sum = addProduct<V>(sum, load<V>(at(x, k * step)), splat<V>(load<f32>(at(f, k))));
  }
  return sum;
}

/** The pixels [begin, end) of the row pass that have taps in a zero border, which are skipped. */
function edgePass(p: Params, line: usize, f: usize, sums: usize, begin: i32, end: i32): void {
  const channels = p.inputChannels;
  for (let x = begin; x < end; ++x) {
    const left = x - p.paddingLeft;
    const first = tapsBegin(left, p.inputWidth, p.filterWidth, 1);
    const last = tapsEnd(left, p.inputWidth, p.filterWidth, 1);
    for (let c = 0; c < channels; ++c) {
      const sum = lineSum<f32>(at(line, (x + first) * channels + c), channels, at(f, first), last - first);
      store<f32>(at(sums, x * channels + c), sum);
    }
  }
}

/** The row pass: from a bordered line to one row of sums. */
function rowPass(p: Params, line: usize, f: usize, sums: usize): void {
  const zero = p.border == Border.ZERO;
  const width = p.outputWidth;
  const innerEnd = zero ? interiorEnd(p.inputWidth, width, p.filterWidth, 1, 1, p.paddingLeft) : width;
  const innerBegin = zero ? min(interiorBegin(p.paddingLeft, 1), innerEnd) : 0;
  const channels = p.inputChannels;
  const end = innerEnd * channels;
  let i = innerBegin * channels;
  edgePass(p, line, f, sums, 0, innerBegin);
  for (; i + vecLanes <= end; i += vecLanes) {
    store<v128>(at(sums, i), lineSum<v128>(at(line, i), channels, f, p.filterWidth));
  }
  for (; i < end; ++i) store<f32>(at(sums, i), lineSum<f32>(at(line, i), channels, f, p.filterWidth));
  edgePass(p, line, f, sums, innerEnd, width);
}

/** Where the row of sums at a position stands in a ring of `count` rows. */
@inline function ringAt(ring: usize, rowSize: i32, count: i32, position: i32): usize {
  return at(ring, (position % count + count) % count * rowSize);
}

/** The column pass at lanes<V>() neighbours, over the taps [begin, end). */
@inline function columnSum<V>(
  ring: usize, rowSize: i32, count: i32, first: i32, f: usize, begin: i32, end: i32, i: i32,
): V {
  let sum = splat<V>(0);
  for (let k = begin; k < end; ++k) {
    const row = ringAt(ring, rowSize, count, first + k);
    sum = addProduct<V>(sum, load<V>(at(row, i)), splat<V>(load<f32>(at(f, k))));
  }
  return sum;
}

export function sepFilterUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

export function sepFilterScratchSize(p: Params): usize {
  const rowSize = <usize>p.inputWidth * p.inputChannels;
  return rowSize * (next(p).filterHeight + 1) + <usize>(p.inputWidth + p.filterWidth) * p.inputChannels;
}

/** The rows [begin, end) of one image. */
function sepFilterRows(
  rows: Params, image: usize, packed: usize, scratch: usize, begin: i32, end: i32, output: usize,
): void {
  const columns = next(rows);
  const rowSize = rows.inputWidth * rows.inputChannels;
  const count = columns.filterHeight;
  const result = at(scratch, rowSize * count);
  const line = at(result, rowSize);
  const f = at(packed, rows.filterWidth);
  const zero = columns.border == Border.ZERO;
  const bytes = rows.dtype == Dtype.UINT8;
  let filled = begin - columns.paddingTop;
  for (let y = begin; y < end; ++y) {
    const first = y - columns.paddingTop;
    for (; filled < first + count; ++filled) {
      const row = borderedIndex(columns.border, filled, columns.inputHeight);
      if (row < 0) continue;
      borderedRow(rows, image, row, line);
      rowPass(rows, line, packed, ringAt(scratch, rowSize, count, filled));
    }
    const from = zero ? tapsBegin(first, columns.inputHeight, count, 1) : 0;
    const to = zero ? tapsEnd(first, columns.inputHeight, count, 1) : count;
    const sums = bytes ? result : at(output, y * rowSize);
    let i = 0;
    for (; i + vecLanes <= rowSize; i += vecLanes) {
      store<v128>(at(sums, i), columnSum<v128>(scratch, rowSize, count, first, f, from, to, i));
    }
    for (; i < rowSize; ++i) {
      store<f32>(at(sums, i), columnSum<f32>(scratch, rowSize, count, first, f, from, to, i));
    }
    if (bytes) {
      for (let j = 0; j < rowSize; ++j) store<u8>(output + y * rowSize + j, toUint8(load<f32>(at(result, j))));
    }
  }
}

export function sepFilter(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const elementShift = p.dtype == Dtype.UINT8 ? 0 : 2;
  const imageBytes = p.inputHeight * p.inputWidth * p.inputChannels << elementShift;
  for (let row = begin; row < end; ) {
    const n = row / p.outputHeight;
    const first = row % p.outputHeight;
    const last = first + min(end - row, p.outputHeight - first);
    const image = operands.input + n * imageBytes;
    sepFilterRows(p, image, operands.packed, scratch, first, last, operands.output + n * imageBytes);
    row += last - first;
  }
}
