// SSE2, the baseline of x86-64. maxps and minps return their second operand on ties and NaN.
#pragma once
#include <emmintrin.h>
#include <string.h>

#include "lane.h"
#include "pair.h"
#include "tuning.h"

namespace {

using Tuning = UsualTuning;

struct Vec {
  static constexpr int lanes = 4;
  static constexpr int registers = 16;
  __m128 v;
  static Vec load(const float* p) { return {_mm_loadu_ps(p)}; }
  static Vec splat(float value) { return {_mm_set1_ps(value)}; }
  static Vec loadBytes(const uint8_t* p) {
    int32_t four;
    memcpy(&four, p, sizeof four);
    const __m128i zero = _mm_setzero_si128();
    return {_mm_cvtepi32_ps(_mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(four), zero), zero))};
  }
  void storeBytes(uint8_t* p) const {
    // NaN and what is below every integer become the lowest one, which the packing saturates to 0.
    const __m128i whole = _mm_cvtps_epi32(_mm_min_ps(_mm_set1_ps(255), v));
    const __m128i words = _mm_packs_epi32(whole, whole);
    const int32_t four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    memcpy(p, &four, sizeof four);
  }
  void store(float* p) const { _mm_storeu_ps(p, v); }
  Vec permuted(const int32_t* sources) const {
    float all[4];
    _mm_storeu_ps(all, v);
    return {_mm_setr_ps(all[sources[0]], all[sources[1]], all[sources[2]], all[sources[3]])};
  }
  static void transpose(const float* from, ptrdiff_t fromStep, float* to, ptrdiff_t toStep) {
    __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + fromStep);
    __m128 c = _mm_loadu_ps(from + 2 * fromStep), d = _mm_loadu_ps(from + 3 * fromStep);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(to, a);
    _mm_storeu_ps(to + toStep, b);
    _mm_storeu_ps(to + 2 * toStep, c);
    _mm_storeu_ps(to + 3 * toStep, d);
  }
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
ALWAYS_INLINE Vec evens(Vec a, Vec b) { return {_mm_shuffle_ps(a.v, b.v, _MM_SHUFFLE(2, 0, 2, 0))}; }
ALWAYS_INLINE Vec larger(Vec m, Vec v) {
  // A comparison's ones are a NaN.
  return {_mm_or_ps(_mm_max_ps(v.v, m.v), _mm_cmpunord_ps(v.v, v.v))};
}

struct Doubles {
  __m128d v;
  Doubles(__m128d lanes) : v(lanes) {}
  Doubles(double value) : v(_mm_set1_pd(value)) {}
};

/** In the order of the kernel, as `inOrder` of a Vec. */
ALWAYS_INLINE Doubles inOrder(Doubles d) { return _mm_castps_pd(inOrder(Vec{_mm_castpd_ps(d.v)}).v); }
ALWAYS_INLINE Doubles operator+(Doubles a, Doubles b) { return inOrder(_mm_add_pd(a.v, b.v)); }
ALWAYS_INLINE Doubles operator-(Doubles a, Doubles b) { return _mm_sub_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator*(Doubles a, Doubles b) { return _mm_mul_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator/(Doubles a, Doubles b) { return _mm_div_pd(a.v, b.v); }
ALWAYS_INLINE Doubles operator-(Doubles a) { return _mm_xor_pd(a.v, _mm_set1_pd(-0.0)); }
ALWAYS_INLINE Doubles atLeast(Doubles v, Doubles bound) { return _mm_max_pd(bound.v, v.v); }
ALWAYS_INLINE Doubles atMost(Doubles v, Doubles bound) { return _mm_min_pd(bound.v, v.v); }
ALWAYS_INLINE Doubles whereLess(Doubles a, Doubles b, Doubles yes, Doubles no) {
  const __m128d less = _mm_cmplt_pd(a.v, b.v);
  return _mm_or_pd(_mm_and_pd(less, yes.v), _mm_andnot_pd(less, no.v));
}
ALWAYS_INLINE Doubles powerOfTwo(Doubles k) {
  return _mm_castsi128_pd(_mm_slli_epi64(_mm_castpd_si128((k + 6755399441056767).v), 52));
}
ALWAYS_INLINE Pair<Doubles> toDoubles(Vec v) { return {_mm_cvtps_pd(v.v), _mm_cvtps_pd(_mm_movehl_ps(v.v, v.v))}; }
ALWAYS_INLINE Vec toFloats(Pair<Doubles> v) { return {_mm_movelh_ps(_mm_cvtpd_ps(v.low.v), _mm_cvtpd_ps(v.high.v))}; }

}  // namespace
