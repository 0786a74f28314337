// What happens to a finished sum on its way to memory.
#pragma once
#include "params.h"
#include "transcendental.h"

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

/** `slope` is prelu's for the first of these channels. */
template <class V>
inline V activate(const Params& p, V v, const float* slope) {
  switch (p.activation) {
    case RELU:
      return atLeast(v, V::splat(0));
    case CLAMP:
      return atMost(atLeast(v, V::splat(p.clampMin)), V::splat(p.clampMax));
    case LEAKY_RELU:
      return whereNegative(v, multiply(V::splat(p.alpha), v), v);
    case PRELU:
      return whereNegative(v, multiply(V::load(slope), v), v);
    case HARD_SIGMOID:
      return hardSigmoid(v);
    case HARD_SWISH:
      return multiply(v, hardSigmoid(v));
    case LINEAR:
      return v;
  }
  float values[V::lanes];
  v.store(values);
  for (int lane = 0; lane < V::lanes; ++lane) values[lane] = transcendental(p, values[lane]);
  return V::load(values);
}

/**
 * Where the sums of one stage go, and what happens to them on the way. Kernels store each sum between two bounds, which
 * is all that linear, relu and clamp need; for a residual or another activation the bounds are infinite and a second
 * pass follows while the outputs are near.
 */
struct Epilogue {
  const Params& p;
  float* output;
  const float* residual;
  const float* slopes;
  float low;
  float high;
  bool hasSecondPass;
};

inline Epilogue epilogueOf(const Params& p, float* output, const float* residual, const float* slopes) {
  const bool bounded = residual == nullptr && p.activation <= CLAMP;
  const bool isClamp = bounded && p.activation == CLAMP;
  const float infinity = __builtin_huge_valf();
  const float low = isClamp ? p.clampMin : bounded && p.activation == RELU ? 0 : -infinity;
  return {p, output, residual, slopes, low, isClamp ? p.clampMax : infinity, !bounded};
}

/** The epilogue of an op's only stage. */
inline Epilogue epilogueOf(const Params& p, const Operands& operands) {
  return epilogueOf(p, static_cast<float*>(operands.output), operands.residual, operands.slopes[0]);
}

/** Stores sums between the bounds. */
template <class V>
ALWAYS_INLINE void finish(const Epilogue& e, V sum, float* y) {
  atMost(atLeast(sum, V::splat(e.low)), V::splat(e.high)).store(y);
}

/** The residual and the activation for V::lanes outputs at `y`, whose sums are at `sums`. */
template <class V>
inline void finishLater(const Epilogue& e, const float* sums, float* y, int32_t channel) {
  V v = V::load(sums);
  if (e.residual != nullptr) v = add(v, V::load(e.residual + (y - e.output)));
  activate(e.p, v, e.slopes + channel).store(y);
}

/** The residual and the activation for the channels [first, last) of neighbouring pixels, from `sums` to `y`. */
void finishPixels(const Epilogue& e, const float* sums, float* y, int32_t pixels, int32_t first, int32_t last) {
  for (int32_t pixel = 0; pixel < pixels; ++pixel, sums += e.p.outputChannels, y += e.p.outputChannels) {
    int32_t c = first;
    for (; c + Vec::lanes <= last; c += Vec::lanes) finishLater<Vec>(e, sums + c, y + c, c);
    for (; c < last; ++c) finishLater<Lane>(e, sums + c, y + c, c);
  }
}

/** The second pass over outputs that hold their sums, where there is one. */
inline void secondPass(const Epilogue& e, float* y, int32_t pixels, int32_t first, int32_t last) {
  if (e.hasSecondPass) finishPixels(e, y, y, pixels, first, last);
}

}  // namespace
