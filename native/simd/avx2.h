// AVX2. maxps and minps return their second operand on ties and NaN.
#pragma once
#include <immintrin.h>

#include "lane.h"

namespace {

struct Vec {
  static constexpr int lanes = 8;
  static constexpr int registers = 16;
  __m256 v;
  static Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static Vec splat(float value) { return {_mm256_set1_ps(value)}; }
  static Vec loadBytes(const uint8_t* p) {
    return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))))};
  }
  void storeBytes(uint8_t* p) const {
    const __m256 inside = _mm256_min_ps(_mm256_max_ps(v, _mm256_setzero_ps()), _mm256_set1_ps(255));
    const __m256i whole = _mm256_cvtps_epi32(inside);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
  }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
};

ALWAYS_INLINE Vec add(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec multiply(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec divide(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
#ifndef FUSED
ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {_mm256_add_ps(sum.v, _mm256_mul_ps(a.v, b.v))}; }
#endif
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
ALWAYS_INLINE Vec evens(Vec a, Vec b) {
  const __m256 pairs = _mm256_shuffle_ps(a.v, b.v, _MM_SHUFFLE(2, 0, 2, 0));
  return {_mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(pairs), _MM_SHUFFLE(3, 1, 2, 0)))};
}
ALWAYS_INLINE Vec larger(Vec m, Vec v) {
  const __m256 taken = _mm256_and_ps(_mm256_cmp_ps(m.v, m.v, _CMP_ORD_Q), _mm256_cmp_ps(v.v, m.v, _CMP_NLE_UQ));
  return {_mm256_blendv_ps(m.v, v.v, taken)};
}

}  // namespace
