// What happens to a finished sum on its way to memory: the twin of native/epilogue.h.
import { highDoubles, lowDoubles, toFloats } from './doubles';
import { Activation, at, Operands, Params } from './params';
import { add, atLeast, atMost, divide, loadSplat, multiply, splat, vecLanes, whereNegative } from './simd';
import { elu, gelu, sigmoid, silu, softplus, tanh } from './transcendental';

@inline function hardSigmoid<V>(v: V): V {
  return atMost<V>(atLeast<V>(add<V>(divide<V>(v, splat<V>(6)), splat<V>(0.5)), splat<V>(0)), splat<V>(1));
}

/** The activations of float32; `slope` is the address of prelu's for the first of these channels. */
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
    default:
      return v;
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

/** Stores the first `count` lanes one by one. */
export function finishLanes(e: Epilogue, sum: v128, count: i32, y: usize): void {
  for (let i = 0; i < count; ++i) {
    finish<f32>(e.low, e.high, f32x4.extract_lane(sum, 0), at(y, i));
    sum = v128.shuffle<f32>(sum, sum, 1, 2, 3, 0);
  }
}

/** The sums at `sums`, for lanes<V>() outputs at `y`, and the residual. */
@inline function sumsAt<V>(e: Epilogue, sums: usize, y: usize): V {
  const v = load<V>(sums);
  return e.residual == 0 ? v : add<V>(v, load<V>(e.residual + (y - e.output)));
}

/** The residual and the activation, one of float32, for lanes<V>() outputs at `y`. */
@inline export function finishLater<V>(e: Epilogue, sums: usize, y: usize, channel: i32): void {
  store<V>(y, activate<V>(e.p, sumsAt<V>(e, sums, y), at(e.slopes, channel)));
}

/** For the outputs that fill no vector. */
function transcendental(p: Params, d: f64): f64 {
  switch (p.activation) {
    case Activation.ELU:
      return elu<f64>(d, p.alpha);
    case Activation.SIGMOID:
      return sigmoid<f64>(d);
    case Activation.TANH:
      return tanh<f64>(d);
    case Activation.SILU:
      return silu<f64>(d);
    case Activation.GELU:
      return gelu<f64>(d);
    default:
      return softplus<f64>(d);
  }
}

/**
 * The residual and a transcendental activation for `count` outputs side by side. A loop for each: V8 then computes its
 * constants once, and the chains of the two halves fill each other's waits.
 */
function finishTranscendentals(e: Epilogue, sums: usize, y: usize, count: i32): void {
  const toSums = sums - y;
  const alpha: f64 = e.p.alpha;
  switch (e.p.activation) {
    case Activation.ELU:
      for (; count >= vecLanes; count -= vecLanes, y += 16) {
        const v = sumsAt<v128>(e, y + toSums, y);
        v128.store(y, toFloats(elu<v128>(lowDoubles(v), alpha), elu<v128>(highDoubles(v), alpha)));
      }
      break;
    case Activation.SIGMOID:
      for (; count >= vecLanes; count -= vecLanes, y += 16) {
        const v = sumsAt<v128>(e, y + toSums, y);
        v128.store(y, toFloats(sigmoid<v128>(lowDoubles(v)), sigmoid<v128>(highDoubles(v))));
      }
      break;
    case Activation.TANH:
      for (; count >= vecLanes; count -= vecLanes, y += 16) {
        const v = sumsAt<v128>(e, y + toSums, y);
        v128.store(y, toFloats(tanh<v128>(lowDoubles(v)), tanh<v128>(highDoubles(v))));
      }
      break;
    case Activation.SILU:
      for (; count >= vecLanes; count -= vecLanes, y += 16) {
        const v = sumsAt<v128>(e, y + toSums, y);
        v128.store(y, toFloats(silu<v128>(lowDoubles(v)), silu<v128>(highDoubles(v))));
      }
      break;
    case Activation.GELU:
      for (; count >= vecLanes; count -= vecLanes, y += 16) {
        const v = sumsAt<v128>(e, y + toSums, y);
        v128.store(y, toFloats(gelu<v128>(lowDoubles(v)), gelu<v128>(highDoubles(v))));
      }
      break;
    default:
      for (; count >= vecLanes; count -= vecLanes, y += 16) {
        const v = sumsAt<v128>(e, y + toSums, y);
        v128.store(y, toFloats(softplus<v128>(lowDoubles(v)), softplus<v128>(highDoubles(v))));
      }
  }
  for (; count > 0; --count, y += 4) store<f32>(y, <f32>transcendental(e.p, sumsAt<f32>(e, y + toSums, y)));
}

/** The residual and the activation for `count` outputs side by side. */
export function finishOutputs(e: Epilogue, sums: usize, y: usize, count: i32, channel: i32): void {
  if (e.p.activation >= Activation.ELU) return finishTranscendentals(e, sums, y, count);
  let i = 0;
  for (; i + vecLanes <= count; i += vecLanes) finishLater<v128>(e, at(sums, i), at(y, i), channel + i);
  for (; i < count; ++i) finishLater<f32>(e, at(sums, i), at(y, i), channel + i);
}

/** The residual and the activation for the channels [first, last) of neighbouring pixels, from `sums` to `y`. */
export function finishPixels(e: Epilogue, sums: usize, y: usize, pixels: i32, first: i32, last: i32): void {
  const channels = e.p.outputChannels;
  if (last - first == channels && e.p.activation != Activation.PRELU) {
    return finishOutputs(e, sums, y, pixels * channels, 0);
  }
  for (let pixel = 0; pixel < pixels; ++pixel) {
    finishOutputs(e, at(sums, first), at(y, first), last - first, first);
    sums = at(sums, channels);
    y = at(y, channels);
  }
}

/** The second pass over outputs that hold their sums, where there is one. */
@inline export function secondPass(e: Epilogue, y: usize, pixels: i32, first: i32, last: i32): void {
  if (e.hasSecondPass) finishPixels(e, y, y, pixels, first, last);
}
