// What happens to a finished sum on its way to memory.
#pragma once
#include "params.h"
#include "transcendental.h"

namespace {

template <class V>
inline V hardSigmoid(V v) {
  return atMost(atLeast(add(divide(v, V::splat(6)), V::splat(0.5f)), V::splat(0)), V::splat(1));
}

/** prelu's slopes for these channels are those from `i` on. */
template <class V>
ALWAYS_INLINE V activate(const Params& p, V v, const float* slopes, ptrdiff_t i) {
  switch (p.activation) {
    case RELU:
      return atLeast(v, V::splat(0));
    case CLAMP:
      return atMost(atLeast(v, V::splat(p.clampMin)), V::splat(p.clampMax));
    case LEAKY_RELU:
      return whereNegative(v, multiply(V::splat(p.alpha), v), v);
    case PRELU:
      return whereNegative(v, multiply(V::load(slopes + i), v), v);
    case HARD_SIGMOID:
      return hardSigmoid(v);
    case HARD_SWISH:
      return multiply(v, hardSigmoid(v));
    case ELU:
      return toFloats(elu(toDoubles(v), p.alpha));
    case SIGMOID:
      return toFloats(sigmoid(toDoubles(v)));
    case TANH:
      return toFloats(tanh(toDoubles(v)));
    case SILU:
      return toFloats(silu(toDoubles(v)));
    case GELU:
      return toFloats(gelu(toDoubles(v)));
    case SOFTPLUS:
      return toFloats(softplus(toDoubles(v)));
    default:
      return v;
  }
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

/** The epilogue of an op's last stage. */
inline Epilogue epilogueOf(const Params& p, const Operands& operands, const float* slopes) {
  return epilogueOf(p, static_cast<float*>(operands.output), static_cast<const float*>(operands.residual), slopes);
}

/** The epilogue of an op's only stage. */
inline Epilogue epilogueOf(const Params& p, const Operands& operands) {
  return epilogueOf(p, operands, operands.slopes[0]);
}

inline bool isUnbounded(const Epilogue& e) {
  return e.low == -__builtin_huge_valf() && e.high == __builtin_huge_valf();
}

/** Stores sums between the bounds. */
template <class V>
ALWAYS_INLINE void finish(const Epilogue& e, V sum, float* y) {
  atMost(atLeast(sum, V::splat(e.low)), V::splat(e.high)).store(y);
}

/** What the second pass reads and writes; `residual` may be null. */
struct Outputs {
  const float* sums;
  const float* residual;
  const float* slopes;
  float* y;
};

/** The residual and the activation for V::lanes outputs from `i` on. */
template <class V>
ALWAYS_INLINE void finishLater(const Params& p, const Outputs& o, ptrdiff_t i) {
  V v = V::load(o.sums + i);
  if (o.residual != nullptr) v = add(v, V::load(o.residual + i));
  activate(p, v, o.slopes, i).store(o.y + i);
}

/** The same for `count` outputs side by side. Those that fill no Vec go through arrays that do. */
void finishOutputs(const Params& p, const Outputs& o, ptrdiff_t count) {
  using Vecs = Pair<Pair<Vec>>;
  ptrdiff_t i = 0;
  for (; i + Vecs::lanes <= count; i += Vecs::lanes) finishLater<Vecs>(p, o, i);
  for (; i + Vec::lanes <= count; i += Vec::lanes) finishLater<Vec>(p, o, i);
  if (i == count) return;
  const size_t bytes = size_t(count - i) * sizeof(float);
  float sums[Vec::lanes] = {}, residual[Vec::lanes] = {}, slopes[Vec::lanes] = {};
  memcpy(sums, o.sums + i, bytes);
  if (o.residual != nullptr) memcpy(residual, o.residual + i, bytes);
  if (p.activation == PRELU) memcpy(slopes, o.slopes + i, bytes);
  finishLater<Vec>(p, {sums, o.residual == nullptr ? nullptr : residual, slopes, sums}, 0);
  memcpy(o.y + i, sums, bytes);
}

/** The residual and the activation for the channels [first, last) of neighbouring pixels, from `sums` to `y`. */
void finishPixels(const Epilogue& e, const float* sums, float* y, int32_t pixels, int32_t first, int32_t last) {
  const float* residual = e.residual == nullptr ? nullptr : e.residual + (y - e.output);
  const ptrdiff_t channels = e.p.outputChannels;
  if (last - first == channels && e.p.activation != PRELU) {
    return finishOutputs(e.p, {sums, residual, e.slopes, y}, pixels * channels);
  }
  for (ptrdiff_t i = first; i < pixels * channels; i += channels) {
    const float* pixelResidual = residual == nullptr ? nullptr : residual + i;
    finishOutputs(e.p, {sums + i, pixelResidual, e.slopes + first, y + i}, last - first);
  }
}

/** The second pass over outputs that hold their sums, where there is one. */
inline void secondPass(const Epilogue& e, float* y, int32_t pixels, int32_t first, int32_t last) {
  if (e.hasSecondPass) finishPixels(e, y, y, pixels, first, last);
}

}  // namespace
