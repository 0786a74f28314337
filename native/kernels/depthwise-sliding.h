// Register tiles for windows of few columns, one or two columns apart: each input is read once for all the pixels whose
// window it is in. Columns that are padding are passed over in the first and the last tile of a row.
#pragma once
#include "depthwise-tile.h"

namespace {

/** Adds column J of P windows, S columns apart: it is tap J − p · S of pixel p. */
template <int J, int S, int I = 0, class V, int P, int K>
ALWAYS_INLINE void addColumn(Registers<V, P>& sums, V value, const Registers<V, K>& weights) {
  constexpr int tap = J - I * S;
  if constexpr (tap >= 0 && tap < K) at<I>(sums) = inOrder(addProduct(at<I>(sums), value, at<tap>(weights)));
  if constexpr (I + 1 < P) addColumn<J, S, I + 1>(sums, value, weights);
}

/** Adds one row of P windows, whose columns outside [first, last) are padding if this tile stands at an EDGE. */
template <int S, bool EDGE, int J = 0, class V, int P, int K>
ALWAYS_INLINE void addColumns(Registers<V, P>& sums, const float* x, ptrdiff_t step, const Registers<V, K>& weights,
                              int32_t first, int32_t last) {
  constexpr bool mayBeBefore = EDGE && J < K - 1, mayBeBehind = EDGE && J > (P - 1) * S;
  if ((!mayBeBefore || J >= first) && (!mayBeBehind || J < last)) addColumn<J, S>(sums, V::load(x), weights);
  if constexpr (J + 1 < (P - 1) * S + K) addColumns<S, EDGE, J + 1>(sums, x + step, step, weights, first, last);
}

template <class V, int K, int S, int P, bool EDGE>
ALWAYS_INLINE void slidingTile(const Epilogue& e, const DepthwiseWindow& w, const float* x, const float* bias, float* y,
                               int32_t first, int32_t last) {
  Registers<V, P> sums;
  fill(sums, V::load(bias));
  const float* f = bias + (1 + w.firstTap) * V::lanes;
  for (int32_t row = w.rows; row > 0; --row, x += w.rowStep, f += K * V::lanes) {
    Registers<V, K> weights;
    loadRow(weights, f);
    addColumns<S, EDGE>(sums, x, w.columnStep, weights, first, last);
  }
  finishSums(e, w, sums, y);
}

/** Pixels in tiles of P, the last of which begins so early that none is left over. */
template <class V, int K, int S, int P>
ALWAYS_INLINE void slidingTiles(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& all) {
  const int32_t pixels = all.count;
  eachBlock<V>(w, all, [&](const float* x, const float* bias, float* y) {
    for (int32_t next = 0; next < pixels; next += P) {
      const int32_t pixel = next + P <= pixels ? next : pixels - P;
      const float* in = x + pixel * w.pixelStep;
      float* out = y + pixel * w.outputStep;
      const int32_t before = w.before - pixel * S, behind = w.behind - (pixels - P - pixel) * S;
      if (before > 0 || behind > 0) {
        slidingTile<V, K, S, P, true>(e, w, in, bias, out, before, (P - 1) * S + K - behind);
      } else {
        slidingTile<V, K, S, P, false>(e, w, in, bias, out, 0, 0);
      }
    }
  });
}

/** Pixels whose windows of K columns are S columns apart. */
template <class V, int K, int S>
void slidingRun(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& pixels) {
  if (pixels.count >= 7) {
    slidingTiles<V, K, S, 7>(e, w, pixels);
  } else if (pixels.count >= 4) {
    slidingTiles<V, K, S, 4>(e, w, pixels);
  } else {
    slidingTiles<V, K, S, 1>(e, w, pixels);
  }
}

/** The run for windows of so many columns, so many columns apart; null where there is none. */
inline DepthwiseRun slidingRunFor(int32_t columns, int32_t apart) {
  if (columns == 3) return apart == 1 ? slidingRun<Vec, 3, 1> : slidingRun<Vec, 3, 2>;
  if (columns == 5) return apart == 1 ? slidingRun<Vec, 5, 1> : slidingRun<Vec, 5, 2>;
  return nullptr;
}

}  // namespace
