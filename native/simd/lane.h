// One float with the verbs of a Vec: for the channels that a Vec cannot fill, by the same code.
#pragma once
#include <string.h>

#include "../params.h"

// Register tiles depend on it: one call in the middle spills every sum.
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define INLINE_LAMBDA __attribute__((always_inline))

namespace {

struct Lane {
  static constexpr int lanes = 1;
  static constexpr int registers = 16;
  float v;
  static Lane load(const float* p) { return {*p}; }
  static Lane splat(float value) { return {value}; }
  static Lane loadBytes(const uint8_t* p) { return {float(*p)}; }
  void store(float* p) const { *p = v; }
  /** Its lanes i are lanes sources[i] of this. */
  Lane permuted(const int32_t*) const { return {v}; }
  /** As many rows as there are lanes, of as many floats, become columns; the steps lead from row to row. */
  static void transpose(const float* from, ptrdiff_t, float* to, ptrdiff_t) { *to = *from; }
  /** What Uint8ClampedArray stores: NaN as 0, saturated, ties to even. A sum with 2²³ is rounded to an integer. */
  void storeBytes(uint8_t* p) const {
    const float inside = v > 0 ? (v < 255 ? v : 255) : 0;
    *p = uint8_t(int32_t(inside + 8388608.0f) - 8388608);
  }
};

ALWAYS_INLINE Lane add(Lane a, Lane b) { return {a.v + b.v}; }
ALWAYS_INLINE Lane multiply(Lane a, Lane b) { return {a.v * b.v}; }
ALWAYS_INLINE Lane divide(Lane a, Lane b) { return {a.v / b.v}; }
/** Two roundings, never fused. */
ALWAYS_INLINE Lane addProduct(Lane sum, Lane a, Lane b) { return {sum.v + a.v * b.v}; }
/** The same with one value in all lanes, where it stands in memory. */
template <class V>
ALWAYS_INLINE V addProductOf(V sum, V a, const float* value) {
  return addProduct(sum, a, V::splat(*value));
}
/** The same value; compilers that would gather the sums of one output must add them where the kernel does. */
ALWAYS_INLINE Lane inOrder(Lane v) { return v; }
/** The same address; compilers must read again what they have read through it. */
ALWAYS_INLINE const float* opaque(const float* p) {
#ifdef __GNUC__
  __asm__("" : "+r"(p));
#endif
  return p;
}
/** v < bound ? bound : v; NaN and the sign of zero pass. */
ALWAYS_INLINE Lane atLeast(Lane v, Lane bound) { return {v.v < bound.v ? bound.v : v.v}; }
/** v > bound ? bound : v; NaN and the sign of zero pass. */
ALWAYS_INLINE Lane atMost(Lane v, Lane bound) { return {v.v > bound.v ? bound.v : v.v}; }
/** v < 0 ? a : b */
ALWAYS_INLINE Lane whereNegative(Lane v, Lane a, Lane b) { return {v.v < 0 ? a.v : b.v}; }
/** The lanes 0, 2, 4 … of two Vecs, one after the other. */
ALWAYS_INLINE Lane evens(Lane a, Lane) { return a; }
/** The larger, the first of ±0; NaN wins. */
ALWAYS_INLINE Lane larger(Lane m, Lane v) { return {m.v == m.v && !(v.v <= m.v) ? v.v : m.v}; }

// The transcendental activations compute in double: a Lane in one, a Vec in two Doubles, with these verbs and + − × ÷.
ALWAYS_INLINE double toDoubles(Lane v) { return v.v; }
ALWAYS_INLINE Lane toFloats(double v) { return {float(v)}; }
ALWAYS_INLINE double atLeast(double v, double bound) { return v < bound ? bound : v; }
ALWAYS_INLINE double atMost(double v, double bound) { return v > bound ? bound : v; }
/** a < b ? yes : no */
ALWAYS_INLINE double whereLess(double a, double b, double yes, double no) { return a < b ? yes : no; }
/** 2ᵏ for a whole k, −300 ≤ k ≤ 300: a sum with 1.5 · 2⁵² has k in its lowest bits, and the exponent's bias is 1023. */
ALWAYS_INLINE double powerOfTwo(double k) {
  const double sum = k + 6755399441056767;
  uint64_t bits;
  memcpy(&bits, &sum, sizeof bits);
  bits <<= 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

}  // namespace
