// What happens to a finished sum on its way to memory: the twin of native/epilogue.h.
import { Activation, at, Operands, Params } from './params';
import { add, atLeast, atMost, divide, loadSplat, multiply, splat, vecLanes, whereNegative } from './simd';
import { elu, gelu, sigmoid, silu, softplus, tanh } from './transcendental';

@inline function hardSigmoid<V>(v: V): V {
  return atMost<V>(atLeast<V>(add<V>(divide<V>(v, splat<V>(6)), splat<V>(0.5)), splat<V>(0)), splat<V>(1));
}

/** An activation that is computed lane by lane. */
function transcendental(p: Params, v: f32): f32 {
  if (v != v) return v;
  switch (p.activation) {
    case Activation.ELU:
      return v < 0 ? elu(v, p.alpha) : v;
    case Activation.SIGMOID:
      return sigmoid(v);
    case Activation.TANH:
      return tanh(v);
    case Activation.SILU:
      return silu(v);
    case Activation.GELU:
      return gelu(v);
    default:
      return softplus(v);
  }
}

/**
 * `slope` is the address of prelu's for the first of these channels. The lanes of a transcendental activation rotate past
 * the first place, where native code puts them into an array: there is no stack here.
 */
function activate<V>(p: Params, v: V, slope: usize): V {
  switch (p.activation) {
    case Activation.RELU:
      return atLeast<V>(v, splat<V>(0));
    case Activation.CLAMP:
      return atMost<V>(atLeast<V>(v, splat<V>(p.clampMin)), splat<V>(p.clampMax));
    case Activation.LEAKY_RELU:
      return whereNegative<V>(v, multiply<V>(splat<V>(p.alpha), v), v);
    case Activation.PRELU:
      return whereNegative<V>(v, multiply<V>(load<V>(slope), v), v);
    case Activation.HARD_SIGMOID:
      return hardSigmoid<V>(v);
    case Activation.HARD_SWISH:
      return multiply<V>(v, hardSigmoid<V>(v));
    case Activation.LINEAR:
      return v;
  }
  if (isVector<V>()) {
    for (let lane = 0; lane < 4; ++lane) {
      v = f32x4.replace_lane(v, 0, transcendental(p, f32x4.extract_lane(v, 0)));
      v = v128.shuffle<f32>(v, v, 1, 2, 3, 0);
    }
    return v;
  } else {
    return transcendental(p, v) as V;
  }
}

/**
 * Where the sums of one stage go, and what happens to them on the way. Kernels store each sum between two bounds, which
 * is all that linear, relu and clamp need; for a residual or another activation the bounds are infinite and a second pass
 * follows while the outputs are near.
 */
@unmanaged export class Epilogue {
  p: Params;
  output: usize;
  residual: usize;
  slopes: usize;
  low: f32;
  high: f32;
  /** A whole word, as what follows an epilogue in scratch needs. */
  hasSecondPass: u32;
}

/** Written into the room at `e`. */
export function fillEpilogue(e: Epilogue, p: Params, output: usize, residual: usize, slopes: usize): void {
  const bounded = residual == 0 && p.activation <= Activation.CLAMP;
  const isClamp = bounded && p.activation == Activation.CLAMP;
  e.p = p;
  e.output = output;
  e.residual = residual;
  e.slopes = slopes;
  e.low = isClamp ? p.clampMin : bounded && p.activation == Activation.RELU ? 0 : -Infinity;
  e.high = isClamp ? p.clampMax : Infinity;
  e.hasSecondPass = u32(!bounded);
}

/** The epilogue of an op's only stage, written into the room at `e`. */
export function epilogueOf(p: Params, operands: Operands, e: Epilogue): void {
  fillEpilogue(e, p, operands.output, operands.residual, operands.slopes);
}

@inline export function lowest<V>(e: Epilogue): V {
  return loadSplat<V>(changetype<usize>(e) + offsetof<Epilogue>('low'));
}

@inline export function highest<V>(e: Epilogue): V {
  return loadSplat<V>(changetype<usize>(e) + offsetof<Epilogue>('high'));
}

/** Stores sums between the bounds lowest<V>() and highest<V>(): V8 would load them again after every store. */
@inline export function finish<V>(low: V, high: V, sum: V, y: usize): void {
  store<V>(y, atMost<V>(atLeast<V>(sum, low), high));
}

/** Stores the first `count` lanes one by one, `step` floats apart. */
export function finishLanes(e: Epilogue, sum: v128, count: i32, step: i32, y: usize): void {
  for (let i = 0; i < count; ++i) {
    finish<f32>(e.low, e.high, f32x4.extract_lane(sum, 0), at(y, i * step));
    sum = v128.shuffle<f32>(sum, sum, 1, 2, 3, 0);
  }
}

/** The residual and the activation for lanes<V>() outputs at `y`, whose sums are at `sums`. */
@inline export function finishLater<V>(e: Epilogue, sums: usize, y: usize, channel: i32): void {
  let v = load<V>(sums);
  if (e.residual != 0) v = add<V>(v, load<V>(e.residual + (y - e.output)));
  store<V>(y, activate<V>(e.p, v, at(e.slopes, channel)));
}

/** The residual and the activation for the channels [first, last) of neighbouring pixels, from `sums` to `y`. */
export function finishPixels(e: Epilogue, sums: usize, y: usize, pixels: i32, first: i32, last: i32): void {
  const next = e.p.outputChannels << 2;
  for (let pixel = 0; pixel < pixels; ++pixel) {
    let c = first;
    for (; c + vecLanes <= last; c += vecLanes) finishLater<v128>(e, at(sums, c), at(y, c), c);
    for (; c < last; ++c) finishLater<f32>(e, at(sums, c), at(y, c), c);
    sums += next;
    y += next;
  }
}

/** The second pass over outputs that hold their sums, where there is one. */
@inline export function secondPass(e: Epilogue, y: usize, pixels: i32, first: i32, last: i32): void {
  if (e.hasSecondPass) finishPixels(e, y, y, pixels, first, last);
}
