// Register tiles for windows of few columns, one or two columns apart: each input is read once for all the pixels whose
// window it is in, and for two output rows where they fit into the registers. A tile goes through all channels before
// the next one. Columns that are padding are passed over in the first and the last tile of a row.
#pragma once
#include "depthwise-tile.h"

namespace {

/** The K weights of one row of taps, each read where it is used: the registers are for sums. */
template <class V, int K>
struct WeightsInMemory {
  const float* f;
};

template <int I, class V, int K>
ALWAYS_INLINE V weightAt(const Registers<V, K>& weights) {
  return at<I>(weights);
}

template <int I, class V, int K>
ALWAYS_INLINE V weightAt(const WeightsInMemory<V, K>& weights) {
  return V::load(weights.f + I * V::lanes);
}

/** What a compiler must not keep in registers from one column to the next. */
template <class V, int K>
ALWAYS_INLINE void forget(Registers<V, K>&) {}

template <class V, int K>
ALWAYS_INLINE void forget(WeightsInMemory<V, K>& weights) {
  weights.f = opaque(weights.f);
}

/** P sums of one output row, and the weights that the input row at hand has for them. */
template <class V, int P, class Weights>
struct RowSums {
  Registers<V, P>& sums;
  Weights weights;
};

/** Adds column J of P windows, S columns apart: it is tap J − p · S of pixel p. */
template <int J, int S, int K, int I = 0, class V, int P, class Weights>
ALWAYS_INLINE void addColumn(RowSums<V, P, Weights>& row, V value) {
  constexpr int tap = J - I * S;
  if constexpr (tap >= 0 && tap < K) {
    at<I>(row.sums) = inOrder(addProduct(at<I>(row.sums), value, weightAt<tap>(row.weights)));
  }
  if constexpr (I + 1 < P) addColumn<J, S, K, I + 1>(row, value);
}

/** The columns of an input row that are not padding, counted from the first one of a tile. */
struct Inside {
  int32_t begin;
  int32_t end;
};

/** Adds one input row to P windows of each of the output rows; some columns are padding if the tile stands at an EDGE.
 */
template <class V, int K, int S, int P, bool EDGE, int J = 0, class... Rows>
ALWAYS_INLINE void addColumns(const float* x, ptrdiff_t step, Inside inside, Rows... rows) {
  constexpr bool mayBeBefore = EDGE && J < K - 1, mayBeBehind = EDGE && J > (P - 1) * S;
  if ((!mayBeBefore || J >= inside.begin) && (!mayBeBehind || J < inside.end)) {
    (forget(rows.weights), ...);
    const V value = V::load(x);
    (addColumn<J, S, K>(rows, value), ...);
  }
  if constexpr (J + 1 < (P - 1) * S + K) addColumns<V, K, S, P, EDGE, J + 1>(x + step, step, inside, rows...);
}

/** P pixels of one output row. */
struct OneRow {
  template <class V, int K, int S, int P, bool EDGE>
  static void tile(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& pixels, Inside inside) {
    const Bounds<V> bounds(e);
    eachBlock<V>(w, pixels, [&](const float* x, const float* bias, float* y) INLINE_LAMBDA {
      Registers<V, P> sums;
      fill(sums, V::load(bias));
      const float* f = bias + (1 + w.firstTap) * V::lanes;
      for (int32_t row = w.rows; row > 0; --row, x += w.rowStep, f += K * V::lanes) {
        RowSums<V, P, Registers<V, K>> only{sums, {}};
        loadRow(only.weights, f);
        addColumns<V, K, S, P, EDGE>(x, w.columnStep, inside, only);
      }
      storeSums(bounds, sums, y, w.outputStep);
    });
  }
};

/** P pixels of two output rows, of which the lower one's window begins one input row of taps later. */
struct TwoRows {
  template <class V, int K, int S, int P, bool EDGE>
  static void tile(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& pixels, Inside inside) {
    using Row = RowSums<V, P, WeightsInMemory<V, K>>;
    constexpr int rowOfTaps = K * V::lanes;
    const Bounds<V> bounds(e);
    eachBlock<V>(w, pixels, [&](const float* x, const float* bias, float* y) INLINE_LAMBDA {
      Registers<V, P> upper, lower;
      fill(upper, V::load(bias));
      fill(lower, V::load(bias));
      const float* f = bias + (1 + w.firstTap) * V::lanes;
      if (w.above) {
        addColumns<V, K, S, P, EDGE>(x, w.columnStep, inside, Row{upper, {f}});
        x += w.rowStep;
        f += rowOfTaps;
      }
      for (int32_t row = w.rows; row > 0; --row, x += w.rowStep, f += rowOfTaps) {
        addColumns<V, K, S, P, EDGE>(x, w.columnStep, inside, Row{upper, {f}}, Row{lower, {f - rowOfTaps}});
      }
      if (w.below) addColumns<V, K, S, P, EDGE>(x, w.columnStep, inside, Row{lower, {f - rowOfTaps}});
      storeSums(bounds, upper, y, w.outputStep);
      storeSums(bounds, lower, y + w.lowerOutput, w.outputStep);
    });
  }
};

/** Adds column J of an input row to the output rows whose windows it is in: it is in row ROW − i of the taps of row i.
 */
template <int ROW, int J, int S, int I = 0, class V, int P, int R, int K>
ALWAYS_INLINE void addToRows(Registers<Registers<V, P>, R>& sums, const Registers<Registers<V, K>, K>& weights,
                             V value) {
  if constexpr (ROW >= I && ROW - I < K) {
    RowSums<V, P, Registers<V, K>> row{at<I>(sums), at<ROW - I>(weights)};
    addColumn<J, S, K>(row, value);
  }
  if constexpr (I + 1 < R) addToRows<ROW, J, S, I + 1>(sums, weights, value);
}

/** Adds input row ROW, counted from the first tap of the uppermost window. */
template <int ROW, int S, bool EDGE, int J = 0, class V, int P, int R, int K>
ALWAYS_INLINE void addInputRow(Registers<Registers<V, P>, R>& sums, const Registers<Registers<V, K>, K>& weights,
                               const float* x, ptrdiff_t step, Inside inside) {
  constexpr bool mayBeBefore = EDGE && J < K - 1, mayBeBehind = EDGE && J > (P - 1) * S;
  if ((!mayBeBefore || J >= inside.begin) && (!mayBeBehind || J < inside.end)) {
    addToRows<ROW, J, S>(sums, weights, V::load(x));
  }
  if constexpr (J + 1 < (P - 1) * S + K) addInputRow<ROW, S, EDGE, J + 1>(sums, weights, x + step, step, inside);
}

/** Adds the input rows [begin, end), of which the first stands at `x`. */
template <int S, bool EDGE, int ROW = 0, class V, int P, int R, int K>
ALWAYS_INLINE void addInputRows(Registers<Registers<V, P>, R>& sums, const Registers<Registers<V, K>, K>& weights,
                                const float* x, const DepthwiseWindow& w, int32_t begin, int32_t end, Inside inside) {
  if (ROW >= begin && ROW < end) {
    addInputRow<ROW, S, EDGE>(sums, weights, x, w.columnStep, inside);
    x += w.rowStep;
  }
  if constexpr (ROW + 1 < R + K - 1) addInputRows<S, EDGE, ROW + 1>(sums, weights, x, w, begin, end, inside);
}

/** The same with all K × K weights in registers, of which there are 32. */
struct TwoRowsInRegisters {
  template <class V, int K, int S, int P, bool EDGE>
  static void tile(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& pixels, Inside inside) {
    const Bounds<V> bounds(e);
    const int32_t begin = w.firstTap / K, end = begin + w.above + w.rows + w.below;
    eachBlock<V>(w, pixels, [&](const float* x, const float* bias, float* y) INLINE_LAMBDA {
      Registers<V, P> row;
      fill(row, V::load(bias));
      Registers<Registers<V, P>, 2> sums{row, {row, {}}};
      Registers<Registers<V, K>, K> weights;
      loadRows(weights, bias + V::lanes);
      addInputRows<S, EDGE>(sums, weights, x, w, begin, end, inside);
      storeSums(bounds, at<0>(sums), y, w.outputStep);
      storeSums(bounds, at<1>(sums), y + w.lowerOutput, w.outputStep);
    });
  }
};

/** Pixels in tiles of P, the last of which begins so early that none is left over. */
template <class Tile, class V, int K, int S, int P>
ALWAYS_INLINE void slidingTiles(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& all) {
  for (int32_t next = 0; next < all.count; next += P) {
    const int32_t pixel = next + P <= all.count ? next : all.count - P;
    const DepthwisePixels pixels{all.x + pixel * w.pixelStep, all.packed, all.y + pixel * w.outputStep, P};
    const int64_t before = w.before - int64_t(pixel) * S, behind = w.behind - int64_t(all.count - P - pixel) * S;
    if (before > 0 || behind > 0) {
      Tile::template tile<V, K, S, P, true>(e, w, pixels, {int32_t(before), int32_t((P - 1) * S + K - behind)});
    } else {
      Tile::template tile<V, K, S, P, false>(e, w, pixels, {});
    }
  }
}

/** Pixels whose windows of K columns are S columns apart. */
template <class Tile, class V, int K, int S>
void slidingRun(const Epilogue& e, const DepthwiseWindow& w, const DepthwisePixels& pixels) {
  if (pixels.count >= 7) {
    slidingTiles<Tile, V, K, S, 7>(e, w, pixels);
  } else if (pixels.count >= 4) {
    slidingTiles<Tile, V, K, S, 4>(e, w, pixels);
  } else {
    slidingTiles<Tile, V, K, S, 1>(e, w, pixels);
  }
}

/** The run for windows of so many columns, so many columns apart; null where there is none. */
inline DepthwiseRun slidingRunFor(int32_t columns, int32_t apart) {
  if (columns == 3) return apart == 1 ? slidingRun<OneRow, Vec, 3, 1> : slidingRun<OneRow, Vec, 3, 2>;
  if (columns == 5) return apart == 1 ? slidingRun<OneRow, Vec, 5, 1> : slidingRun<OneRow, Vec, 5, 2>;
  if (columns == 7 && apart == 1) return slidingRun<OneRow, Vec, 7, 1>;
  return nullptr;
}

/** Whether the weights of a square window have registers of their own, beside the sums of two rows. */
inline bool weightsInRegisters(int32_t rows, int32_t columns) {
  return Vec::registers == 32 && rows == 3 && columns == 3;
}

/** The run for two output rows at once. */
inline DepthwiseRun twoRowsRunFor(int32_t rows, int32_t columns, int32_t apart) {
  if (columns != 3 || apart != 1) return nullptr;
  return weightsInRegisters(rows, columns) ? slidingRun<TwoRowsInRegisters, Vec, 3, 1> : slidingRun<TwoRows, Vec, 3, 1>;
}

}  // namespace
