// The register tiles of the dense product: neighbouring pixels × one or two vectors of output channels, over every tap
// and input channel in order.
import { Epilogue, finish, finishLanes, highest, lowest } from './epilogue';
import { add, addProduct, multiply, One, Two, vecLanes } from './simd';

/** Pixels of a large tile over two vectors of output channels: V8 has 15 vector registers, and a larger one spills. */
export const tilePixels: i32 = 4;

/** How a tile reads and writes: `rows` × `columns` taps of `channels` inputs each. */
@unmanaged export class Products {
  rows: i32;
  columns: i32;
  channels: i32;
  /** Input bytes from a tap to the one below it, to the one beside it, and from pixel to pixel. */
  rowStep: i32;
  columnStep: i32;
  pixelStep: i32;
  /** The same steps in the weights, and the first tap, counted in products. */
  weightRowStep: i32;
  weightColumnStep: i32;
  firstProduct: i32;
  /** Products an output has in its panel. */
  count: i32;
  /** The output channels of this group. */
  outputChannels: i32;
  /** Output bytes from pixel to pixel. */
  outputStep: i32;
}

/** Stores the W vectors of one pixel, of which `valid` channels exist. */
@inline function finishPixel<W>(e: Epilogue, low: v128, high: v128, a: v128, b: v128, valid: i32, y: usize): void {
  if (valid == vecLanes * sizeof<W>()) {
    finish<v128>(low, high, a, y);
    if (sizeof<W>() > 1) finish<v128>(low, high, b, y + 16);
  } else {
    finishLanes(e, a, min(valid, vecLanes), y);
    if (sizeof<W>() > 1) finishLanes(e, b, valid - vecLanes, y + 16);
  }
}

/** P pixels (one or four) × W vectors of output channels, of which `valid` exist; `panel` begins with their bias. */
export function productTile<P, W>(e: Epilogue, t: Products, x: usize, panel: usize, valid: i32, y: usize): void {
  const width = <i32>sizeof<W>() * 16;
  const step = t.pixelStep;
  const f = panel + (1 + t.firstProduct) * width;
  let a0 = v128.load(panel);
  let b0 = sizeof<W>() > 1 ? v128.load(panel, 16) : a0;
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  for (let row = 0; row < t.rows; ++row) {
    for (let column = 0; column < t.columns; ++column) {
      let in0 = x + row * t.rowStep + column * t.columnStep;
      let in1 = in0 + step;
      let in2 = in1 + step;
      let in3 = in2 + step;
      let weights = f + (row * t.weightRowStep + column * t.weightColumnStep) * width;
      for (let c = t.channels; c > 0; --c) {
        const u = v128.load(weights);
        a0 = addProduct<v128>(a0, v128.load32_splat(in0), u);
        if (sizeof<W>() > 1) b0 = addProduct<v128>(b0, v128.load32_splat(in0), v128.load(weights, 16));
        if (sizeof<P>() > 1) {
          a1 = addProduct<v128>(a1, v128.load32_splat(in1), u);
          a2 = addProduct<v128>(a2, v128.load32_splat(in2), u);
          a3 = addProduct<v128>(a3, v128.load32_splat(in3), u);
        }
        in0 += 4;
        in1 += 4;
        in2 += 4;
        in3 += 4;
        weights += width;
      }
    }
  }
  const low = lowest<v128>(e);
  const high = highest<v128>(e);
  const last = t.outputStep;
  finishPixel<W>(e, low, high, a0, b0, valid, y);
  if (sizeof<P>() > 1) {
    finishPixel<One>(e, low, high, a1, a1, valid, y + last);
    finishPixel<One>(e, low, high, a2, a2, valid, y + 2 * last);
    finishPixel<One>(e, low, high, a3, a3, valid, y + 3 * last);
  }
}

/** The sums of a wide tile, of whose two vectors of output channels only `valid` exist. */
function finishNarrow(
  e: Epilogue, a0: v128, b0: v128, a1: v128, b1: v128, a2: v128, b2: v128, a3: v128, b3: v128,
  valid: i32, y: usize, step: i32,
): void {
  const low = lowest<v128>(e);
  const high = highest<v128>(e);
  finishPixel<Two>(e, low, high, a0, b0, valid, y);
  finishPixel<Two>(e, low, high, a1, b1, valid, y + step);
  finishPixel<Two>(e, low, high, a2, b2, valid, y + 2 * step);
  finishPixel<Two>(e, low, high, a3, b3, valid, y + 3 * step);
}

/**
 * Tiles of four pixels × two vectors, which nearly all products go through, for four and more neighbouring pixels: the last
 * tile may begin among those done. Eight input channels a turn, since V8 asks in each whether it is to stop. Processors of
 * AMD lose a quarter of their rate where multiplications and additions alternate: two of each follow one another. The
 * condition in between always holds, and engines drop it; asc would move the multiplications back. Without the way out
 * between channels, V8 of Node 20 first loads the operands of all, more than it has registers for.
 */
export function wideTiles(
  e: Epilogue, t: Products, x: usize, panel: usize, valid: i32, y: usize, pixels: i32,
): void {
  const step = t.pixelStep;
  const last = t.outputStep;
  const f = panel + (1 + t.firstProduct) * 32;
  const low = lowest<v128>(e);
  const high = highest<v128>(e);
  let u: v128, v: v128, value: v128, p: v128, q: v128;
  for (let next = 0; next < pixels; next += tilePixels) {
    const pixel = min(next, pixels - tilePixels);
    let a0 = v128.load(panel);
    let b0 = v128.load(panel, 16);
    let a1 = a0;
    let b1 = b0;
    let a2 = a0;
    let b2 = b0;
    let a3 = a0;
    let b3 = b0;
    for (let row = 0; row < t.rows; ++row) {
      for (let column = 0; column < t.columns; ++column) {
        let in0 = x + pixel * step + row * t.rowStep + column * t.columnStep;
        let in1 = in0 + step;
        let in2 = in1 + step;
        let in3 = in2 + step;
        let weights = f + (row * t.weightRowStep + column * t.weightColumnStep) * 32;
        for (let c = t.channels; c > 0; c -= 8) {
          u = v128.load(weights); v = v128.load(weights, 16);
          value = v128.load32_splat(in0); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          if (c == 1) break;
          u = v128.load(weights, 32); v = v128.load(weights, 48);
          value = v128.load32_splat(in0, 4); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1, 4); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2, 4); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3, 4); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          if (c == 2) break;
          u = v128.load(weights, 64); v = v128.load(weights, 80);
          value = v128.load32_splat(in0, 8); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1, 8); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2, 8); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3, 8); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          if (c == 3) break;
          u = v128.load(weights, 96); v = v128.load(weights, 112);
          value = v128.load32_splat(in0, 12); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1, 12); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2, 12); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3, 12); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          if (c == 4) break;
          u = v128.load(weights, 128); v = v128.load(weights, 144);
          value = v128.load32_splat(in0, 16); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1, 16); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2, 16); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3, 16); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          if (c == 5) break;
          u = v128.load(weights, 160); v = v128.load(weights, 176);
          value = v128.load32_splat(in0, 20); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1, 20); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2, 20); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3, 20); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          if (c == 6) break;
          u = v128.load(weights, 192); v = v128.load(weights, 208);
          value = v128.load32_splat(in0, 24); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1, 24); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2, 24); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3, 24); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          if (c == 7) break;
          u = v128.load(weights, 224); v = v128.load(weights, 240);
          value = v128.load32_splat(in0, 28); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a0 = add<v128>(a0, p); b0 = add<v128>(b0, q); }
          value = v128.load32_splat(in1, 28); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a1 = add<v128>(a1, p); b1 = add<v128>(b1, q); }
          value = v128.load32_splat(in2, 28); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a2 = add<v128>(a2, p); b2 = add<v128>(b2, q); }
          value = v128.load32_splat(in3, 28); p = multiply<v128>(value, u); q = multiply<v128>(value, v);
          if (c > 0) { a3 = add<v128>(a3, p); b3 = add<v128>(b3, q); }
          in0 += 32;
          in1 += 32;
          in2 += 32;
          in3 += 32;
          weights += 256;
        }
      }
    }
    const to = y + pixel * last;
    if (valid == 2 * vecLanes) {
      finish<v128>(low, high, a0, to);
      finish<v128>(low, high, b0, to + 16);
      finish<v128>(low, high, a1, to + last);
      finish<v128>(low, high, b1, to + last + 16);
      finish<v128>(low, high, a2, to + 2 * last);
      finish<v128>(low, high, b2, to + 2 * last + 16);
      finish<v128>(low, high, a3, to + 3 * last);
      finish<v128>(low, high, b3, to + 3 * last + 16);
    } else {
      finishNarrow(e, a0, b0, a1, b1, a2, b2, a3, b3, valid, to, last);
    }
  }
}
