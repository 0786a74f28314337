// A channel multiplier: input rows in scratch, every channel as many times as it has outputs. What follows is a
// depthwise convolution like any other.
#pragma once
#include "../params.h"
#include "../simd/lane.h"
#include "../sizes.h"
#include "../window.h"

namespace {

/** Some rows of one image, from row `top` of it on. */
struct InputRows {
  const float* first;
  int32_t top;
};

inline bool repeatsRows(const Params& p) { return p.outputChannels != p.inputChannels; }

/** Input rows under so many neighbouring output rows. */
inline int64_t rowsUnder(const Params& p, int32_t outputRows) {
  const int64_t rows = int64_t(outputRows - 1) * p.strideHeight + int64_t(p.filterHeight - 1) * p.dilationHeight + 1;
  return rows < p.inputHeight ? rows : p.inputHeight;
}

/** Floats of the input rows under so many neighbouring output rows, every channel repeated. */
inline uint64_t repeatedFloats(const Params& p, int32_t outputRows) {
  return sizeProduct(rowsUnder(p, outputRows), p.inputWidth, p.outputChannels);
}

/** Floats beyond which no two output rows go together: a stride or a dilation leads far. */
constexpr uint64_t mostRepeatedFloats = 1 << 22;

/** Output rows whose input rows are repeated together, an even number of them or one. */
inline int32_t repeatedTogether(const Params& p) {
  if (repeatedFloats(p, 2) > mostRepeatedFloats) return 1;
  int32_t rows = 2;
  while (rows < p.outputHeight && repeatedFloats(p, rows + 2) <= Tuning::repeatedFloats) rows += 2;
  return rows;
}

/** Floats of scratch, none without a multiplier. */
inline uint64_t repeatedSize(const Params& p) { return repeatsRows(p) ? repeatedFloats(p, repeatedTogether(p)) : 0; }

/** Each of some floats so many times. */
inline void repeatEach(const float* from, ptrdiff_t count, int32_t times, float* to) {
  ptrdiff_t i = 0;
  if (times < Vec::lanes) {
    int32_t sources[Vec::lanes * Vec::lanes];
    for (int32_t lane = 0; lane < times * Vec::lanes; ++lane) sources[lane] = lane / times;
    for (; i + Vec::lanes <= count; i += Vec::lanes) {
      const Vec v = Vec::load(from + i);
      for (int32_t t = 0; t < times; ++t) v.permuted(sources + t * Vec::lanes).store(to + i * times + t * Vec::lanes);
    }
  } else {
    for (; i < count; ++i) {
      const Vec v = Vec::splat(from[i]);
      float* out = to + i * times;
      for (int32_t t = 0; t + Vec::lanes <= times; t += Vec::lanes) v.store(out + t);
      v.store(out + times - Vec::lanes);
    }
  }
  for (; i < count; ++i) {
    for (int32_t t = 0; t < times; ++t) to[i * times + t] = from[i];
  }
}

/** The input rows under the output rows [begin, end) of an image, repeated. */
inline InputRows repeatRows(const Params& p, const float* image, int32_t begin, int32_t end, float* to) {
  const int32_t times = p.outputChannels / p.inputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(p.inputWidth) * p.inputChannels;
  const int64_t first = int64_t(begin) * p.strideHeight - p.paddingTop;
  const int64_t behind =
      int64_t(end - 1) * p.strideHeight - p.paddingTop + int64_t(p.filterHeight - 1) * p.dilationHeight + 1;
  const int32_t top = first > 0 ? int32_t(first < p.inputHeight ? first : p.inputHeight) : 0;
  const int32_t bottom = behind < p.inputHeight ? int32_t(behind) : p.inputHeight;
  if (top < bottom) repeatEach(image + top * rowSize, (bottom - top) * rowSize, times, to);
  return {to, top};
}

}  // namespace
