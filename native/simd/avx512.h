// AVX-512F. maxps and minps return their second operand on ties and NaN.
#pragma once
#include <immintrin.h>

#include "lane.h"

namespace {

struct Vec {
  static constexpr int lanes = 16;
  static constexpr int registers = 32;
  __m512 v;
  static Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Vec splat(float value) { return {_mm512_set1_ps(value)}; }
  static Vec loadBytes(const uint8_t* p) {
    return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
  }
  void storeBytes(uint8_t* p) const {
    const __m512 inside = _mm512_min_ps(_mm512_max_ps(v, _mm512_setzero_ps()), _mm512_set1_ps(255));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(inside)));
  }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
};

ALWAYS_INLINE Vec add(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec multiply(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec divide(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {_mm512_add_ps(sum.v, _mm512_mul_ps(a.v, b.v))}; }
ALWAYS_INLINE Vec inOrder(Vec v) {
#ifdef __GNUC__
  __asm__("" : "+v"(v.v));
#endif
  return v;
}
ALWAYS_INLINE Vec atLeast(Vec v, Vec bound) { return {_mm512_max_ps(bound.v, v.v)}; }
ALWAYS_INLINE Vec atMost(Vec v, Vec bound) { return {_mm512_min_ps(bound.v, v.v)}; }
ALWAYS_INLINE Vec whereNegative(Vec v, Vec a, Vec b) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(v.v, _mm512_setzero_ps(), _CMP_LT_OQ), b.v, a.v)};
}
ALWAYS_INLINE Vec evens(Vec a, Vec b) {
  const __m512i lanes = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return {_mm512_permutex2var_ps(a.v, lanes, b.v)};
}
ALWAYS_INLINE Vec larger(Vec m, Vec v) {
  const __mmask16 known = _mm512_cmp_ps_mask(m.v, m.v, _CMP_ORD_Q);
  return {_mm512_mask_blend_ps(_mm512_mask_cmp_ps_mask(known, v.v, m.v, _CMP_NLE_UQ), m.v, v.v)};
}

}  // namespace
