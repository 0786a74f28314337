// Lanes hold neighbouring channels. Weights are packed [multiplier][channels / lanes][bias, taps][lanes], so that the
// weights of a vector stand together; the channels that fill none follow one by one.
import { finish, finishLanes, residualAfter, residualAt } from './activation';
import { at, Operands, Params, Weights } from './params';
import { addProduct, Four, lanes, One, vecLanes } from './simd';
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

/** One row of a window's taps and what it is multiplied with, for neighbouring output pixels of one row. */
@unmanaged export class DepthwiseWindow {
  rows: i32;
  columns: i32;
  /** In bytes. */
  rowStep: i32;
  columnStep: i32;
  pixelStep: i32;
  /** Weights from one row of taps to the next, in taps. */
  filterWidth: i32;
}

/**
 * P neighbouring pixels (one or four), lanes<V>() channels; `f` begins with the bias, `tap` is the first tap inside.
 * `step` and `residual` come from the caller: V8 would divide and look them up again for every tile.
 */
@inline function depthwiseTile<V, P>(
  p: Params, w: DepthwiseWindow, x: usize, f: usize, tap: i32, step: i32, residual: usize, y: usize,
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
  f += (1 + tap) * <i32>sizeof<V>();
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
  const outputStep = p.outputChannels << 2;
  const added = residual != 0 ? outputStep : 0;
  depthwiseStore<V>(p, residual, sum0, y, step);
  if (sizeof<P>() > 1) {
    depthwiseStore<V>(p, residual + added, sum1, y + outputStep, step);
    depthwiseStore<V>(p, residual + 2 * added, sum2, y + 2 * outputStep, step);
    depthwiseStore<V>(p, residual + 3 * added, sum3, y + 3 * outputStep, step);
  }
}

/** Where the outputs of a channel block go: `step` floats apart when the multiplier spreads them. */
@inline function depthwiseStore<V>(p: Params, residual: usize, sum: V, y: usize, step: i32): void {
  if (step == 1) finish<V>(p, sum, residual, y);
  else finishLanes<V>(p, sum, lanes<V>(), step, residual, y);
}

/** All channels of P neighbouring pixels. `x` is the first tap inside of channel 0, `y` the first output. */
function depthwisePixels<P>(p: Params, operands: Operands, w: DepthwiseWindow, x: usize, tap: i32, y: usize): void {
  const channels = p.inputChannels;
  const multiplier = p.outputChannels / channels;
  const block = taps(p) + 1;
  const residual = residualAt(operands, y);
  let f = operands.packed;
  for (let m = 0; m < multiplier; ++m) {
    let c = 0;
    for (; c + vecLanes <= channels; c += vecLanes) {
      const o = c * multiplier + m;
      depthwiseTile<v128, P>(p, w, at(x, c), f, tap, multiplier, residualAfter(residual, o), at(y, o));
      f = at(f, block * vecLanes);
    }
    for (; c < channels; ++c) {
      const o = c * multiplier + m;
      depthwiseTile<f32, P>(p, w, at(x, c), f, tap, multiplier, residualAfter(residual, o), at(y, o));
      f = at(f, block);
    }
  }
}

/** One row of outputs. `y` is its first one; `w` is room for the window. */
export function depthwiseRow(p: Params, operands: Operands, w: DepthwiseWindow, n: i32, outY: i32, y: usize): void {
  const top = outY * p.strideHeight - p.paddingTop;
  const firstRow = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight);
  const innerBegin = interiorBegin(p.paddingLeft, p.strideWidth);
  const innerEnd = interiorEnd(
    p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft,
  );
  const inputRow = n * p.inputHeight + top + firstRow * p.dilationHeight;
  const row = at(operands.input, inputRow * p.inputWidth * p.inputChannels);
  w.rows = tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight) - firstRow;
  w.rowStep = p.dilationHeight * p.inputWidth * p.inputChannels << 2;
  w.columnStep = p.dilationWidth * p.inputChannels << 2;
  w.pixelStep = p.strideWidth * p.inputChannels << 2;
  w.filterWidth = p.filterWidth;
  for (let outX = 0; outX < p.outputWidth; ) {
    const left = outX * p.strideWidth - p.paddingLeft;
    const firstColumn = tapsBegin(left, p.inputWidth, p.filterWidth, p.dilationWidth);
    w.columns = tapsEnd(left, p.inputWidth, p.filterWidth, p.dilationWidth) - firstColumn;
    const x = at(row, (left + firstColumn * p.dilationWidth) * p.inputChannels);
    const tap = firstRow * p.filterWidth + firstColumn;
    const out = at(y, outX * p.outputChannels);
    if (outX >= innerBegin && outX + 4 <= innerEnd) {
      depthwisePixels<Four>(p, operands, w, x, tap, out);
      outX += 4;
    } else {
      depthwisePixels<One>(p, operands, w, x, tap, out);
      outX += 1;
    }
  }
}

export function depthwiseUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

export function depthwiseScratchSize(p: Params): usize {
  return offsetof<DepthwiseWindow>() >> 2;
}

export function depthwise(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const rowSize = p.outputWidth * p.outputChannels;
  const w = changetype<DepthwiseWindow>(scratch);
  for (let unit = begin; unit < end; ++unit) {
    const y = at(operands.output, unit * rowSize);
    depthwiseRow(p, operands, w, unit / p.outputHeight, unit % p.outputHeight, y);
  }
}
