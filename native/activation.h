// What happens to a finished sum on its way to memory.
#pragma once
#include "params.h"

namespace {

template <class V>
inline V activate(const Params& p, V v) {
  switch (p.activation) {
    case RELU:
      return atLeast(v, V::splat(0));
    case CLAMP:
      return atMost(atLeast(v, V::splat(p.clampMin)), V::splat(p.clampMax));
    case LEAKY_RELU:
      return whereNegative(v, multiply(V::splat(p.alpha), v), v);
    default:
      return v;
  }
}

/** Adds the residual, if there is one, activates and stores. */
template <class V>
inline void finish(const Params& p, V sum, const float* residual, float* y) {
  if (residual != nullptr) sum = add(sum, V::load(residual));
  activate(p, sum).store(y);
}

/** The residual that belongs to output `y` of `operands`, or null. */
inline const float* residualAt(const Operands& operands, const float* y) {
  return operands.residual == nullptr ? nullptr : operands.residual + (y - operands.output);
}

}  // namespace
