// The dense product behind the convolutions that mix channels: a register tile of pixels × output channels, over every
// tap and input channel in order. Weights are packed in panels of output channels, [panel][bias, taps × inputs][width],
// the last panel as narrow as it can be and filled up with zeros.
import { Epilogue } from './epilogue';
import { at } from './params';
import { Products, productTile, tilePixels, wideTiles } from './product-tile';
import { Four, One, Two, vecLanes } from './simd';
import { sizeProduct } from './sizes';

export const panelWidth: i32 = 2 * vecLanes;

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

/**
 * One panel of output channels for neighbouring pixels: one vector in fours, of which the last may begin among those done;
 * two vectors in wide tiles, or where there are too few pixels for these, in tiles of one pixel.
 */
function productPanel<W>(
  e: Epilogue, t: Products, x: usize, panel: usize, valid: i32, y: usize, pixels: i32,
): void {
  const isTiled = pixels >= tilePixels;
  if (sizeof<W>() > 1 && isTiled) return wideTiles(e, t, x, panel, valid, y, pixels);
  for (let next = 0; next < pixels; ) {
    const isFour = isTiled && pixels - next > 1;
    const pixel = isFour ? min(next, pixels - tilePixels) : next;
    const input = x + pixel * t.pixelStep;
    const output = y + pixel * t.outputStep;
    if (sizeof<W>() == 1 && isFour) productTile<Four, One>(e, t, input, panel, valid, output);
    else productTile<One, W>(e, t, input, panel, valid, output);
    next = pixel + (isFour ? tilePixels : 1);
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
