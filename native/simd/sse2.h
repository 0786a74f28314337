// SSE2, the baseline of x86-64. maxps and minps return their second operand on ties and NaN.
#pragma once
#include <emmintrin.h>

#include "lane.h"

namespace {

struct Vec {
  static constexpr int lanes = 4;
  __m128 v;
  static Vec load(const float* p) { return {_mm_loadu_ps(p)}; }
  static Vec splat(float value) { return {_mm_set1_ps(value)}; }
  void store(float* p) const { _mm_storeu_ps(p, v); }
};

ALWAYS_INLINE Vec add(Vec a, Vec b) { return {_mm_add_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec multiply(Vec a, Vec b) { return {_mm_mul_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec divide(Vec a, Vec b) { return {_mm_div_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {_mm_add_ps(sum.v, _mm_mul_ps(a.v, b.v))}; }
ALWAYS_INLINE Vec inOrder(Vec v) {
#ifdef __GNUC__
  __asm__("" : "+x"(v.v));
#endif
  return v;
}
ALWAYS_INLINE Vec atLeast(Vec v, Vec bound) { return {_mm_max_ps(bound.v, v.v)}; }
ALWAYS_INLINE Vec atMost(Vec v, Vec bound) { return {_mm_min_ps(bound.v, v.v)}; }
ALWAYS_INLINE Vec whereNegative(Vec v, Vec a, Vec b) {
  const __m128 negative = _mm_cmplt_ps(v.v, _mm_setzero_ps());
  return {_mm_or_ps(_mm_and_ps(negative, a.v), _mm_andnot_ps(negative, b.v))};
}
ALWAYS_INLINE Vec larger(Vec m, Vec v) {
  const __m128 taken = _mm_and_ps(_mm_cmpord_ps(m.v, m.v), _mm_cmpnle_ps(v.v, m.v));
  return {_mm_or_ps(_mm_and_ps(taken, v.v), _mm_andnot_ps(taken, m.v))};
}

}  // namespace
