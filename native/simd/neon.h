// NEON, the baseline of arm64. Its maximum and minimum propagate NaN: compare and select.
#pragma once
#include <arm_neon.h>
#include <string.h>

#include "lane.h"
#include "pair.h"
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
  static constexpr int lanes = 4;
  static constexpr int registers = 32;
  float32x4_t v;
  static Vec load(const float* p) { return {vld1q_f32(p)}; }
  static Vec splat(float value) { return {vdupq_n_f32(value)}; }
  static Vec loadBytes(const uint8_t* p) {
    uint32_t four;
    memcpy(&four, p, sizeof four);
    const uint16x8_t words = vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four)));
    return {vcvtq_f32_u32(vmovl_u16(vget_low_u16(words)))};
  }
  void storeBytes(uint8_t* p) const {
    // The conversion rounds ties to even, saturates, and makes 0 of NaN.
    const uint16x4_t words = vqmovn_u32(vcvtnq_u32_f32(v));
    const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(vqmovn_u16(vcombine_u16(words, words))), 0);
    memcpy(p, &four, sizeof four);
  }
  void store(float* p) const { vst1q_f32(p, v); }
  Vec permuted(const int32_t* sources) const {
    // The table is of bytes: a lane's are 4 · source + 0, 1, 2, 3.
    const uint32x4_t firsts = vmulq_n_u32(vreinterpretq_u32_s32(vld1q_s32(sources)), 0x04040404);
    const uint32x4_t bytes = vaddq_u32(firsts, vdupq_n_u32(0x03020100));
    return {vreinterpretq_f32_u8(vqtbl1q_u8(vreinterpretq_u8_f32(v), vreinterpretq_u8_u32(bytes)))};
  }
  static void transpose(const float* from, ptrdiff_t fromStep, float* to, ptrdiff_t toStep) {
    const float32x4_t a = vld1q_f32(from), b = vld1q_f32(from + fromStep);
    const float32x4_t c = vld1q_f32(from + 2 * fromStep), d = vld1q_f32(from + 3 * fromStep);
    const float64x2_t evenTop = vreinterpretq_f64_f32(vtrn1q_f32(a, b)),
                      oddTop = vreinterpretq_f64_f32(vtrn2q_f32(a, b));
    const float64x2_t even = vreinterpretq_f64_f32(vtrn1q_f32(c, d)), odd = vreinterpretq_f64_f32(vtrn2q_f32(c, d));
    vst1q_f32(to, vreinterpretq_f32_f64(vtrn1q_f64(evenTop, even)));
    vst1q_f32(to + toStep, vreinterpretq_f32_f64(vtrn1q_f64(oddTop, odd)));
    vst1q_f32(to + 2 * toStep, vreinterpretq_f32_f64(vtrn2q_f64(evenTop, even)));
    vst1q_f32(to + 3 * toStep, vreinterpretq_f32_f64(vtrn2q_f64(oddTop, odd)));
  }
};

ALWAYS_INLINE Vec add(Vec a, Vec b) { return {vaddq_f32(a.v, b.v)}; }
ALWAYS_INLINE Vec multiply(Vec a, Vec b) { return {vmulq_f32(a.v, b.v)}; }
ALWAYS_INLINE Vec divide(Vec a, Vec b) { return {vdivq_f32(a.v, b.v)}; }
#ifndef FUSED
ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {vaddq_f32(sum.v, vmulq_f32(a.v, b.v))}; }
#endif
ALWAYS_INLINE Vec inOrder(Vec v) {
#ifdef __GNUC__
  __asm__("" : "+w"(v.v));
#endif
  return v;
}
ALWAYS_INLINE Vec atLeast(Vec v, Vec bound) { return {vbslq_f32(vcltq_f32(v.v, bound.v), bound.v, v.v)}; }
ALWAYS_INLINE Vec atMost(Vec v, Vec bound) { return {vbslq_f32(vcgtq_f32(v.v, bound.v), bound.v, v.v)}; }
ALWAYS_INLINE Vec whereNegative(Vec v, Vec a, Vec b) { return {vbslq_f32(vcltzq_f32(v.v), a.v, b.v)}; }
ALWAYS_INLINE Vec evens(Vec a, Vec b) { return {vuzp1q_f32(a.v, b.v)}; }
ALWAYS_INLINE Vec larger(Vec m, Vec v) {
  const uint32x4_t known = vceqq_f32(m.v, m.v);
  return {vbslq_f32(vbicq_u32(known, vcleq_f32(v.v, m.v)), v.v, m.v)};
}

struct Doubles {
  float64x2_t v;
  Doubles(float64x2_t lanes) : v(lanes) {}
  Doubles(double value) : v(vdupq_n_f64(value)) {}
};

/** In the order of the kernel, as `inOrder` of a Vec. */
ALWAYS_INLINE Doubles inOrder(Doubles d) { return vreinterpretq_f64_f32(inOrder(Vec{vreinterpretq_f32_f64(d.v)}).v); }
ALWAYS_INLINE Doubles operator+(Doubles a, Doubles b) { return inOrder(vaddq_f64(a.v, b.v)); }
ALWAYS_INLINE Doubles operator-(Doubles a, Doubles b) { return vsubq_f64(a.v, b.v); }
ALWAYS_INLINE Doubles operator*(Doubles a, Doubles b) { return vmulq_f64(a.v, b.v); }
ALWAYS_INLINE Doubles operator/(Doubles a, Doubles b) { return vdivq_f64(a.v, b.v); }
ALWAYS_INLINE Doubles operator-(Doubles a) { return vnegq_f64(a.v); }
ALWAYS_INLINE Doubles atLeast(Doubles v, Doubles bound) { return vbslq_f64(vcltq_f64(v.v, bound.v), bound.v, v.v); }
ALWAYS_INLINE Doubles atMost(Doubles v, Doubles bound) { return vbslq_f64(vcgtq_f64(v.v, bound.v), bound.v, v.v); }
ALWAYS_INLINE Doubles whereLess(Doubles a, Doubles b, Doubles yes, Doubles no) {
  return vbslq_f64(vcltq_f64(a.v, b.v), yes.v, no.v);
}
ALWAYS_INLINE Doubles powerOfTwo(Doubles k) {
  return vreinterpretq_f64_u64(vshlq_n_u64(vreinterpretq_u64_f64((k + 6755399441056767).v), 52));
}
ALWAYS_INLINE Pair<Doubles> toDoubles(Vec v) { return {vcvt_f64_f32(vget_low_f32(v.v)), vcvt_high_f64_f32(v.v)}; }
ALWAYS_INLINE Vec toFloats(Pair<Doubles> v) { return {vcvt_high_f32_f64(vcvt_f32_f64(v.low.v), v.high.v)}; }

}  // namespace
