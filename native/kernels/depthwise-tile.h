// The register tiles of depthwise convolution: neighbouring pixels of one row, as many channels as a Vec has lanes.
#pragma once
#include "../epilogue.h"
#include "../simd/registers.h"

namespace {

/** The taps inside the input, for neighbouring output pixels of one row. Steps are in input floats. */
struct DepthwiseWindow {
  int32_t rows;
  int32_t columns;
  ptrdiff_t rowStep;
  ptrdiff_t columnStep;
  ptrdiff_t pixelStep;
  /** Output floats from pixel to pixel, and from lane to lane. */
  ptrdiff_t outputStep;
  ptrdiff_t laneStep;
  /** Weights from one row of taps to the next, and the first tap, counted in taps. */
  int32_t filterWidth;
  int32_t firstTap;
};

/** Stores every sum; the lanes of one are `laneStep` floats apart where a multiplier spreads them. */
template <class V, int P>
ALWAYS_INLINE void finishSums(const Epilogue& e, const DepthwiseWindow& w, const Registers<V, P>& sums, float* y) {
  if (w.laneStep == 1) {
    finish(e, sums.first, y);
  } else {
    float values[V::lanes];
    sums.first.store(values);
    for (int lane = 0; lane < V::lanes; ++lane) finish(e, Lane{values[lane]}, y + lane * w.laneStep);
  }
  if constexpr (P > 1) finishSums(e, w, sums.others, y + w.outputStep);
}

/** The weights of R rows of K taps, in registers. */
template <class V, int R, int K>
struct Grid {
  Registers<V, K> row;
  Grid<V, R - 1, K> others;
};

template <class V, int K>
struct Grid<V, 0, K> {};

template <class V, int K>
ALWAYS_INLINE void loadRow(Registers<V, K>& row, const float* f) {
  row.first = V::load(f);
  if constexpr (K > 1) loadRow(row.others, f + V::lanes);
}

template <class V, int R, int K>
ALWAYS_INLINE void loadGrid(Grid<V, R, K>& grid, const float* f, ptrdiff_t rowSize) {
  loadRow(grid.row, f);
  if constexpr (R > 1) loadGrid(grid.others, f + rowSize, rowSize);
}

template <class V, int P, int K>
ALWAYS_INLINE void addRow(Registers<V, P>& sums, const DepthwiseWindow& w, const float* x, const Registers<V, K>& row) {
  addProducts(sums, x, w.pixelStep, row.first);
  if constexpr (K > 1) addRow(sums, w, x + w.columnStep, row.others);
}

template <class V, int P, int R, int K>
ALWAYS_INLINE void addGrid(Registers<V, P>& sums, const DepthwiseWindow& w, const float* x, const Grid<V, R, K>& grid) {
  addRow(sums, w, x, grid.row);
  if constexpr (R > 1) addGrid(sums, w, x + w.rowStep, grid.others);
}

/** V::lanes channels of neighbouring pixels, with R × K weights in registers. `bias` begins their packed weights. */
template <class V, int R, int K>
void gridRun(const Epilogue& e, const DepthwiseWindow& shared, const float* x, const float* bias, float* y,
             int32_t pixels) {
  const DepthwiseWindow w = shared;
  const V first = V::load(bias);
  Grid<V, R, K> grid;
  loadGrid(grid, bias + (1 + w.firstTap) * V::lanes, w.filterWidth * V::lanes);
  for (; pixels >= 4; pixels -= 4, x += 4 * w.pixelStep, y += 4 * w.outputStep) {
    Registers<V, 4> sums;
    fill(sums, first);
    addGrid(sums, w, x, grid);
    finishSums(e, w, sums, y);
  }
  for (; pixels > 0; --pixels, x += w.pixelStep, y += w.outputStep) {
    Registers<V, 1> sum{first, {}};
    addGrid(sum, w, x, grid);
    finishSums(e, w, sum, y);
  }
}

/** Adds all taps, whose weights are read from memory. */
template <class V, int P>
ALWAYS_INLINE void addWindow(Registers<V, P>& sums, const DepthwiseWindow& w, const float* x, const float* f) {
  for (int32_t ky = 0; ky < w.rows; ++ky) {
    for (int32_t kx = 0; kx < w.columns; ++kx) {
      addProducts(sums, x + kx * w.columnStep, w.pixelStep, V::load(f + kx * V::lanes));
    }
    x += w.rowStep;
    f += w.filterWidth * V::lanes;
  }
}

/** The same for a window of any size. */
template <class V>
void windowRun(const Epilogue& e, const DepthwiseWindow& shared, const float* x, const float* bias, float* y,
               int32_t pixels) {
  const DepthwiseWindow w = shared;
  const V first = V::load(bias);
  const float* f = bias + (1 + w.firstTap) * V::lanes;
  for (; pixels >= 7; pixels -= 7, x += 7 * w.pixelStep, y += 7 * w.outputStep) {
    Registers<V, 7> sums;
    fill(sums, first);
    addWindow(sums, w, x, f);
    finishSums(e, w, sums, y);
  }
  for (; pixels > 0; --pixels, x += w.pixelStep, y += w.outputStep) {
    Registers<V, 1> sum{first, {}};
    addWindow(sum, w, x, f);
    finishSums(e, w, sum, y);
  }
}

template <class V>
using Run = void (*)(const Epilogue&, const DepthwiseWindow&, const float*, const float*, float*, int32_t);

/** The run for a window with so many taps inside the input. */
template <class V>
inline Run<V> runFor(const DepthwiseWindow& w) {
  constexpr Run<V> grids[3][3] = {
      {gridRun<V, 1, 1>, gridRun<V, 1, 2>, gridRun<V, 1, 3>},
      {gridRun<V, 2, 1>, gridRun<V, 2, 2>, gridRun<V, 2, 3>},
      {gridRun<V, 3, 1>, gridRun<V, 3, 2>, gridRun<V, 3, 3>},
  };
  const bool small = w.rows >= 1 && w.rows <= 3 && w.columns >= 1 && w.columns <= 3;
  return small ? grids[w.rows - 1][w.columns - 1] : windowRun<V>;
}

}  // namespace
