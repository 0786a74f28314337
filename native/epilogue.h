// What happens to a finished sum on its way to memory.
#pragma once
#include "params.h"
#include "transcendental.h"

#ifdef _MSC_VER
#define OUT_OF_LINE __declspec(noinline)
#else
#define OUT_OF_LINE __attribute__((noinline))
#endif

namespace {

template <class V>
inline V hardSigmoid(V v) {
  return atMost(atLeast(add(divide(v, V::splat(6)), V::splat(0.5f)), V::splat(0)), V::splat(1));
}

/** An activation that is computed lane by lane. */
inline float transcendental(const Params& p, float v) {
  if (v != v) return v;
  switch (p.activation) {
    case ELU:
      return v < 0 ? elu(v, p.alpha) : v;
    case SIGMOID:
      return sigmoid(v);
    case TANH:
      return tanh(v);
    case SILU:
      return silu(v);
    case GELU:
      return gelu(v);
    default:
      return softplus(v);
  }
}

/** The activations that would be too long in the middle of a register tile. */
template <class V>
OUT_OF_LINE V activateAside(const Params& p, V v) {
  if (p.activation == HARD_SIGMOID) return hardSigmoid(v);
  if (p.activation == HARD_SWISH) return multiply(v, hardSigmoid(v));
  float values[V::lanes];
  v.store(values);
  for (int lane = 0; lane < V::lanes; ++lane) values[lane] = transcendental(p, values[lane]);
  return V::load(values);
}

/** `slope` is prelu's for the first of these channels. */
template <class V>
inline V activate(const Params& p, V v, const float* slope) {
  switch (p.activation) {
    case LINEAR:
      return v;
    case RELU:
      return atLeast(v, V::splat(0));
    case CLAMP:
      return atMost(atLeast(v, V::splat(p.clampMin)), V::splat(p.clampMax));
    case LEAKY_RELU:
      return whereNegative(v, multiply(V::splat(p.alpha), v), v);
    case PRELU:
      return whereNegative(v, multiply(V::load(slope), v), v);
    default:
      return activateAside(p, v);
  }
}

/** Where the sums of one stage go, and what happens to them on the way. `residual` may be null. */
struct Epilogue {
  const Params& p;
  float* output;
  const float* residual;
  const float* slopes;
};

/** The epilogue of an op's only stage. */
inline Epilogue epilogueOf(const Params& p, const Operands& operands) {
  return {p, static_cast<float*>(operands.output), operands.residual, operands.slopes[0]};
}

/** Adds the residual, if there is one, activates, and stores at `y`, where output channel `channel` stands. */
template <class V>
inline void finish(const Epilogue& e, V sum, float* y, int32_t channel) {
  if (e.residual != nullptr) sum = add(sum, V::load(e.residual + (y - e.output)));
  activate(e.p, sum, e.slopes + channel).store(y);
}

}  // namespace
