// The register tiles of depthwise convolution: neighbouring pixels of one row, as many channels as a Vec has lanes.
#pragma once
#include "../epilogue.h"
#include "../simd/registers.h"

namespace {

/** The window of the first of some neighbouring output pixels of one row. Steps are in input floats. */
struct DepthwiseWindow {
  /** Taps inside the input; columns are all of them where the tile slides. */
  int32_t rows;
  int32_t columns;
  ptrdiff_t rowStep;
  ptrdiff_t columnStep;
  ptrdiff_t pixelStep;
  /** Output floats from pixel to pixel. */
  ptrdiff_t outputStep;
  /** Weights from one row of taps to the next, and the first tap, counted in taps. */
  int32_t filterWidth;
  int32_t firstTap;
  /** Where the tile slides: columns before the input at the first pixel, and behind it at the last. */
  int32_t before;
  int32_t behind;
  /** Of two output rows, whose common input rows `rows` are: one more for the upper, for the lower, and where that is.
   */
  bool above;
  bool below;
  ptrdiff_t lowerOutput;
  /** Channels that blocks of lanes cover, the one where the second block begins, and the packed floats of a block. */
  int32_t channels;
  int32_t second;
  ptrdiff_t blockSize;
};

/** Channel 0 of neighbouring pixels: its first input, its bias before its weights, its first output. */
struct DepthwisePixels {
  const float* x;
  const float* packed;
  float* y;
  int32_t count;
};

/** All channels of some pixels, by `block` of V::lanes; the last block ends with the last channel. */
template <class V, class Block>
ALWAYS_INLINE void eachBlock(const DepthwiseWindow& w, const DepthwisePixels& pixels, Block block) {
  const float* packed = pixels.packed;
  for (int32_t c = 0; c < w.channels; c += c == 0 ? w.second : V::lanes, packed += w.blockSize) {
    const int32_t first = c + V::lanes <= w.channels ? c : w.channels - V::lanes;
    block(pixels.x + first, packed, pixels.y + first);
  }
}

/** Those of the epilogue, in registers. */
template <class V>
struct Bounds {
  V low;
  V high;
  bool areInfinite;
  explicit Bounds(const Epilogue& e) : low(V::splat(e.low)), high(V::splat(e.high)), areInfinite(isUnbounded(e)) {}
};

template <bool BOUNDED, class V, int P>
ALWAYS_INLINE void storeEach(const Bounds<V>& bounds, const Registers<V, P>& sums, float* y, ptrdiff_t step) {
  (BOUNDED ? atMost(atLeast(sums.first, bounds.low), bounds.high) : sums.first).store(y);
  if constexpr (P > 1) storeEach<BOUNDED>(bounds, sums.others, y + step, step);
}

/** Stores every sum between the bounds, which take their turn of the arithmetic only where there are some. */
template <class V, int P>
ALWAYS_INLINE void storeSums(const Bounds<V>& bounds, const Registers<V, P>& sums, float* y, ptrdiff_t step) {
  if (bounds.areInfinite) {
    storeEach<false>(bounds, sums, y, step);
  } else {
    storeEach<true>(bounds, sums, y, step);
  }
}

/** Adds K neighbouring taps, whose weights are read from memory. */
template <int K, class V, int P>
ALWAYS_INLINE void addTaps(Registers<V, P>& sums, const float* x, ptrdiff_t step, const float* f, ptrdiff_t pixelStep) {
  addProducts(sums, x, pixelStep, V::load(f));
  if constexpr (K > 1) addTaps<K - 1>(sums, x + step, step, f + V::lanes, pixelStep);
}

/** Adds all taps; COLUMNS of them in a row where that is known. */
template <int COLUMNS, class V, int P>
ALWAYS_INLINE void addWindow(Registers<V, P>& sums, const DepthwiseWindow& w, const float* x, const float* f,
                             ptrdiff_t pixelStep) {
  for (int32_t row = w.rows; row > 0; --row, x += w.rowStep, f += w.filterWidth * V::lanes) {
    if constexpr (COLUMNS > 0) {
      addTaps<COLUMNS>(sums, x, w.columnStep, f, pixelStep);
    } else {
      const float* in = x;
      const float* weight = f;
      for (int32_t column = w.columns; column > 0; --column, in += w.columnStep, weight += V::lanes) {
        addTaps<1>(sums, in, 0, weight, pixelStep);
      }
    }
  }
}

/** Pixels with a window of any size; STEP inputs apart and COLUMNS wide where that is known. */
template <class V, int STEP = 0, int COLUMNS = 0>
void windowRun(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& all) {
  const ptrdiff_t step = STEP > 0 ? STEP : w.pixelStep;
  const Bounds<V> bounds(e);
  eachBlock<V>(w, all, [&](const float* x, const float* bias, float* y) {
    const V first = V::load(bias);
    const float* f = bias + (1 + w.firstTap) * V::lanes;
    int32_t pixels = all.count;
    for (; pixels >= 8; pixels -= 8, x += 8 * step, y += 8 * w.outputStep) {
      Registers<V, 8> sums;
      fill(sums, first);
      addWindow<COLUMNS>(sums, w, x, f, step);
      storeSums(bounds, sums, y, w.outputStep);
    }
    for (; pixels > 0; --pixels, x += step, y += w.outputStep) {
      Registers<V, 1> sum{first, {}};
      addWindow<COLUMNS>(sum, w, x, f, step);
      storeSums(bounds, sum, y, w.outputStep);
    }
  });
}

using DepthwiseRun = void (*)(const Epilogue&, const DepthwiseWindow&, const DepthwisePixels&);

}  // namespace
