// AVX-512F. maxps and minps return their second operand on ties and NaN.
#pragma once
#include <immintrin.h>

#include "../line.h"
#include "lane.h"
#include "pair.h"
#include "transpose8.h"
#include "tuning.h"

namespace {

/** The registers hold 24 sums. */
struct Tuning : UsualTuning {
  static constexpr int pixelsOfOne = 24;
  static constexpr int pixelsOfTwo = 12;
  static constexpr int pixelsOfThree = 8;
  static constexpr int columnVecs = 4;
};

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
  /** In parts that lie on one line each where an array begins off a line: a store over two takes six cycles more. */
  ALWAYS_INLINE void store(float* p) const {
    if (reinterpret_cast<uintptr_t>(p) % lineBytes != bytesOffLine) return _mm512_storeu_ps(p, v);
    _mm256_storeu_ps(p, _mm512_castps512_ps256(v));
    _mm_storeu_ps(p + 8, _mm512_extractf32x4_ps(v, 2));
    _mm_storeu_ps(p + 12, _mm512_extractf32x4_ps(v, 3));
  }
  Vec permuted(const int32_t* sources) const { return {_mm512_permutexvar_ps(_mm512_loadu_si512(sources), v)}; }
  static void transpose(const float* from, ptrdiff_t fromStep, float* to, ptrdiff_t toStep) {
    for (int row = 0; row < 16; row += 8) {
      transposeEight(from + row * fromStep, fromStep, to + row, toStep);
      transposeEight(from + row * fromStep + 8, fromStep, to + 8 * toStep + row, toStep);
    }
  }
};

ALWAYS_INLINE Vec add(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec multiply(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
ALWAYS_INLINE Vec divide(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
#ifndef FUSED
ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {_mm512_add_ps(sum.v, _mm512_mul_ps(a.v, b.v))}; }
#ifdef __GNUC__
/** The multiplication spreads the value itself: to load it into all lanes would take a turn of the arithmetic. */
ALWAYS_INLINE Vec addProductOf(Vec sum, Vec a, const float* value) {
  Vec product;
  __asm__("vmulps %2%{1to16%}, %1, %0" : "=v"(product.v) : "v"(a.v), "m"(*value));
  return add(sum, product);
}
#endif
#endif
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
  const __mmask16 unknown = _mm512_cmp_ps_mask(v.v, v.v, _CMP_UNORD_Q);
  return {_mm512_mask_blend_ps(unknown, _mm512_max_ps(v.v, m.v), v.v)};
}

struct Doubles {
  __m512d v;
  Doubles(__m512d lanes) : v(lanes) {}
  Doubles(double value) : v(_mm512_set1_pd(value)) {}
};

/** In the order of the kernel, as `inOrder` of a Vec. */
ALWAYS_INLINE Doubles inOrder(Doubles d) { return _mm512_castps_pd(inOrder(Vec{_mm512_castpd_ps(d.v)}).v); }
ALWAYS_INLINE Doubles operator+(Doubles a, Doubles b) { return inOrder(_mm512_add_pd(a.v, b.v)); }
ALWAYS_INLINE Doubles operator-(Doubles a, Doubles b) { return _mm512_sub_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator*(Doubles a, Doubles b) { return _mm512_mul_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator/(Doubles a, Doubles b) { return _mm512_div_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator-(Doubles a) {
  return _mm512_castsi512_pd(_mm512_xor_si512(_mm512_castpd_si512(a.v), _mm512_set1_epi64(INT64_MIN)));
}
ALWAYS_INLINE Doubles atLeast(Doubles v, Doubles bound) { return _mm512_max_pd(bound.v, v.v); }
ALWAYS_INLINE Doubles atMost(Doubles v, Doubles bound) { return _mm512_min_pd(bound.v, v.v); }
ALWAYS_INLINE Doubles whereLess(Doubles a, Doubles b, Doubles yes, Doubles no) {
  return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ), no.v, yes.v);
}
ALWAYS_INLINE Doubles powerOfTwo(Doubles k) {
  const __m512i bits = _mm512_castpd_si512((k + 6755399441056767).v);
  return _mm512_castsi512_pd(_mm512_slli_epi64(bits, 52));
}
ALWAYS_INLINE Pair<Doubles> toDoubles(Vec v) {
  const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v.v), 1));
  return {_mm512_cvtps_pd(_mm512_castps512_ps256(v.v)), _mm512_cvtps_pd(high)};
}
ALWAYS_INLINE Vec toFloats(Pair<Doubles> v) {
  const __m512d low = _mm512_castpd256_pd512(_mm256_castps_pd(_mm512_cvtpd_ps(v.low.v)));
  return {_mm512_castpd_ps(_mm512_insertf64x4(low, _mm256_castps_pd(_mm512_cvtpd_ps(v.high.v)), 1))};
}

}  // namespace
