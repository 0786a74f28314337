// Lanes hold neighbouring channels. Weights are packed [multiplier][channels / lanes][bias, taps][lanes], so that the
// weights of a vector stand together. Two things differ from the native twin, whose vectors are wider: channels that fill
// no vector follow one by one, without cells of pixels, and only four pixels go through all channels together, since V8
// has no room for the weights of a window in registers.
import { Epilogue, epilogueOf, finish, finishLanes, secondPass } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import { addProduct, Four, One, vecLanes } from './simd';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

@inline function taps(p: Params): i32 {
  return p.filterHeight * p.filterWidth;
}

export function depthwisePackedSize(p: Params): usize {
  return <usize>p.outputChannels * (taps(p) + 1);
}

export function depthwisePack(p: Params, weights: Weights, packed: usize): void {
  const multiplier = p.outputChannels / p.inputChannels;
  for (let m = 0; m < multiplier; ++m) {
    for (let c = 0; c < p.inputChannels; ) {
      const lanes = c + vecLanes <= p.inputChannels ? vecLanes : 1;
      for (let lane = 0; lane < lanes; ++lane) {
        const out = (c + lane) * multiplier + m;
        store<f32>(at(packed, lane), load<f32>(at(weights.bias, out)));
        for (let t = 0; t < taps(p); ++t) {
          const value = load<f32>(at(weights.filter, t * p.outputChannels + out));
          store<f32>(at(packed, (t + 1) * lanes + lane), value);
        }
      }
      packed = at(packed, lanes * (taps(p) + 1));
      c += lanes;
    }
  }
}

/** The taps inside the input, for neighbouring output pixels of one row. Steps are in bytes. */
@unmanaged export class DepthwiseWindow {
  rows: i32;
  columns: i32;
  rowStep: i32;
  columnStep: i32;
  pixelStep: i32;
  /** Weights from one row of taps to the next, and the first tap, counted in taps. */
  filterWidth: i32;
  firstTap: i32;
}

/** Stores a sum, whose lanes are `step` floats apart when a multiplier spreads them. */
@inline function finishSum<V>(e: Epilogue, sum: V, y: usize, step: i32): void {
  if (isVector<V>()) {
    if (step == 1) finish<v128>(e, sum, y);
    else finishLanes(e, sum, vecLanes, step, y);
  } else {
    finish<V>(e, sum, y);
  }
}

/**
 * P neighbouring pixels (one or four), lanes<V>() channels; `f` begins with the bias. `step`, the multiplier, comes from
 * the caller: V8 would divide again for every tile.
 */
@inline function depthwiseTile<V, P>(
  e: Epilogue, w: DepthwiseWindow, x: usize, f: usize, y: usize, step: i32,
): void {
  const rows = w.rows;
  const columns = w.columns;
  const rowStep = w.rowStep;
  const columnStep = w.columnStep;
  const pixelStep = w.pixelStep;
  const weightStep = w.filterWidth * <i32>sizeof<V>();
  let sum0 = load<V>(f);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  f += (1 + w.firstTap) * <i32>sizeof<V>();
  for (let ky = 0; ky < rows; ++ky) {
    let at0 = x;
    let weight = f;
    for (let kx = 0; kx < columns; ++kx) {
      const weights = load<V>(weight);
      sum0 = addProduct<V>(sum0, load<V>(at0), weights);
      if (sizeof<P>() > 1) {
        const at1 = at0 + pixelStep;
        const at2 = at1 + pixelStep;
        sum1 = addProduct<V>(sum1, load<V>(at1), weights);
        sum2 = addProduct<V>(sum2, load<V>(at2), weights);
        sum3 = addProduct<V>(sum3, load<V>(at2 + pixelStep), weights);
      }
      at0 += columnStep;
      weight += sizeof<V>();
    }
    x += rowStep;
    f += weightStep;
  }
  const next = e.p.outputChannels << 2;
  finishSum<V>(e, sum0, y, step);
  if (sizeof<P>() > 1) {
    finishSum<V>(e, sum1, y + next, step);
    finishSum<V>(e, sum2, y + 2 * next, step);
    finishSum<V>(e, sum3, y + 3 * next, step);
  }
}

/** All channels of P neighbouring pixels. `x` is the first tap inside of channel 0, `y` the first output. */
function depthwisePixels<P>(e: Epilogue, w: DepthwiseWindow, x: usize, packed: usize, y: usize): void {
  const channels = e.p.inputChannels;
  const multiplier = e.p.outputChannels / channels;
  const block = taps(e.p) + 1;
  let f = packed;
  for (let m = 0; m < multiplier; ++m) {
    let c = 0;
    for (; c + vecLanes <= channels; c += vecLanes) {
      const o = c * multiplier + m;
      depthwiseTile<v128, P>(e, w, at(x, c), f, at(y, o), multiplier);
      f = at(f, block * vecLanes);
    }
    for (; c < channels; ++c) {
      const o = c * multiplier + m;
      depthwiseTile<f32, P>(e, w, at(x, c), f, at(y, o), multiplier);
      f = at(f, block);
    }
  }
}

/** Row `outY` of the outputs of one image. `y` is its first one; `w` is room for the window. */
function depthwiseRow(e: Epilogue, w: DepthwiseWindow, image: usize, packed: usize, outY: i32, y: usize): void {
  const p = e.p;
  const top = outY * p.strideHeight - p.paddingTop;
  const firstRow = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight);
  const innerBegin = interiorBegin(p.paddingLeft, p.strideWidth);
  const innerEnd = interiorEnd(
    p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft,
  );
  const row = at(image, (top + firstRow * p.dilationHeight) * p.inputWidth * p.inputChannels);
  w.rows = tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow;
  w.rowStep = p.dilationHeight * p.inputWidth * p.inputChannels << 2;
  w.columnStep = p.dilationWidth * p.inputChannels << 2;
  w.pixelStep = p.strideWidth * p.inputChannels << 2;
  w.filterWidth = p.filterWidth;
  for (let outX = 0; outX < p.outputWidth; ) {
    const left = outX * p.strideWidth - p.paddingLeft;
    const firstColumn = tapsBegin(left, p.inputWidth, p.filterWidth, p.dilationWidth);
    w.columns = tapsEnd(left, p.inputWidth, p.filterWidth, p.dilationWidth) - firstColumn;
    w.firstTap = firstRow * p.filterWidth + firstColumn;
    const x = at(row, (left + firstColumn * p.dilationWidth) * p.inputChannels);
    const out = at(y, outX * p.outputChannels);
    if (outX >= innerBegin && outX + 4 <= innerEnd) {
      depthwisePixels<Four>(e, w, x, packed, out);
      outX += 4;
    } else {
      depthwisePixels<One>(e, w, x, packed, out);
      outX += 1;
    }
  }
  secondPass(e, y, p.outputWidth, 0, p.outputChannels);
}

/** The rows [begin, end) of the outputs of a whole batch, of which row `begin` goes to `y`. */
export function depthwiseRows(
  e: Epilogue, w: DepthwiseWindow, input: usize, packed: usize, begin: i32, end: i32, y: usize,
): void {
  const p = e.p;
  const imageSize = p.inputHeight * p.inputWidth * p.inputChannels;
  const rowSize = p.outputWidth * p.outputChannels;
  for (let row = begin; row < end; ++row) {
    const image = at(input, row / p.outputHeight * imageSize);
    depthwiseRow(e, w, image, packed, row % p.outputHeight, at(y, (row - begin) * rowSize));
  }
}

export function depthwiseUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

/** What native code keeps on the stack stands at the start of scratch: the epilogue, the window. */
export function depthwiseScratchSize(p: Params): usize {
  return offsetof<Epilogue>() + offsetof<DepthwiseWindow>() >> 2;
}

export function depthwise(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch);
  const w = changetype<DepthwiseWindow>(scratch + offsetof<Epilogue>());
  epilogueOf(p, operands, e);
  const y = at(e.output, begin * p.outputWidth * p.outputChannels);
  depthwiseRows(e, w, operands.input, operands.packed, begin, end, y);
}
