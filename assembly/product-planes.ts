// The dense product for NCHW tensors: that of product.ts with its parts exchanged. Its rows are the output channels, whose
// weights stand as they are packed; its panels are pixels, packed here from planes. A panel begins with zeros, and its
// first product is the bias times one, which is the bias. Unlike the native twin, the last panel is as narrow as it can be
// and not evened out with the one before: there are but two widths.
import { Epilogue, epilogueOf } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import {
  ceilDivide,
  copyRow,
  definedPixels,
  inputPlane,
  isPadded,
  outputPlane,
  packPlanes,
  planesEnd,
  planesPackedSize,
  secondPassPlane,
  skipsPadding,
  zeroRow,
} from './planes';
import { sharesPanels } from './pointwise';
import { panelWidth, panelWidthAt, productPixels } from './product';
import { Products } from './product-tile';
import { evens, vecLanes } from './simd';
import { floatBytes, sizeProduct, sizeSum } from './sizes';

/** Rows of a panel before those of its products: zeros, ones. */
const headRows: i32 = 2;

/** Floats that are packed together, and the bounds of their pixels: runs of a plane that are long enough to fetch ahead. */
const blockFloats: i32 = 64 * 1024;
const leastBlock: i32 = 64;
const mostBlock: i32 = 1024;

/** Floats of one panel beyond which none is packed: outputs with so many products are computed by their definition. */
const mostPanelFloats: i64 = 1 << 24;

/** Output channels that go through all panels before the next ones, so that their weights stay in the nearest cache. */
const rowsTogether: i32 = 2 * vecLanes;

/** Rows of a panel. */
@inline function panelRows(p: Params): i64 {
  return <i64>p.products + headRows;
}

/** Pixels that are packed together, in whole panels. */
export function blockPixels(p: Params): i32 {
  const pixels = min(max(<i32>(blockFloats / panelRows(p)), leastBlock), mostBlock) / panelWidth;
  return min(pixels, panelsOfPlane(p)) * panelWidth;
}

export function packsPanels(p: Params): bool {
  return panelRows(p) * panelWidth <= mostPanelFloats;
}

/** Floats of the panels of a block. */
export function panelScratch(p: Params): u64 {
  return packsPanels(p) ? sizeProduct(blockPixels(p), panelRows(p)) : 0;
}

/** Packs the zeros and the ones of `count` pixels, for panels of so many rows. */
export function packHead(count: i32, rows: i32, panels: usize): void {
  for (let pixel = 0; pixel < count; ) {
    const width = panelWidthAt(count, pixel);
    const to = at(panels, pixel * rows);
    for (let i = 0; i < width; i += vecLanes) {
      v128.store(at(to, i), f32x4.splat(0));
      v128.store(at(to, width + i), f32x4.splat(1));
    }
    pixel += width;
  }
}

/** Packs `count` pixels of planes as they stand. */
export function packPixels(
  planes: usize, planesEnd: usize, planeStep: i32, channels: i32, count: i32, panels: usize,
): void {
  for (let c = 0; c < channels; ++c) {
    let pixel = 0;
    for (; pixel + panelWidth <= count; pixel += panelWidth) {
      const to = at(panels, pixel * (channels + headRows) + (c + headRows) * panelWidth);
      v128.store(to, v128.load(at(planes, pixel)));
      v128.store(to, v128.load(at(planes, pixel), 16), 16);
    }
    while (pixel < count) {
      const width = panelWidthAt(count, pixel);
      const to = at(panels, pixel * (channels + headRows) + (c + headRows) * width);
      copyRow(at(planes, pixel), planesEnd, 1, min(count - pixel, width), to, at(to, width));
      pixel += width;
    }
    planes = at(planes, planeStep);
  }
}

/**
 * One tap of `count` neighbouring outputs, of which the first one's stands in row `y`, column `x`, of so many planes: a
 * row of the panel from each, up to `toEnd` in the first.
 */
function packTap(
  p: Params, planes: usize, planesEnd: usize, channels: i32, y: i32, x: i32, count: i32, to: usize, toEnd: usize,
  width: i32,
): void {
  const stride = p.strideWidth;
  let begin = 0;
  let end = y < 0 || y >= p.inputHeight ? 0 : count;
  if (end > 0 && x < 0) begin = min(ceilDivide(-x, stride), count);
  if (end > 0 && <i64>x + <i64>(count - 1) * stride >= p.inputWidth) {
    end = max(ceilDivide(p.inputWidth - x, stride), begin);
  }
  let from = at(planes, y * p.inputWidth + x + begin * stride);
  const plane = inputPlane(p) << 2;
  if (end - begin == panelWidth && stride == 1) {
    for (let c = 0; c < channels; ++c) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += plane;
      to += panelWidth << 2;
    }
    return;
  }
  if (end - begin == panelWidth && stride == 2 && planesEnd - (from + (channels - 1) * plane) >= 64) {
    for (let c = 0; c < channels; ++c) {
      v128.store(to, evens(v128.load(from), v128.load(from, 16)));
      v128.store(to, evens(v128.load(from, 32), v128.load(from, 48)), 16);
      from += plane;
      to += panelWidth << 2;
    }
    return;
  }
  for (let c = 0; c < channels; ++c) {
    zeroRow(begin, to, toEnd);
    copyRow(from, planesEnd, stride, end - begin, at(to, begin), toEnd);
    zeroRow(count - end, at(to, end), toEnd);
    from += plane;
    to = at(to, width);
    toEnd = at(toEnd, width);
  }
}

/** Packs the windows of the outputs [first, first + count), over so many planes. */
function packWindows(
  p: Params, planes: usize, planesEnd: usize, channels: i32, first: i32, count: i32, panels: usize,
): void {
  for (let tap = 0; tap < p.filterHeight * p.filterWidth; ++tap) {
    const down = tap / p.filterWidth * p.dilationHeight - p.paddingTop;
    const across = tap % p.filterWidth * p.dilationWidth - p.paddingLeft;
    for (let pixel = 0; pixel < count; ) {
      const width = panelWidthAt(count, pixel);
      const to = at(panels, pixel * (p.products + headRows) + (tap * channels + headRows) * width);
      const valid = min(count - pixel, width);
      for (let done = 0; done < valid; ) {
        const outY = (first + pixel + done) / p.outputWidth;
        const outX = (first + pixel + done) % p.outputWidth;
        const run = min(p.outputWidth - outX, valid - done);
        packTap(
          p, planes, planesEnd, channels, outY * p.strideHeight + down, outX * p.strideWidth + across, run, at(to, done),
          at(to, width), width,
        );
        done += run;
      }
      pixel += width;
    }
  }
}

/** A product of packed pixels with the bias and the weights of each output channel, written into the room at `t`. */
export function planesProducts(p: Params, t: Products): void {
  t.rows = 1;
  t.columns = 1;
  t.channels = p.products + 1;
  t.rowStep = 0;
  t.columnStep = 0;
  t.pixelStep = t.channels << 2;
  t.weightRowStep = 0;
  t.weightColumnStep = 0;
  t.firstProduct = 0;
  t.count = t.channels;
  t.outputStep = outputPlane(p) << 2;
}

/** The outputs of packed pixels: `channels` planes from `y` on, whose weights begin at `rows`. */
export function productPanels(
  e: Epilogue, t: Products, panels: usize, rows: usize, channels: i32, pixels: i32, y: usize,
): void {
  t.outputChannels = pixels;
  for (let o = 0; o < channels; o += rowsTogether) {
    const count = min(rowsTogether, channels - o);
    productPixels(e, t, rows + o * t.pixelStep, panels, 0, pixels, y + o * t.outputStep, count);
  }
}

export function productPlanesPackedBytes(p: Params): u64 {
  return floatBytes(planesPackedSize(p));
}

export function productPlanesPack(p: Params, weights: Weights, packed: usize): void {
  packPlanes(p, weights, packed);
}

@inline function panelsOfPlane(p: Params): i32 {
  return (outputPlane(p) - 1) / panelWidth + 1;
}

export function productPlanesUnits(p: Params): i32 {
  return sharesPanels(p) ? (p.outputChannels - 1) / rowsTogether + 1 : p.batch * panelsOfPlane(p);
}

/** What native code keeps on the stack stands at the start of scratch: slopes, the epilogue, the products. */
const roomSize: usize = 16 + offsetof<Epilogue>() + offsetof<Products>() + 15 & ~15;

export function productPlanesScratchBytes(p: Params): u64 {
  return sizeSum(roomSize, floatBytes(panelScratch(p)));
}

/** Whether the output planes are as the input's, pixel for pixel. */
@inline function isDense(p: Params): bool {
  return p.filterHeight == 1 && p.filterWidth == 1 && p.strideHeight == 1 && p.strideWidth == 1 && !isPadded(p);
}

/** The outputs [begin, end) of one image, few enough for the panels, of the output channels [first, last). */
function productBlock(
  e: Epilogue, t: Products, image: i32, operands: Operands, panels: usize, begin: i32, end: i32, first: i32, last: i32,
  slopes: usize,
): void {
  const p = e.p;
  const packed = operands.packed;
  const inputsEnd = planesEnd(p, operands);
  const inputs = p.inputChannels / p.groups;
  const outputs = p.outputChannels / p.groups;
  const plane = outputPlane(p);
  const y = at(e.output, image * p.outputChannels * plane + begin);
  const packs = packsPanels(p);
  if (packs) packHead(end - begin, p.products + headRows, panels);
  for (let group = first / outputs; group * outputs < last; ++group) {
    const from = max(first, group * outputs);
    const to = min(last, (group + 1) * outputs);
    const rows = at(packed, from * (p.products + 1));
    const input = at(operands.input, (image * p.inputChannels + group * inputs) * inputPlane(p));
    if (packs && isDense(p)) packPixels(at(input, begin), inputsEnd, inputPlane(p), inputs, end - begin, panels);
    else if (packs) packWindows(p, input, inputsEnd, inputs, begin, end - begin, panels);
    if (packs) productPanels(e, t, panels, rows, to - from, end - begin, at(y, from * plane));
    if (!packs || skipsPadding(p, packed)) {
      for (let o = from; o < to; ++o) {
        const f = at(packed, o * (p.products + 1));
        definedPixels(e, input, inputPlane(p), inputs, f, begin, end, at(y, o * plane), !packs);
      }
    }
  }
  for (let o = first; o < last; ++o) secondPassPlane(e, at(y, o * plane), end - begin, o, slopes);
}

export function productPlanes(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch + 16);
  const t = changetype<Products>(scratch + 16 + offsetof<Epilogue>());
  const panelsOfImage = panelsOfPlane(p);
  const shares = sharesPanels(p);
  const first = shares ? begin * rowsTogether : 0;
  const last = shares ? min(end * rowsTogether, p.outputChannels) : p.outputChannels;
  const lastPanel = shares ? p.batch * panelsOfImage : end;
  epilogueOf(p, operands, e);
  planesProducts(p, t);
  for (let panel = shares ? 0 : begin; panel < lastPanel; ) {
    const inImage = panel % panelsOfImage;
    const left = min(lastPanel - panel, panelsOfImage - inImage);
    const together = min(left, blockPixels(p) / panelWidth);
    const pixel = inImage * panelWidth;
    const pixelsEnd = min(pixel + together * panelWidth, outputPlane(p));
    productBlock(
      e, t, panel / panelsOfImage, operands, scratch + roomSize, pixel, pixelsEnd, first, last, scratch,
    );
    panel += together;
  }
}
