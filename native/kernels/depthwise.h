// Lanes hold neighbouring channels. Weights are packed [multiplier][channels / lanes][bias, taps][lanes], so that the
// weights of a Vec stand together; the channels that fill no Vec follow one by one.
#pragma once
#include "../epilogue.h"
#include "../window.h"

namespace {

inline int32_t taps(const Params& p) { return p.filterHeight * p.filterWidth; }

size_t depthwisePackedSize(const Params* p) { return size_t(p->outputChannels) * (taps(*p) + 1); }

void depthwisePack(const Params* p, const Weights* weights, float* packed) {
  const int32_t multiplier = p->outputChannels / p->inputChannels;
  for (int32_t m = 0; m < multiplier; ++m) {
    for (int32_t c = 0; c < p->inputChannels;) {
      const int32_t lanes = c + Vec::lanes <= p->inputChannels ? Vec::lanes : 1;
      for (int32_t lane = 0; lane < lanes; ++lane) {
        const int32_t out = (c + lane) * multiplier + m;
        packed[lane] = weights->bias[out];
        for (int32_t t = 0; t < taps(*p); ++t) {
          packed[(t + 1) * lanes + lane] = weights->filter[size_t(t) * p->outputChannels + out];
        }
      }
      packed += size_t(lanes) * (taps(*p) + 1);
      c += lanes;
    }
  }
}

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

/** The sums of P neighbouring pixels, each in a register of its own. */
template <class V, int P>
struct Sums {
  V first;
  Sums<V, P - 1> others;
};

template <class V>
struct Sums<V, 0> {};

template <class V, int P>
ALWAYS_INLINE void beginSums(Sums<V, P>& sums, V bias) {
  sums.first = bias;
  if constexpr (P > 1) beginSums(sums.others, bias);
}

/** Adds one tap to every sum. */
template <class V, int P>
ALWAYS_INLINE void addTap(Sums<V, P>& sums, const float* x, ptrdiff_t pixelStep, V weight) {
  sums.first = inOrder(addProduct(sums.first, V::load(x), weight));
  if constexpr (P > 1) addTap(sums.others, x + pixelStep, pixelStep, weight);
}

/** Stores every sum; the lanes of one are `laneStep` floats apart where a multiplier spreads them. */
template <class V, int P>
ALWAYS_INLINE void finishSums(const Epilogue& e, const DepthwiseWindow& w, const Sums<V, P>& sums, float* y) {
  if (w.laneStep == 1) {
    finish(e, sums.first, y);
  } else {
    float values[V::lanes];
    sums.first.store(values);
    for (int lane = 0; lane < V::lanes; ++lane) finish(e, Lane{values[lane]}, y + lane * w.laneStep);
  }
  if constexpr (P > 1) finishSums(e, w, sums.others, y + w.outputStep);
}

/** The weights of a row of K taps, and of R such rows, in registers. */
template <class V, int K>
struct Row {
  V first;
  Row<V, K - 1> others;
};

template <class V>
struct Row<V, 0> {};

template <class V, int R, int K>
struct Grid {
  Row<V, K> row;
  Grid<V, R - 1, K> others;
};

template <class V, int K>
struct Grid<V, 0, K> {};

template <class V, int K>
ALWAYS_INLINE void loadRow(Row<V, K>& row, const float* f) {
  row.first = V::load(f);
  if constexpr (K > 1) loadRow(row.others, f + V::lanes);
}

template <class V, int R, int K>
ALWAYS_INLINE void loadGrid(Grid<V, R, K>& grid, const float* f, ptrdiff_t rowSize) {
  loadRow(grid.row, f);
  if constexpr (R > 1) loadGrid(grid.others, f + rowSize, rowSize);
}

template <class V, int P, int K>
ALWAYS_INLINE void addRow(Sums<V, P>& sums, const DepthwiseWindow& w, const float* x, const Row<V, K>& row) {
  addTap(sums, x, w.pixelStep, row.first);
  if constexpr (K > 1) addRow(sums, w, x + w.columnStep, row.others);
}

template <class V, int P, int R, int K>
ALWAYS_INLINE void addGrid(Sums<V, P>& sums, const DepthwiseWindow& w, const float* x, const Grid<V, R, K>& grid) {
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
    Sums<V, 4> sums;
    beginSums(sums, first);
    addGrid(sums, w, x, grid);
    finishSums(e, w, sums, y);
  }
  for (; pixels > 0; --pixels, x += w.pixelStep, y += w.outputStep) {
    Sums<V, 1> sum{first, {}};
    addGrid(sum, w, x, grid);
    finishSums(e, w, sum, y);
  }
}

/** Adds all taps, whose weights are read from memory. */
template <class V, int P>
ALWAYS_INLINE void addWindow(Sums<V, P>& sums, const DepthwiseWindow& w, const float* x, const float* f) {
  for (int32_t ky = 0; ky < w.rows; ++ky) {
    for (int32_t kx = 0; kx < w.columns; ++kx) {
      addTap(sums, x + kx * w.columnStep, w.pixelStep, V::load(f + kx * V::lanes));
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
    Sums<V, 7> sums;
    beginSums(sums, first);
    addWindow(sums, w, x, f);
    finishSums(e, w, sums, y);
  }
  for (; pixels > 0; --pixels, x += w.pixelStep, y += w.outputStep) {
    Sums<V, 1> sum{first, {}};
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

/** The channels [first, last) of the input. */
struct ChannelBlock {
  int32_t first;
  int32_t last;
};

/** A block of channels in neighbouring pixels. `x` is the first tap inside and `y` the first output, of channel 0. */
inline void depthwisePixels(const Epilogue& e, const DepthwiseWindow& w, ChannelBlock block, const float* x,
                            const float* packed, float* y, int32_t pixels) {
  const int32_t multiplier = e.p.outputChannels / e.p.inputChannels;
  const int32_t size = taps(e.p) + 1;
  const Run<Vec> run = runFor<Vec>(w);
  const Run<Lane> laneRun = runFor<Lane>(w);
  for (int32_t m = 0; m < multiplier; ++m) {
    const float* f = packed + (ptrdiff_t(m) * e.p.inputChannels + block.first) * size;
    int32_t c = block.first;
    for (; c + Vec::lanes <= block.last; c += Vec::lanes, f += size * Vec::lanes) {
      run(e, w, x + c, f, y + c * multiplier + m, pixels);
    }
    for (; c < block.last; ++c, f += size) laneRun(e, w, x + c, f, y + c * multiplier + m, pixels);
  }
}

/** A block of channels in row `outY` of the outputs of one image. `y` is the row's first output. */
void depthwiseRow(const Epilogue& e, ChannelBlock block, const float* image, const float* packed, int32_t outY,
                  float* y) {
  const Params& p = e.p;
  const Axis across = horizontalAxis(p);
  const Taps down = tapsInside(verticalAxis(p), outY);
  const Interior inner = interior(across);
  const int32_t multiplier = p.outputChannels / p.inputChannels;
  const float* row = image + ptrdiff_t(down.origin + down.begin * p.dilationHeight) * p.inputWidth * p.inputChannels;
  DepthwiseWindow w;
  w.rows = down.end - down.begin;
  w.rowStep = ptrdiff_t(p.dilationHeight) * p.inputWidth * p.inputChannels;
  w.columnStep = ptrdiff_t(p.dilationWidth) * p.inputChannels;
  w.pixelStep = ptrdiff_t(p.strideWidth) * p.inputChannels;
  w.outputStep = p.outputChannels;
  w.laneStep = multiplier;
  w.filterWidth = p.filterWidth;
  for (int32_t outX = 0; outX < p.outputWidth;) {
    const Taps along = tapsInside(across, outX);
    const int32_t pixels = outX >= inner.begin && outX < inner.end ? inner.end - outX : 1;
    w.columns = along.end - along.begin;
    w.firstTap = down.begin * p.filterWidth + along.begin;
    const float* x = row + ptrdiff_t(along.origin + along.begin * p.dilationWidth) * p.inputChannels;
    depthwisePixels(e, w, block, x, packed, y + ptrdiff_t(outX) * p.outputChannels, pixels);
    outX += pixels;
  }
  secondPass(e, y, p.outputWidth, block.first * multiplier, block.last * multiplier);
}

/** Channels of which so many rows as a window needs stay in the nearest cache. */
inline int32_t channelsTogether(const Params& p) {
  const int32_t floats = 8192;
  const int32_t line = 16;
  const int64_t perChannel = int64_t(p.filterHeight + 1) * p.inputWidth;
  const int32_t channels = int32_t(floats / perChannel) / line * line;
  return channels < line ? line : channels;
}

/** The rows [begin, end) of the outputs of a whole batch, of which row `begin` goes to `y`. */
inline void depthwiseRows(const Epilogue& e, const float* input, const float* packed, int32_t begin, int32_t end,
                          float* y) {
  const Params& p = e.p;
  const ptrdiff_t imageSize = ptrdiff_t(p.inputHeight) * p.inputWidth * p.inputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(p.outputWidth) * p.outputChannels;
  const int32_t together = channelsTogether(p);
  for (int32_t c = 0; c < p.inputChannels; c += together) {
    const ChannelBlock block{c, c + together < p.inputChannels ? c + together : p.inputChannels};
    for (int32_t row = begin; row < end; ++row) {
      const float* image = input + row / p.outputHeight * imageSize;
      depthwiseRow(e, block, image, packed, row % p.outputHeight, y + (row - begin) * rowSize);
    }
  }
}

int32_t depthwiseUnits(const Params* p) { return p->batch * p->outputHeight; }

size_t depthwiseScratchSize(const Params*) { return 0; }

void depthwise(const Params* p, const Operands& operands, float*, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  float* y = e.output + ptrdiff_t(begin) * p->outputWidth * p->outputChannels;
  depthwiseRows(e, static_cast<const float*>(operands.input), operands.packed, begin, end, y);
}

}  // namespace
