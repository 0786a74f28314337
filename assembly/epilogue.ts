// What happens to a finished sum on its way to memory: the twin of native/epilogue.h.
import { Activation, at, Operands, Params } from './params';
import { add, atLeast, atMost, divide, multiply, splat, whereNegative } from './simd';
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
 * The activations that would be too long in the middle of a register tile. The lanes rotate past the first place, where
 * native code puts them into an array: there is no stack here.
 */
function activateAside<V>(p: Params, v: V): V {
  if (p.activation == Activation.HARD_SIGMOID) return hardSigmoid<V>(v);
  if (p.activation == Activation.HARD_SWISH) return multiply<V>(v, hardSigmoid<V>(v));
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

/** `slope` is the address of prelu's for the first of these channels. */
@inline function activate<V>(p: Params, v: V, slope: usize): V {
  switch (p.activation) {
    case Activation.LINEAR:
      return v;
    case Activation.RELU:
      return atLeast<V>(v, splat<V>(0));
    case Activation.CLAMP:
      return atMost<V>(atLeast<V>(v, splat<V>(p.clampMin)), splat<V>(p.clampMax));
    case Activation.LEAKY_RELU:
      return whereNegative<V>(v, multiply<V>(splat<V>(p.alpha), v), v);
    case Activation.PRELU:
      return whereNegative<V>(v, multiply<V>(load<V>(slope), v), v);
    default:
      return activateAside<V>(p, v);
  }
}

/** Where the sums of one stage go, and what happens to them on the way. `residual` may be null. */
@unmanaged export class Epilogue {
  p: Params;
  output: usize;
  residual: usize;
  slopes: usize;
}

/** The epilogue of an op's only stage, written into the room at `e`. */
export function epilogueOf(p: Params, operands: Operands, e: Epilogue): void {
  e.p = p;
  e.output = operands.output;
  e.residual = operands.residual;
  e.slopes = operands.slopes;
}

/** Adds the residual, if there is one, activates, and stores at `y`, where output channel `channel` stands. */
@inline export function finish<V>(e: Epilogue, sum: V, y: usize, channel: i32): void {
  if (e.residual != 0) sum = add<V>(sum, load<V>(e.residual + (y - e.output)));
  store<V>(y, activate<V>(e.p, sum, at(e.slopes, channel)));
}

/** Finishes the first `count` lanes one by one, `step` floats and channels apart. */
export function finishLanes(e: Epilogue, sum: v128, count: i32, step: i32, y: usize, channel: i32): void {
  for (let i = 0; i < count; ++i) {
    finish<f32>(e, f32x4.extract_lane(sum, 0), at(y, i * step), channel + i * step);
    sum = v128.shuffle<f32>(sum, sum, 1, 2, 3, 0);
  }
}
