// What the kernels of NCHW tensors share: the twin of native/kernels/planes.h. Lanes hold neighbouring pixels of a plane,
// and a weight serves all of them. Weights are packed [output channel][bias, products], and after them stands whether all
// are finite: padding may then be read as zeros, since a finite weight times zero changes no sum.
import { Epilogue, finish, finishLater, finishOutputs } from './epilogue';
import { Activation, at, Operands, Params, Weights } from './params';
import { addProduct, evens, vecLanes } from './simd';
import { sizeProduct, sizeSum } from './sizes';
import { interiorBegin, interiorEnd, tapsBegin, tapsEnd } from './window';

/** Rounded up, for any sign of `a`. */
@inline export function ceilDivide(a: i32, b: i32): i32 {
  return a > 0 ? (a - 1) / b + 1 : -(-a / b);
}

@inline export function inputPlane(p: Params): i32 {
  return p.inputHeight * p.inputWidth;
}

@inline export function outputPlane(p: Params): i32 {
  return p.outputHeight * p.outputWidth;
}

/** Where the planes of a batch end. */
@inline export function planesEnd(p: Params, operands: Operands): usize {
  return at(operands.input, p.batch * p.inputChannels * inputPlane(p));
}

/** Floats of the packed weights. */
export function planesPackedSize(p: Params): u64 {
  return sizeSum(sizeProduct(p.outputChannels, <i64>p.products + 1), 1);
}

export function packPlanes(p: Params, weights: Weights, packed: usize): void {
  let finite = true;
  for (let o = 0; o < p.outputChannels; ++o) {
    store<f32>(packed, load<f32>(at(weights.bias, o)));
    packed += 4;
    for (let t = 0; t < p.products; ++t) {
      const weight = load<f32>(at(weights.filter, t * p.outputChannels + o));
      finite = finite && weight - weight == 0;
      store<f32>(packed, weight);
      packed += 4;
    }
  }
  store<f32>(packed, finite ? 1 : 0);
}

@inline export function isPadded(p: Params): bool {
  return p.paddingTop > 0 || p.paddingLeft > 0 || p.paddingBottom > 0 || p.paddingRight > 0;
}

/** Whether a window may reach into padding that must be skipped. */
@inline export function skipsPadding(p: Params, packed: usize): bool {
  return isPadded(p) && load<f32>(at(packed, <i32>planesPackedSize(p) - 1)) == 0;
}

/**
 * Copies `count` floats that are `step` apart, in whole vectors where their memory ends late enough: the last one may read
 * and write beyond `count`, but never beyond `fromEnd` and `toEnd`. An end may be that of a whole memory of 4 GiB, which
 * is address 0: what is left is a difference, which wraps around as the end did.
 */
export function copyRow(from: usize, fromEnd: usize, step: i32, count: i32, to: usize, toEnd: usize): void {
  let i = 0;
  if (step == 1) {
    for (; i < count && toEnd - to >= 16 && fromEnd - from >= 16; i += vecLanes) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
  } else if (step == 2) {
    for (; i < count && toEnd - to >= 16 && fromEnd - from >= 32; i += vecLanes) {
      v128.store(to, evens(v128.load(from), v128.load(from, 16)));
      from += 32;
      to += 16;
    }
  }
  for (; i < count; ++i) {
    store<f32>(to, load<f32>(from));
    from = at(from, step);
    to += 4;
  }
}

/** Writes zeros, by the same rule. */
export function zeroRow(count: i32, to: usize, toEnd: usize): void {
  let i = 0;
  for (; i < count && toEnd - to >= 16; i += vecLanes) {
    v128.store(to, f32x4.splat(0));
    to += 16;
  }
  for (; i < count; ++i) {
    store<f32>(to, 0);
    to += 4;
  }
}

/** The sum of one output by its definition, from planes `planeStep` floats apart; `f` begins with the bias. */
function definedSum(p: Params, planes: usize, planeStep: i32, channels: i32, f: usize, pixel: i32): f32 {
  const top = pixel / p.outputWidth * p.strideHeight - p.paddingTop;
  const left = pixel % p.outputWidth * p.strideWidth - p.paddingLeft;
  const rowsEnd = tapsEnd(top, p.inputHeight, p.filterHeight, p.dilationHeight);
  const columnsBegin = tapsBegin(left, p.inputWidth, p.filterWidth, p.dilationWidth);
  const columnsEnd = tapsEnd(left, p.inputWidth, p.filterWidth, p.dilationWidth);
  let sum = load<f32>(f);
  f += 4;
  for (let ky = tapsBegin(top, p.inputHeight, p.filterHeight, p.dilationHeight); ky < rowsEnd; ++ky) {
    for (let kx = columnsBegin; kx < columnsEnd; ++kx) {
      const x = at(planes, (top + ky * p.dilationHeight) * p.inputWidth + left + kx * p.dilationWidth);
      const weights = at(f, (ky * p.filterWidth + kx) * channels);
      for (let c = 0; c < channels; ++c) {
        sum = addProduct<f32>(sum, load<f32>(at(x, c * planeStep)), load<f32>(at(weights, c)));
      }
    }
  }
  return sum;
}

/** The outputs [begin, end) of a plane by their definition: `y` is the first; all of them, or those at the border. */
export function definedPixels(
  e: Epilogue, planes: usize, planeStep: i32, channels: i32, f: usize, begin: i32, end: i32, y: usize, all: bool,
): void {
  const p = e.p;
  const top = interiorBegin(p.paddingTop, p.strideHeight);
  const left = interiorBegin(p.paddingLeft, p.strideWidth);
  const bottom = interiorEnd(
    p.inputHeight, p.outputHeight, p.filterHeight, p.strideHeight, p.dilationHeight, p.paddingTop,
  );
  const right = interiorEnd(p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft);
  for (let pixel = begin; pixel < end; ++pixel) {
    const outY = pixel / p.outputWidth;
    const outX = pixel % p.outputWidth;
    const inside = outY >= top && outY < bottom && outX >= left && outX < right;
    if (all || !inside) finish<f32>(e.low, e.high, definedSum(p, planes, planeStep, channels, f, pixel), y);
    y += 4;
  }
}

/** The second pass over neighbouring pixels of one plane, where there is one. `slopes` is room for a vector. */
export function secondPassPlane(e: Epilogue, y: usize, pixels: i32, channel: i32, slopes: usize): void {
  if (!e.hasSecondPass) return;
  if (e.p.activation != Activation.PRELU) return finishOutputs(e, y, y, pixels, 0);
  const slopesOfAll = e.slopes;
  v128.store(slopes, v128.load32_splat(at(slopesOfAll, channel)));
  e.slopes = slopes;
  let i = 0;
  for (; i + vecLanes <= pixels; i += vecLanes) finishLater<v128>(e, at(y, i), at(y, i), 0);
  for (; i < pixels; ++i) finishLater<f32>(e, at(y, i), at(y, i), 0);
  e.slopes = slopesOfAll;
}
