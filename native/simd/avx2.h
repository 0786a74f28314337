// AVX2. maxps and minps return their second operand on ties and NaN.
#pragma once
#include <immintrin.h>

#include "lane.h"

namespace {

struct Vec {
  static constexpr int lanes = 8;
  __m256 v;
  static Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static Vec splat(float value) { return {_mm256_set1_ps(value)}; }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
};

ALWAYS_INLINE Vec add(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec multiply(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec divide(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {_mm256_add_ps(sum.v, _mm256_mul_ps(a.v, b.v))}; }
ALWAYS_INLINE Vec inOrder(Vec v) {
#ifdef __GNUC__
  __asm__("" : "+x"(v.v));
#endif
  return v;
}
ALWAYS_INLINE Vec atLeast(Vec v, Vec bound) { return {_mm256_max_ps(bound.v, v.v)}; }
ALWAYS_INLINE Vec atMost(Vec v, Vec bound) { return {_mm256_min_ps(bound.v, v.v)}; }
ALWAYS_INLINE Vec whereNegative(Vec v, Vec a, Vec b) {
  return {_mm256_blendv_ps(b.v, a.v, _mm256_cmp_ps(v.v, _mm256_setzero_ps(), _CMP_LT_OQ))};
}
ALWAYS_INLINE Vec larger(Vec m, Vec v) {
  const __m256 taken = _mm256_and_ps(_mm256_cmp_ps(m.v, m.v, _CMP_ORD_Q), _mm256_cmp_ps(v.v, m.v, _CMP_NLE_UQ));
  return {_mm256_blendv_ps(m.v, v.v, taken)};
}

}  // namespace
