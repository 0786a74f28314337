// What happens to a finished sum on its way to memory: the twin of native/activation.h.
import { Activation, at, Operands, Params } from './params';
import { add, atLeast, atMost, lanes, multiply, splat, whereNegative } from './simd';

@inline export function activate<V>(p: Params, v: V): V {
  switch (p.activation) {
    case Activation.RELU:
      return atLeast<V>(v, splat<V>(0));
    case Activation.CLAMP:
      return atMost<V>(atLeast<V>(v, splat<V>(p.clampMin)), splat<V>(p.clampMax));
    case Activation.LEAKY_RELU:
      return whereNegative<V>(v, multiply<V>(splat<V>(p.alpha), v), v);
    default:
      return v;
  }
}

/** Adds the residual, if there is one, activates and stores. */
@inline export function finish<V>(p: Params, sum: V, residual: usize, y: usize): void {
  if (residual != 0) sum = add<V>(sum, load<V>(residual));
  store<V>(y, activate<V>(p, sum));
}

/**
 * Finishes the first `count` lanes one by one, `step` floats apart. The lanes rotate past the first place, where native
 * code puts them into an array: there is no stack here.
 */
export function finishLanes<V>(p: Params, sum: V, count: i32, step: i32, residual: usize, y: usize): void {
  if (lanes<V>() == 1) return finish<V>(p, sum, residual, y);
  for (let i = 0; i < count; ++i) {
    finish<f32>(p, f32x4.extract_lane(sum, 0), residualAfter(residual, i * step), at(y, i * step));
    sum = v128.shuffle<f32>(sum, sum, 1, 2, 3, 0);
  }
}

/** The residual `count` channels further, or null. */
@inline export function residualAfter(residual: usize, count: i32): usize {
  return residual != 0 ? at(residual, count) : 0;
}

/** The residual that belongs to output `y` of `operands`, or null. */
@inline export function residualAt(operands: Operands, y: usize): usize {
  return operands.residual != 0 ? operands.residual + (y - operands.output) : 0;
}
