// The row pass writes whole rows into a ring in scratch, one for each tap of the column filter; the column pass reads
// them there. Lanes run across all channels of a row. Packed weights: the row filter, then the column filter. Unlike the
// native twin, every row is copied with its border, float rows too, and sums become bytes in a pass of their own: one form
// of each loop for both types keeps the module small.
import { at, Border, Dtype, next, Operands, Params, Weights } from './params';
import { addProduct, splat, vecLanes } from './simd';
import { floatBytes, lineBytes, sizeProduct, sizeSum } from './sizes';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

export function sepFilterPackedBytes(p: Params): u64 {
  return floatBytes(sizeSum(p.filterWidth, next(p).filterHeight));
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
  return p.inputType == Dtype.UINT8 ? <f32>load<u8>(image + i) : load<f32>(at(image, i));
}

/** Copies `count` samples from sample `i` on. */
function copySamples(p: Params, image: usize, i: i32, count: i32, line: usize): void {
  if (p.inputType == Dtype.FLOAT32) {
    memory.copy(line, at(image, i), <usize>count << 2);
    return;
  }
  let x = image + i;
  for (; count >= vecLanes; count -= vecLanes) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x)));
    v128.store(line, f32x4.convert_i32x4_u(words));
    x += vecLanes;
    line = at(line, vecLanes);
  }
  for (; count > 0; --count) {
    store<f32>(line, <f32>load<u8>(x));
    x += 1;
    line += 4;
  }
}

/** What Uint8ClampedArray stores: NaN as 0, saturated, ties to even. */
@inline function toUint8(v: f32): u8 {
  const inside: f32 = v > 0 ? (v < 255 ? v : 255) : 0;
  return <u8>nearest<f32>(inside);
}

/** The same for `count` floats. */
function storeUint8(from: usize, count: i32, y: usize): void {
  for (; count >= vecLanes; count -= vecLanes) {
    const words = i32x4.trunc_sat_f32x4_s(f32x4.nearest(v128.load(from)));
    const halves = i16x8.narrow_i32x4_s(words, words);
    v128.store32_lane(y, i8x16.narrow_i16x8_u(halves, halves), 0);
    from = at(from, vecLanes);
    y += vecLanes;
  }
  for (; count > 0; --count) {
    store<u8>(y, toUint8(load<f32>(from)));
    from += 4;
    y += 1;
  }
}

/** The pixels [begin, end) of one row of the image that lie in its border, as floats. */
function borderPixels(p: Params, image: usize, base: i32, begin: i64, end: i64, line: usize): void {
  const channels = p.inputChannels;
  for (let x = begin; x < end; ++x) {
    const from = borderedIndex(p.border, x, p.inputWidth);
    for (let c = 0; c < channels; ++c) {
      store<f32>(line, from < 0 ? 0 : sampleAt(p, image, base + from * channels + c));
      line += 4;
    }
  }
}

/** One row of the image as floats, with its border on both sides; position 0 is `paddingLeft` pixels before it. */
function borderedRow(p: Params, image: usize, row: i32, line: usize): void {
  const channels = p.inputChannels;
  const rowSize = p.inputWidth * channels;
  const base = row * rowSize;
  const inner = at(line, p.paddingLeft * channels);
  borderPixels(p, image, base, -<i64>p.paddingLeft, 0, line);
  copySamples(p, image, base, rowSize, inner);
  borderPixels(p, image, base, p.inputWidth, <i64>p.inputWidth + p.paddingRight, at(inner, rowSize));
}

/** Σ over the taps of f[k] · x[k · step] from x on, or over rows that wrap around at the end of a ring. Steps in bytes. */
@unmanaged class Line {
  x: usize;
  step: i32;
  f: usize;
  taps: i32;
  /** Taps before the wrap, and how far back it leads. */
  beforeWrap: i32;
  wrap: i32;
}

/** Four neighbouring vectors of sums at `i`. */
function fourSums(line: Line, i: i32, y: usize): void {
  const taps = line.taps;
  const step = line.step;
  const beforeWrap = line.beforeWrap;
  let x = at(line.x, i);
  let f = line.f;
  let sum0 = splat<v128>(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (let k = 0; k < taps; ++k) {
    if (k == beforeWrap) x -= line.wrap;
    const weight = v128.load32_splat(f);
    sum0 = addProduct<v128>(sum0, v128.load(x), weight);
    sum1 = addProduct<v128>(sum1, v128.load(x, 16), weight);
    sum2 = addProduct<v128>(sum2, v128.load(x, 32), weight);
    sum3 = addProduct<v128>(sum3, v128.load(x, 48), weight);
    x += step;
    f += 4;
  }
  const out = at(y, i);
  v128.store(out, sum0);
  v128.store(out, sum1, 16);
  v128.store(out, sum2, 32);
  v128.store(out, sum3, 48);
}

/** lanes<V>() neighbouring sums at `i`. */
@inline function lineSum<V>(line: Line, i: i32, y: usize): void {
  let sum = splat<V>(0);
  let x = at(line.x, i);
  for (let k = 0; k < line.taps; ++k) {
    if (k == line.beforeWrap) x -= line.wrap;
    sum = addProduct<V>(sum, load<V>(x), splat<V>(load<f32>(at(line.f, k))));
    x += line.step;
  }
  store<V>(at(y, i), sum);
}

/** The sums [begin, end). */
function sumLine(line: Line, begin: i32, end: i32, y: usize): void {
  let i = begin;
  for (; i + 4 * vecLanes <= end; i += 4 * vecLanes) fourSums(line, i, y);
  for (; i + vecLanes <= end; i += vecLanes) lineSum<v128>(line, i, y);
  for (; i < end; ++i) lineSum<f32>(line, i, y);
}

/** The pixels [begin, end) of the row pass, over the taps [first, last). */
function passPixels(
  p: Params, sum: Line, line: usize, f: usize, sums: usize, begin: i32, end: i32, first: i32, last: i32,
): void {
  const channels = p.inputChannels;
  sum.x = at(line, first * channels);
  sum.step = channels << 2;
  sum.f = at(f, first);
  sum.taps = last - first;
  sum.beforeWrap = -1;
  sumLine(sum, begin * channels, end * channels, sums);
}

/** The pixels [begin, end) of the row pass that have taps in a zero border, which are skipped. */
function passEdge(p: Params, sum: Line, line: usize, f: usize, sums: usize, begin: i32, end: i32): void {
  for (let x = begin; x < end; ++x) {
    const left = x - p.paddingLeft;
    const first = tapsBegin(left, p.inputWidth, p.filterWidth, 1);
    passPixels(p, sum, line, f, sums, x, x + 1, first, tapsEnd(left, p.inputWidth, p.filterWidth, 1));
  }
}

/** The row pass: from a bordered line to one row of sums; `sum` is room for a line. */
function rowPass(p: Params, sum: Line, line: usize, f: usize, sums: usize): void {
  const zero = p.border == Border.ZERO;
  const width = p.outputWidth;
  const innerEnd = zero ? interiorEnd(p.inputWidth, width, p.filterWidth, 1, 1, p.paddingLeft) : width;
  const innerBegin = zero ? min(interiorBegin(p.paddingLeft, 1), innerEnd) : 0;
  passEdge(p, sum, line, f, sums, 0, innerBegin);
  passPixels(p, sum, line, f, sums, innerBegin, innerEnd, 0, p.filterWidth);
  passEdge(p, sum, line, f, sums, innerEnd, width);
}

/** The slot of a position in a ring of `count` rows. */
@inline function slotOf(count: i32, position: i32): i32 {
  return (position % count + count) % count;
}

/** The column pass of one row of outputs, over the taps [begin, end) of the window that begins at position `first`. */
function columnPass(
  sum: Line, ring: usize, rowSize: i32, count: i32, first: i32, f: usize, begin: i32, end: i32, sums: usize,
): void {
  const slot = slotOf(count, first + begin);
  sum.x = at(ring, slot * rowSize);
  sum.step = rowSize << 2;
  sum.f = at(f, begin);
  sum.taps = end - begin;
  sum.beforeWrap = count - slot;
  sum.wrap = rowSize * count << 2;
  sumLine(sum, 0, rowSize, sums);
}

export function sepFilterUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/** What native code keeps on the stack stands at the start of scratch: a line, in whole lines of the cache. */
const roomSize: usize = offsetof<Line>() + lineBytes - 1 & ~(lineBytes - 1);

export function sepFilterScratchBytes(p: Params): u64 {
  const rows = sizeProduct(p.inputWidth, p.inputChannels, <i64>next(p).filterHeight + 1);
  const line = sizeProduct(<i64>p.inputWidth + p.filterWidth, p.inputChannels);
  return sizeSum(roomSize, floatBytes(sizeSum(rows, line)));
}

/** The rows [begin, end) of one image. */
function sepFilterRows(
  rows: Params, image: usize, packed: usize, scratch: usize, begin: i32, end: i32, output: usize,
): void {
  const columns = next(rows);
  const rowSize = rows.inputWidth * rows.inputChannels;
  const count = columns.filterHeight;
  const sum = changetype<Line>(scratch);
  const ring = scratch + roomSize;
  const result = at(ring, rowSize * count);
  const line = at(result, rowSize);
  const f = at(packed, rows.filterWidth);
  const zero = columns.border == Border.ZERO;
  const bytes = columns.outputType == Dtype.UINT8;
  let filled = begin - columns.paddingTop;
  for (let y = begin; y < end; ++y) {
    const first = y - columns.paddingTop;
    for (; filled < first + count; ++filled) {
      const row = borderedIndex(columns.border, filled, columns.inputHeight);
      if (row < 0) continue;
      borderedRow(rows, image, row, line);
      rowPass(rows, sum, line, packed, at(ring, slotOf(count, filled) * rowSize));
    }
    const from = zero ? tapsBegin(first, columns.inputHeight, count, 1) : 0;
    const to = zero ? tapsEnd(first, columns.inputHeight, count, 1) : count;
    const sums = bytes ? result : at(output, y * rowSize);
    columnPass(sum, ring, rowSize, count, first, f, from, to, sums);
    if (bytes) storeUint8(result, rowSize, output + y * rowSize);
  }
}

export function sepFilter(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const imageSize = p.inputHeight * p.inputWidth * p.inputChannels;
  const inputBytes = imageSize << (p.inputType == Dtype.UINT8 ? 0 : 2);
  const outputBytes = imageSize << (next(p).outputType == Dtype.UINT8 ? 0 : 2);
  for (let row = begin; row < end; ) {
    const n = row / p.outputHeight;
    const first = row % p.outputHeight;
    const last = first + min(end - row, p.outputHeight - first);
    const image = operands.input + n * inputBytes;
    sepFilterRows(p, image, operands.packed, scratch, first, last, operands.output + n * outputBytes);
    row += last - first;
  }
}
