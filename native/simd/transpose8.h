// Eight rows of eight floats become columns, with AVX2.
#pragma once
#include <immintrin.h>
#include <stddef.h>

#include "lane.h"

namespace {

/** Four floats of one row, and beside them those of the fourth row after it. */
ALWAYS_INLINE __m256 fours(const float* p, ptrdiff_t step) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + 4 * step), 1);
}

/** Four of the columns. */
ALWAYS_INLINE void transposeHalf(const float* from, ptrdiff_t fromStep, float* to, ptrdiff_t toStep) {
  const __m256 a = fours(from, fromStep), b = fours(from + fromStep, fromStep);
  const __m256 c = fours(from + 2 * fromStep, fromStep), d = fours(from + 3 * fromStep, fromStep);
  const __m256 low = _mm256_unpacklo_ps(a, b), high = _mm256_unpackhi_ps(a, b);
  const __m256 otherLow = _mm256_unpacklo_ps(c, d), otherHigh = _mm256_unpackhi_ps(c, d);
  _mm256_storeu_ps(to, _mm256_shuffle_ps(low, otherLow, _MM_SHUFFLE(1, 0, 1, 0)));
  _mm256_storeu_ps(to + toStep, _mm256_shuffle_ps(low, otherLow, _MM_SHUFFLE(3, 2, 3, 2)));
  _mm256_storeu_ps(to + 2 * toStep, _mm256_shuffle_ps(high, otherHigh, _MM_SHUFFLE(1, 0, 1, 0)));
  _mm256_storeu_ps(to + 3 * toStep, _mm256_shuffle_ps(high, otherHigh, _MM_SHUFFLE(3, 2, 3, 2)));
}

ALWAYS_INLINE void transposeEight(const float* from, ptrdiff_t fromStep, float* to, ptrdiff_t toStep) {
  transposeHalf(from, fromStep, to, toStep);
  transposeHalf(from + 4, fromStep, to + 4 * toStep, toStep);
}

}  // namespace
