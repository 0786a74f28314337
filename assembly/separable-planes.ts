// The two halves of a separable convolution of NCHW tensors fused: rows of all depthwise planes stay in scratch, small
// enough for the nearest caches, and the pointwise product packs its panels from them there.
import { depthwiseStrip, fillStrip, placeTaps, Strip, stripScratch } from './depthwise-planes';
import { Epilogue, fillEpilogue } from './epilogue';
import { at, next, Operands, Params, Weights } from './params';
import { definedPixels, inputPlane, outputPlane, packPlanes, planesEnd, planesPackedSize, secondPassPlane } from './planes';
import { Products } from './product-tile';
import { blockPixels, packHead, packPixels, packsPanels, panelScratch, planesProducts, productPanels } from './product-planes';
import { vecLanes } from './simd';
import { floatBytes, sizeProduct, sizeSum } from './sizes';

/** Depthwise outputs that are in scratch at once, in whole rows. */
const betweenFloats: i32 = 64 * 1024;

function planeRowsTogether(p: Params): i32 {
  const rows = betweenFloats / (<i64>p.outputWidth * p.outputChannels);
  return <i32>min(max(rows, 1), p.outputHeight);
}

/** Floats of those rows, and what vectors may read beyond. */
@inline function betweenSize(p: Params): u64 {
  return sizeSum(sizeProduct(planeRowsTogether(p), p.outputWidth, p.outputChannels), vecLanes);
}

export function separablePlanesPackedBytes(p: Params): u64 {
  return floatBytes(sizeSum(planesPackedSize(p), planesPackedSize(next(p))));
}

export function separablePlanesPack(p: Params, weights: Weights, packed: usize): void {
  packPlanes(p, weights, packed);
  packPlanes(next(p), next(weights), at(packed, <i32>planesPackedSize(p)));
}

export function separablePlanesUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/** What native code keeps on the stack stands at the start of scratch: slopes, two epilogues, the products, a strip. */
const roomSize: usize = 16 + 2 * offsetof<Epilogue>() + offsetof<Products>() + offsetof<Strip>() + 15 & ~15;

export function separablePlanesScratchBytes(p: Params): u64 {
  const strip = stripScratch(p, planeRowsTogether(p));
  return sizeSum(roomSize, floatBytes(sizeSum(panelScratch(next(p)), strip, betweenSize(p))));
}

/** The pointwise outputs of depthwise ones that stand in scratch, `pixels` to a plane. */
function productOfRows(
  e: Epilogue, t: Products, between: usize, betweenEnd: usize, packed: usize, panels: usize, pixels: i32, y: usize,
  slopes: usize,
): void {
  const p = e.p;
  const block = blockPixels(p);
  for (let o = 0; o < p.outputChannels && !packsPanels(p); ++o) {
    const f = at(packed, o * (p.products + 1));
    definedPixels(e, between, pixels, p.inputChannels, f, 0, pixels, at(y, o * outputPlane(p)), true);
  }
  for (let begin = 0; begin < pixels && packsPanels(p); begin += block) {
    const count = min(block, pixels - begin);
    packHead(count, p.products + 2, panels);
    packPixels(at(between, begin), betweenEnd, pixels, p.inputChannels, count, panels);
    productPanels(e, t, panels, packed, p.outputChannels, count, at(y, begin));
  }
  for (let o = 0; o < p.outputChannels; ++o) secondPassPlane(e, at(y, o * outputPlane(p)), pixels, o, slopes);
}

export function separablePlanes(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const second = next(p);
  const between = changetype<Epilogue>(scratch + 16);
  const e = next(between);
  const t = changetype<Products>(scratch + 16 + 2 * offsetof<Epilogue>());
  const s = changetype<Strip>(scratch + 16 + 2 * offsetof<Epilogue>() + offsetof<Products>());
  const panels = scratch + roomSize;
  const strip = at(panels, <i32>panelScratch(second));
  const rowsOut = at(strip, <i32>stripScratch(p, planeRowsTogether(p)));
  const rowsEnd = at(rowsOut, <i32>betweenSize(p));
  const inputsEnd = planesEnd(p, operands);
  const multiplier = p.outputChannels / p.inputChannels;
  const packed = at(operands.packed, <i32>planesPackedSize(p));
  fillEpilogue(between, p, rowsOut, 0, operands.slopes);
  fillEpilogue(e, second, operands.output, operands.residual, operands.secondSlopes);
  planesProducts(second, t);
  fillStrip(s, p, planeRowsTogether(p));
  placeTaps(p, s, strip);
  for (let row = begin; row < end; ) {
    const image = row / p.outputHeight;
    const outY = row % p.outputHeight;
    const rows = min(s.outputRows, min(end - row, p.outputHeight - outY));
    const pixels = rows * p.outputWidth;
    for (let c = 0; c < p.inputChannels; ++c) {
      depthwiseStrip(
        between, s, at(operands.input, (image * p.inputChannels + c) * inputPlane(p)), inputsEnd, c, operands.packed, outY,
        rows, at(rowsOut, c * multiplier * pixels), pixels, strip, scratch,
      );
    }
    const y = at(e.output, image * second.outputChannels * outputPlane(second) + outY * second.outputWidth);
    productOfRows(e, t, rowsOut, rowsEnd, packed, panels, pixels, y, scratch);
    row += rows;
  }
}
