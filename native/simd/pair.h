// Two values with the verbs of one, so that chains of dependent operations fill each other's waits.
#pragma once
#include "lane.h"

namespace {

template <class T>
struct Pair {
  static constexpr int lanes = 2 * T::lanes;
  T low;
  T high;
  Pair(T low, T high) : low(low), high(high) {}
  Pair(double value) : low(value), high(value) {}
  static Pair load(const float* p) { return {T::load(p), T::load(p + T::lanes)}; }
  static Pair splat(float value) { return {T::splat(value), T::splat(value)}; }
  void store(float* p) const {
    low.store(p);
    high.store(p + T::lanes);
  }
  friend ALWAYS_INLINE Pair operator+(Pair a, Pair b) { return {a.low + b.low, a.high + b.high}; }
  friend ALWAYS_INLINE Pair operator-(Pair a, Pair b) { return {a.low - b.low, a.high - b.high}; }
  friend ALWAYS_INLINE Pair operator*(Pair a, Pair b) { return {a.low * b.low, a.high * b.high}; }
  friend ALWAYS_INLINE Pair operator/(Pair a, Pair b) { return {a.low / b.low, a.high / b.high}; }
  friend ALWAYS_INLINE Pair operator-(Pair a) { return {-a.low, -a.high}; }
};

template <class T>
ALWAYS_INLINE Pair<T> add(Pair<T> a, Pair<T> b) {
  return {add(a.low, b.low), add(a.high, b.high)};
}
template <class T>
ALWAYS_INLINE Pair<T> multiply(Pair<T> a, Pair<T> b) {
  return {multiply(a.low, b.low), multiply(a.high, b.high)};
}
template <class T>
ALWAYS_INLINE Pair<T> divide(Pair<T> a, Pair<T> b) {
  return {divide(a.low, b.low), divide(a.high, b.high)};
}
template <class T>
ALWAYS_INLINE Pair<T> atLeast(Pair<T> v, Pair<T> bound) {
  return {atLeast(v.low, bound.low), atLeast(v.high, bound.high)};
}
template <class T>
ALWAYS_INLINE Pair<T> atMost(Pair<T> v, Pair<T> bound) {
  return {atMost(v.low, bound.low), atMost(v.high, bound.high)};
}
template <class T>
ALWAYS_INLINE Pair<T> whereNegative(Pair<T> v, Pair<T> a, Pair<T> b) {
  return {whereNegative(v.low, a.low, b.low), whereNegative(v.high, a.high, b.high)};
}
template <class T>
ALWAYS_INLINE Pair<T> whereLess(Pair<T> a, Pair<T> b, Pair<T> yes, Pair<T> no) {
  return {whereLess(a.low, b.low, yes.low, no.low), whereLess(a.high, b.high, yes.high, no.high)};
}
template <class T>
ALWAYS_INLINE Pair<T> powerOfTwo(Pair<T> k) {
  return {powerOfTwo(k.low), powerOfTwo(k.high)};
}
template <class T>
ALWAYS_INLINE auto toDoubles(Pair<T> v) {
  return Pair(toDoubles(v.low), toDoubles(v.high));
}
template <class T>
ALWAYS_INLINE auto toFloats(Pair<T> v) {
  return Pair(toFloats(v.low), toFloats(v.high));
}

}  // namespace
