// A product over the input channels of each pixel. Threads share the pixels, or where those are few, the panels.
import { Epilogue, epilogueOf, secondPass } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import { packPanels, panelsSize, panelWidth, productPixels } from './product';
import { Products } from './product-tile';
import { floatBytes } from './sizes';

/** Pixels that go through all panels before the next ones, so that they stay in the nearest cache. */
export const pixelBlock: i32 = 144;

/** Below so many pixels, threads share out the panels. */
const fewPixels: i32 = 192;

@inline function outputPixels(p: Params): i32 {
  return p.batch * p.outputHeight * p.outputWidth;
}

@inline export function sharesPanels(p: Params): bool {
  return outputPixels(p) < fewPixels;
}

export function pointwisePackedBytes(p: Params): u64 {
  return floatBytes(panelsSize(p.outputChannels, p.inputChannels));
}

export function pointwisePack(p: Params, weights: Weights, packed: usize): void {
  packPanels(weights.filter, weights.bias, p.outputChannels, p.outputChannels, p.inputChannels, packed);
}

/** A product of one tap, `pixelStep` from pixel to pixel, written into the room at `t`. */
export function pointwiseProducts(p: Params, t: Products): void {
  t.rows = 1;
  t.columns = 1;
  t.channels = p.inputChannels;
  t.rowStep = 0;
  t.columnStep = 0;
  t.pixelStep = p.strideWidth * p.inputChannels << 2;
  t.weightRowStep = 0;
  t.weightColumnStep = 0;
  t.firstProduct = 0;
  t.count = p.inputChannels;
  t.outputChannels = p.outputChannels;
  t.outputStep = p.outputChannels << 2;
}

export function pointwiseUnits(p: Params): i32 {
  return sharesPanels(p) ? (p.outputChannels - 1) / panelWidth + 1 : outputPixels(p);
}

/** What native code keeps on the stack stands at the start of scratch: the epilogue, the products. */
export function pointwiseScratchBytes(p: Params): u64 {
  return offsetof<Epilogue>() + offsetof<Products>();
}

/** The outputs [begin, end), pixel by pixel of the whole batch, of the output channels [first, last). */
function pointwisePixels(
  e: Epilogue, operands: Operands, t: Products, begin: i32, end: i32, first: i32, last: i32,
): void {
  const p = e.p;
  const dense = p.strideHeight == 1 && p.strideWidth == 1;
  for (let pixel = begin; pixel < end; ) {
    const row = pixel / p.outputWidth;
    const column = pixel % p.outputWidth;
    const run = dense ? end - pixel : p.outputWidth - column;
    const pixels = min(min(run, end - pixel), pixelBlock);
    const inputRow = row / p.outputHeight * p.inputHeight + row % p.outputHeight * p.strideHeight;
    const x = at(operands.input, (inputRow * p.inputWidth + column * p.strideWidth) * p.inputChannels);
    const y = at(e.output, pixel * p.outputChannels);
    productPixels(e, t, x, operands.packed, first, last, y, pixels);
    secondPass(e, y, pixels, first, last);
    pixel += pixels;
  }
}

export function pointwise(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch);
  const t = changetype<Products>(scratch + offsetof<Epilogue>());
  epilogueOf(p, operands, e);
  pointwiseProducts(p, t);
  if (sharesPanels(p)) {
    const last = min(end * panelWidth, p.outputChannels);
    pointwisePixels(e, operands, t, 0, outputPixels(p), begin * panelWidth, last);
  } else {
    pointwisePixels(e, operands, t, begin, end, 0, p.outputChannels);
  }
}
