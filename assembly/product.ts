// The dense product behind the convolutions that mix channels: a register tile of pixels × output channels, over every
// tap and input channel in order. Weights are packed in panels of output channels, [panel][bias, taps × inputs][width],
// the last panel as narrow as it can be and filled up with zeros.
import { Epilogue, finish, finishLanes, highest, lowest } from './epilogue';
import { at } from './params';
import { addProduct, Four, One, Two, vecLanes } from './simd';
import { sizeProduct } from './sizes';

/** Pixels of a tile over two vectors of output channels: V8 has 15 vector registers, and a larger tile spills. */
const tilePixels: i32 = 4;
export const panelWidth: i32 = 2 * vecLanes;

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

/** The width of the panel that begins at output channel `o`: two vectors, or one where that is enough. */
@inline export function panelWidthAt(outputChannels: i32, o: i32): i32 {
  return outputChannels - o > vecLanes ? panelWidth : vecLanes;
}

/** Floats of all panels, for so many products an output. */
export function panelsSize(outputChannels: i32, products: i32): u64 {
  const panels = outputChannels / panelWidth * panelWidth;
  const rest = outputChannels - panels;
  return sizeProduct(<i64>panels + (rest == 0 ? 0 : panelWidthAt(rest, 0)), <i64>products + 1);
}

/** Packs a filter [products][stride], of which `outputChannels` columns are taken. */
export function packPanels(
  filter: usize, bias: usize, outputChannels: i32, stride: i32, products: i32, packed: usize,
): void {
  for (let o = 0; o < outputChannels; ) {
    const width = panelWidthAt(outputChannels, o);
    const valid = min(outputChannels - o, width);
    packed = packRow(at(bias, o), valid, width, packed);
    for (let t = 0; t < products; ++t) packed = packRow(at(filter, t * stride + o), valid, width, packed);
    o += width;
  }
}

/** Copies `valid` floats, fills up with zeros, and returns where the next row begins. */
function packRow(from: usize, valid: i32, width: i32, packed: usize): usize {
  for (let i = 0; i < width; ++i) store<f32>(at(packed, i), i < valid ? load<f32>(at(from, i)) : 0);
  return at(packed, width);
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

/**
 * P pixels × W vectors of output channels, of which `valid` exist; `panel` begins with their bias. Two input channels a
 * turn, with a way out between them: without that branch, V8 of Node 20 first loads the operands of both, more than it
 * has registers for.
 */
function productTile<P, W>(e: Epilogue, t: Products, x: usize, panel: usize, valid: i32, y: usize): void {
  const width = <i32>sizeof<W>() * 16;
  const rows = t.rows;
  const columns = t.columns;
  const step = t.pixelStep;
  const f = panel + (1 + t.firstProduct) * width;
  let a0 = v128.load(panel);
  let b0 = sizeof<W>() > 1 ? v128.load(panel, 16) : a0;
  let a1 = a0;
  let b1 = b0;
  let a2 = a0;
  let b2 = b0;
  let a3 = a0;
  let b3 = b0;
  for (let row = 0; row < rows; ++row) {
    for (let column = 0; column < columns; ++column) {
      let in0 = x + row * t.rowStep + column * t.columnStep;
      let in1 = in0 + step;
      let in2 = in1 + step;
      let in3 = in2 + step;
      let weights = f + (row * t.weightRowStep + column * t.weightColumnStep) * width;
      let value: v128;
      for (let c = t.channels; c > 0; c -= 2) {
        const u0 = v128.load(weights);
        const v0 = sizeof<W>() > 1 ? v128.load(weights, 16) : u0;
        value = v128.load32_splat(in0);
        a0 = addProduct<v128>(a0, value, u0);
        if (sizeof<W>() > 1) b0 = addProduct<v128>(b0, value, v0);
        if (sizeof<P>() > 1) {
          value = v128.load32_splat(in1);
          a1 = addProduct<v128>(a1, value, u0);
          if (sizeof<W>() > 1) b1 = addProduct<v128>(b1, value, v0);
        }
        if (sizeof<P>() > 2) {
          value = v128.load32_splat(in2);
          a2 = addProduct<v128>(a2, value, u0);
          if (sizeof<W>() > 1) b2 = addProduct<v128>(b2, value, v0);
          value = v128.load32_splat(in3);
          a3 = addProduct<v128>(a3, value, u0);
          if (sizeof<W>() > 1) b3 = addProduct<v128>(b3, value, v0);
        }
        if (c == 1) break;
        const u1 = v128.load(weights, width);
        const v1 = sizeof<W>() > 1 ? v128.load(weights, width + 16) : u1;
        value = v128.load32_splat(in0, 4);
        a0 = addProduct<v128>(a0, value, u1);
        if (sizeof<W>() > 1) b0 = addProduct<v128>(b0, value, v1);
        if (sizeof<P>() > 1) {
          value = v128.load32_splat(in1, 4);
          a1 = addProduct<v128>(a1, value, u1);
          if (sizeof<W>() > 1) b1 = addProduct<v128>(b1, value, v1);
        }
        if (sizeof<P>() > 2) {
          value = v128.load32_splat(in2, 4);
          a2 = addProduct<v128>(a2, value, u1);
          if (sizeof<W>() > 1) b2 = addProduct<v128>(b2, value, v1);
          value = v128.load32_splat(in3, 4);
          a3 = addProduct<v128>(a3, value, u1);
          if (sizeof<W>() > 1) b3 = addProduct<v128>(b3, value, v1);
        }
        in0 += 8;
        in1 += 8;
        in2 += 8;
        in3 += 8;
        weights += 2 * width;
      }
    }
  }
  const low = lowest<v128>(e);
  const high = highest<v128>(e);
  const last = t.outputStep;
  finishPixel<W>(e, low, high, a0, b0, valid, y);
  if (sizeof<P>() > 1) finishPixel<W>(e, low, high, a1, b1, valid, y + last);
  if (sizeof<P>() > 2) {
    finishPixel<W>(e, low, high, a2, b2, valid, y + 2 * last);
    finishPixel<W>(e, low, high, a3, b3, valid, y + 3 * last);
  }
}

/** One panel of output channels for neighbouring pixels. */
function productPanel<W>(
  e: Epilogue, t: Products, x: usize, panel: usize, valid: i32, y: usize, pixels: i32,
): void {
  while (pixels > 0) {
    let size = 1;
    if (pixels >= tilePixels) {
      productTile<Four, W>(e, t, x, panel, valid, y);
      size = tilePixels;
    } else if (pixels >= 2) {
      productTile<Two, W>(e, t, x, panel, valid, y);
      size = 2;
    } else {
      productTile<One, W>(e, t, x, panel, valid, y);
    }
    x += size * t.pixelStep;
    y += size * t.outputStep;
    pixels -= size;
  }
}

/**
 * The output channels from `first` up to `last` (where panels begin) of neighbouring pixels. `x` is the first tap inside
 * and `y` output channel 0 of the first pixel, both of this group.
 */
export function productPixels(
  e: Epilogue, t: Products, x: usize, panels: usize, first: i32, last: i32, y: usize, pixels: i32,
): void {
  for (let o = first; o < last; ) {
    const width = panelWidthAt(t.outputChannels, o);
    const valid = min(t.outputChannels - o, width);
    const panel = at(panels, o * (t.count + 1));
    if (width == panelWidth) productPanel<Two>(e, t, x, panel, valid, at(y, o), pixels);
    else productPanel<One>(e, t, x, panel, valid, at(y, o), pixels);
    o += width;
  }
}
