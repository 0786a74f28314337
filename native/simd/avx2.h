// AVX2. maxps and minps return their second operand on ties and NaN.
#pragma once
#include <immintrin.h>

#include "../line.h"
#include "lane.h"
#include "pair.h"
#include "transpose8.h"
#include "tuning.h"

namespace {

struct Tuning : UsualTuning {
  static constexpr int panelVecs = 2;
};

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
    // NaN and what is below every integer become the lowest one, which the packing saturates to 0.
    const __m256i whole = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_set1_ps(255), v));
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
  }
  /** In halves where those lie on one line each: a store over two takes longer. */
  ALWAYS_INLINE void store(float* p) const {
    if (reinterpret_cast<uintptr_t>(p) % lineBytes != lineBytes - bytesOffLine) return _mm256_storeu_ps(p, v);
    _mm_storeu_ps(p, _mm256_castps256_ps128(v));
    _mm_storeu_ps(p + 4, _mm256_extractf128_ps(v, 1));
  }
  Vec permuted(const int32_t* sources) const {
    return {_mm256_permutevar8x32_ps(v, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sources)))};
  }
  static void transpose(const float* from, ptrdiff_t fromStep, float* to, ptrdiff_t toStep) {
    transposeEight(from, fromStep, to, toStep);
  }
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
  // A comparison's ones are a NaN.
  return {_mm256_or_ps(_mm256_max_ps(v.v, m.v), _mm256_cmp_ps(v.v, v.v, _CMP_UNORD_Q))};
}

struct Doubles {
  __m256d v;
  Doubles(__m256d lanes) : v(lanes) {}
  Doubles(double value) : v(_mm256_set1_pd(value)) {}
};

/** In the order of the kernel, as `inOrder` of a Vec. */
ALWAYS_INLINE Doubles inOrder(Doubles d) { return _mm256_castps_pd(inOrder(Vec{_mm256_castpd_ps(d.v)}).v); }
ALWAYS_INLINE Doubles operator+(Doubles a, Doubles b) { return inOrder(_mm256_add_pd(a.v, b.v)); }
ALWAYS_INLINE Doubles operator-(Doubles a, Doubles b) { return _mm256_sub_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator*(Doubles a, Doubles b) { return _mm256_mul_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator/(Doubles a, Doubles b) { return _mm256_div_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator-(Doubles a) { return _mm256_xor_pd(a.v, _mm256_set1_pd(-0.0)); }
ALWAYS_INLINE Doubles atLeast(Doubles v, Doubles bound) { return _mm256_max_pd(bound.v, v.v); }
ALWAYS_INLINE Doubles atMost(Doubles v, Doubles bound) { return _mm256_min_pd(bound.v, v.v); }
ALWAYS_INLINE Doubles whereLess(Doubles a, Doubles b, Doubles yes, Doubles no) {
  return _mm256_blendv_pd(no.v, yes.v, _mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ));
}
ALWAYS_INLINE Doubles powerOfTwo(Doubles k) {
  const __m256i bits = _mm256_castpd_si256((k + 6755399441056767).v);
  return _mm256_castsi256_pd(_mm256_slli_epi64(bits, 52));
}
ALWAYS_INLINE Pair<Doubles> toDoubles(Vec v) {
  return {_mm256_cvtps_pd(_mm256_castps256_ps128(v.v)), _mm256_cvtps_pd(_mm256_extractf128_ps(v.v, 1))};
}
ALWAYS_INLINE Vec toFloats(Pair<Doubles> v) {
  return {_mm256_set_m128(_mm256_cvtpd_ps(v.high.v), _mm256_cvtpd_ps(v.low.v))};
}

}  // namespace
