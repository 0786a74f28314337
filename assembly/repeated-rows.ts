// A channel multiplier: input rows in scratch, every channel as many times as it has outputs. What follows is a depthwise
// convolution like any other.
import { at, Params } from './params';
import { vecLanes } from './simd';
import { sizeProduct } from './sizes';

@inline export function repeatsRows(p: Params): bool {
  return p.outputChannels != p.inputChannels;
}

/** Input rows under so many neighbouring output rows. */
function rowsUnder(p: Params, outputRows: i32): i64 {
  const rows = <i64>(outputRows - 1) * p.strideHeight + <i64>(p.filterHeight - 1) * p.dilationHeight + 1;
  return min(rows, <i64>p.inputHeight);
}

@inline /** Floats of the input rows under so many neighbouring output rows, every channel repeated. */
function repeatedFloats(p: Params, outputRows: i32): u64 {
  return sizeProduct(rowsUnder(p, outputRows), p.inputWidth, p.outputChannels);
}

/** Floats that stand in scratch at once, where a few rows are no more: the second cache holds them. */
const cachedFloats: u64 = 1 << 16;

/** Floats beyond which no two output rows go together: a stride or a dilation leads far. */
const mostFloats: u64 = 1 << 22;

/** Output rows whose input rows are repeated together, an even number of them or one. */
export function repeatedTogether(p: Params): i32 {
  if (repeatedFloats(p, 2) > mostFloats) return 1;
  let rows = 2;
  while (rows < p.outputHeight && repeatedFloats(p, rows + 2) <= cachedFloats) rows += 2;
  return rows;
}

/** Floats of scratch, none without a multiplier. */
export function repeatedSize(p: Params): u64 {
  return repeatsRows(p) ? repeatedFloats(p, repeatedTogether(p)) : 0;
}

/** Two or three of each lane, as many vectors as that makes. */
@inline function repeatLanes(v: v128, times: i32, to: usize): void {
  if (times == 2) {
    v128.store(to, v128.shuffle<f32>(v, v, 0, 0, 1, 1));
    v128.store(to, v128.shuffle<f32>(v, v, 2, 2, 3, 3), 16);
  } else {
    v128.store(to, v128.shuffle<f32>(v, v, 0, 0, 0, 1));
    v128.store(to, v128.shuffle<f32>(v, v, 1, 1, 2, 2), 16);
    v128.store(to, v128.shuffle<f32>(v, v, 2, 3, 3, 3), 32);
  }
}

/** Each of some floats so many times. */
function repeatEach(from: usize, count: i32, times: i32, to: usize): void {
  let i = 0;
  if (times < vecLanes) {
    for (; i + vecLanes <= count; i += vecLanes) repeatLanes(v128.load(at(from, i)), times, at(to, i * times));
  } else {
    for (; i < count; ++i) {
      const v = v128.load32_splat(at(from, i));
      const out = at(to, i * times);
      for (let t = 0; t + vecLanes <= times; t += vecLanes) v128.store(at(out, t), v);
      v128.store(at(out, times - vecLanes), v);
    }
  }
  for (; i < count; ++i) {
    for (let t = 0; t < times; ++t) store<f32>(at(to, i * times + t), load<f32>(at(from, i)));
  }
}

/** The first input row under the output rows from `begin` on. */
export function topRow(p: Params, begin: i32): i32 {
  return <i32>max<i64>(min<i64>(<i64>begin * p.strideHeight - p.paddingTop, p.inputHeight), 0);
}

/** The input rows of an image from `top` on under the output rows before `end`, repeated. */
export function repeatRows(p: Params, image: usize, top: i32, end: i32, to: usize): void {
  const reach = <i64>(p.filterHeight - 1) * p.dilationHeight + 1;
  const behind = <i64>(end - 1) * p.strideHeight - p.paddingTop + reach;
  const bottom = <i32>min<i64>(behind, p.inputHeight);
  const rowSize = p.inputWidth * p.inputChannels;
  const times = p.outputChannels / p.inputChannels;
  if (top < bottom) repeatEach(at(image, top * rowSize), (bottom - top) * rowSize, times, to);
}
