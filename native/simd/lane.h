// One float with the verbs of a Vec: for the channels that a Vec cannot fill, by the same code.
#pragma once
#include "../params.h"

namespace {

struct Lane {
  static constexpr int lanes = 1;
  float v;
  static Lane load(const float* p) { return {*p}; }
  static Lane splat(float value) { return {value}; }
  void store(float* p) const { *p = v; }
};

inline Lane add(Lane a, Lane b) { return {a.v + b.v}; }
inline Lane multiply(Lane a, Lane b) { return {a.v * b.v}; }
inline Lane divide(Lane a, Lane b) { return {a.v / b.v}; }
/** Two roundings, never fused. */
inline Lane addProduct(Lane sum, Lane a, Lane b) { return {sum.v + a.v * b.v}; }
/** v < bound ? bound : v; NaN and the sign of zero pass. */
inline Lane atLeast(Lane v, Lane bound) { return {v.v < bound.v ? bound.v : v.v}; }
/** v > bound ? bound : v; NaN and the sign of zero pass. */
inline Lane atMost(Lane v, Lane bound) { return {v.v > bound.v ? bound.v : v.v}; }
/** v < 0 ? a : b */
inline Lane whereNegative(Lane v, Lane a, Lane b) { return {v.v < 0 ? a.v : b.v}; }
/** The larger, the first of ±0; NaN wins. */
inline Lane larger(Lane m, Lane v) { return {m.v == m.v && !(v.v <= m.v) ? v.v : m.v}; }

}  // namespace
