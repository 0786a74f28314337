// A product over the taps of a window and the input channels of a group. Weights: the panels of one group after another.
// The loop over rows, which the native twin shares with transposed convolution, stands in both files: calls through a
// function as a value cost more here.
import { Epilogue, epilogueOf, secondPass } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import { packPanels, panelsSize, productPixels } from './product';
import { Products } from './product-tile';
import { floatBytes, sizeProduct } from './sizes';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

@inline function groupInputs(p: Params): i32 {
  return p.inputChannels / p.groups;
}

@inline function groupOutputs(p: Params): i32 {
  return p.outputChannels / p.groups;
}

export function conv2dPackedBytes(p: Params): u64 {
  return floatBytes(sizeProduct(p.groups, panelsSize(groupOutputs(p), p.products)));
}

export function conv2dPack(p: Params, weights: Weights, packed: usize): void {
  const outputs = groupOutputs(p);
  const size = <i32>panelsSize(outputs, p.products);
  for (let group = 0; group < p.groups; ++group) {
    const first = group * outputs;
    const panels = at(packed, group * size);
    packPanels(at(weights.filter, first), at(weights.bias, first), outputs, p.outputChannels, p.products, panels);
  }
}

/** What is the same for every window of a convolution with the taps in their order, written into the room at `t`. */
export function conv2dProducts(p: Params, t: Products): void {
  t.channels = groupInputs(p);
  t.rowStep = p.dilationHeight * p.inputWidth * p.inputChannels << 2;
  t.columnStep = p.dilationWidth * p.inputChannels << 2;
  t.pixelStep = p.strideWidth * p.inputChannels << 2;
  t.weightRowStep = p.filterWidth * groupInputs(p);
  t.weightColumnStep = groupInputs(p);
  t.count = p.products;
  t.outputChannels = groupOutputs(p);
  t.outputStep = p.outputChannels << 2;
}

/** Every group of `pixels` neighbours; `x` is the first tap inside and `y` the first output, of channel 0. */
export function productGroups(e: Epilogue, t: Products, x: usize, packed: usize, y: usize, pixels: i32): void {
  const size = <i32>panelsSize(t.outputChannels, t.count);
  for (let group = 0; group < e.p.groups; ++group) {
    const panels = at(packed, group * size);
    productPixels(e, t, at(x, group * t.channels), panels, 0, t.outputChannels, at(y, group * t.outputChannels), pixels);
  }
}

/** Row `outY` of the outputs of one image. `y` is its first one; `t` is room for the products. */
function conv2dRow(e: Epilogue, t: Products, image: usize, packed: usize, outY: i32, y: usize): void {
  const p = e.p;
  const top = outY * p.strideHeight - p.paddingTop;
  const firstRow = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight);
  const innerBegin = interiorBegin(p.paddingLeft, p.strideWidth);
  const innerEnd = interiorEnd(
    p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft,
  );
  const row = at(image, (top + firstRow * p.dilationHeight) * p.inputWidth * p.inputChannels);
  conv2dProducts(p, t);
  t.rows = tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow;
  for (let outX = 0; outX < p.outputWidth; ) {
    const left = outX * p.strideWidth - p.paddingLeft;
    const firstColumn = tapsBegin(left, p.inputWidth, p.filterWidth, p.dilationWidth);
    const pixels = outX >= innerBegin && outX < innerEnd ? innerEnd - outX : 1;
    const columns = tapsEnd(left, p.inputWidth, p.filterWidth, p.dilationWidth) - firstColumn;
    // Taps without a gap between them are one tap of more channels.
    const joined = p.dilationWidth == 1 && p.groups == 1;
    t.columns = joined ? 1 : columns;
    t.channels = joined ? columns * p.inputChannels : groupInputs(p);
    t.firstProduct = firstRow * t.weightRowStep + firstColumn * t.weightColumnStep;
    const x = at(row, (left + firstColumn * p.dilationWidth) * p.inputChannels);
    productGroups(e, t, x, packed, at(y, outX * p.outputChannels), pixels);
    outX += pixels;
  }
  secondPass(e, y, p.outputWidth, 0, p.outputChannels);
}

export function conv2dUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/** What native code keeps on the stack stands at the start of scratch: the epilogue, the products. */
export function conv2dScratchBytes(p: Params): u64 {
  return offsetof<Epilogue>() + offsetof<Products>();
}

export function conv2d(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch);
  const t = changetype<Products>(scratch + offsetof<Epilogue>());
  const imageSize = p.inputHeight * p.inputWidth * p.inputChannels;
  const rowSize = p.outputWidth * p.outputChannels;
  epilogueOf(p, operands, e);
  for (let row = begin; row < end; ++row) {
    const image = at(operands.input, row / p.outputHeight * imageSize);
    conv2dRow(e, t, image, operands.packed, row % p.outputHeight, at(e.output, row * rowSize));
  }
}
