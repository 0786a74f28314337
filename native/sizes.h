// Sizes of memory: 64 bits wide and saturating, so that what no memory holds is refused and not cut off.
#pragma once
#include <stdint.h>

namespace {

inline uint64_t sizeSum(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

inline uint64_t sizeProduct(uint64_t a, uint64_t b) {
  const bool mayOverflow = ((a | b) >> 32) != 0;
  return mayOverflow && b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

template <class... Sizes>
inline uint64_t sizeSum(uint64_t a, uint64_t b, Sizes... others) {
  return sizeSum(sizeSum(a, b), others...);
}

template <class... Sizes>
inline uint64_t sizeProduct(uint64_t a, uint64_t b, Sizes... others) {
  return sizeProduct(sizeProduct(a, b), others...);
}

/** Bytes of so many floats. */
inline uint64_t floatBytes(uint64_t floats) { return sizeProduct(floats, sizeof(float)); }

}  // namespace
