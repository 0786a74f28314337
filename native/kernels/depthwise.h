// Lanes hold neighbouring channels. Weights are packed [multiplier][channels / lanes][bias, taps][lanes], so that the
// weights of a Vec stand together; the channels that fill no Vec follow one by one.
#pragma once
#include "../activation.h"
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

/** One row of a window's taps and what it is multiplied with, for neighbouring output pixels of one row. */
struct DepthwiseWindow {
  int32_t rows;
  int32_t columns;
  ptrdiff_t rowStep;
  ptrdiff_t columnStep;
  ptrdiff_t pixelStep;
  /** Weights from one row of taps to the next, in taps. */
  int32_t filterWidth;
};

/** Adds all taps to the sums of P neighbouring pixels, V::lanes channels at a time. */
template <class V, int P>
inline void depthwiseSums(const DepthwiseWindow& w, const float* x, const float* f, V& sum0, V& sum1, V& sum2,
                          V& sum3) {
  for (int32_t ky = 0; ky < w.rows; ++ky) {
    const float* tap = x + ky * w.rowStep;
    const float* weight = f + ky * w.filterWidth * V::lanes;
    for (int32_t kx = 0; kx < w.columns; ++kx) {
      const V weights = V::load(weight);
      sum0 = addProduct(sum0, V::load(tap), weights);
      if constexpr (P > 1) {
        sum1 = addProduct(sum1, V::load(tap + w.pixelStep), weights);
        sum2 = addProduct(sum2, V::load(tap + 2 * w.pixelStep), weights);
        sum3 = addProduct(sum3, V::load(tap + 3 * w.pixelStep), weights);
      }
      tap += w.columnStep;
      weight += V::lanes;
    }
  }
}

/** Where the outputs of a channel block go: `step` floats apart when the multiplier spreads them. */
template <class V>
inline void depthwiseStore(const Params& p, const Operands& operands, V sum, float* y, int32_t step) {
  if (step == 1) return finish(p, sum, residualAt(operands, y), y);
  float values[V::lanes];
  sum.store(values);
  for (int lane = 0; lane < V::lanes; ++lane) {
    float* to = y + ptrdiff_t(lane) * step;
    finish(p, Lane{values[lane]}, residualAt(operands, to), to);
  }
}

/** P neighbouring pixels (1 or 4), V::lanes channels; `f` begins with the bias, `tap` is the first tap inside. */
template <class V, int P>
inline void depthwiseTile(const Params& p, const Operands& operands, const DepthwiseWindow& w, const float* x,
                          const float* f, int32_t tap, float* y) {
  const int32_t step = p.outputChannels / p.inputChannels;
  V sum0 = V::load(f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  depthwiseSums<V, P>(w, x, f + (1 + tap) * V::lanes, sum0, sum1, sum2, sum3);
  depthwiseStore(p, operands, sum0, y, step);
  if constexpr (P > 1) {
    depthwiseStore(p, operands, sum1, y + p.outputChannels, step);
    depthwiseStore(p, operands, sum2, y + 2 * ptrdiff_t(p.outputChannels), step);
    depthwiseStore(p, operands, sum3, y + 3 * ptrdiff_t(p.outputChannels), step);
  }
}

/** All channels of P neighbouring pixels. `x` is the first tap inside of channel 0, `y` the first output. */
template <int P>
void depthwisePixels(const Params& p, const Operands& operands, const DepthwiseWindow& w, const float* x, int32_t tap,
                     float* y) {
  const int32_t multiplier = p.outputChannels / p.inputChannels;
  const int32_t block = taps(p) + 1;
  const float* f = operands.packed;
  for (int32_t m = 0; m < multiplier; ++m) {
    int32_t c = 0;
    for (; c + Vec::lanes <= p.inputChannels; c += Vec::lanes, f += block * Vec::lanes) {
      depthwiseTile<Vec, P>(p, operands, w, x + c, f, tap, y + c * multiplier + m);
    }
    for (; c < p.inputChannels; ++c, f += block) {
      depthwiseTile<Lane, P>(p, operands, w, x + c, f, tap, y + c * multiplier + m);
    }
  }
}

/** One row of outputs. `y` is its first one. */
void depthwiseRow(const Params& p, const Operands& operands, int32_t n, int32_t outY, float* y) {
  const Axis across = horizontalAxis(p);
  const Taps down = tapsInside(verticalAxis(p), outY);
  const Interior inner = interior(across);
  const int32_t firstRow = down.origin + down.begin * p.dilationHeight;
  const float* row = operands.input + (ptrdiff_t(n) * p.inputHeight + firstRow) * p.inputWidth * p.inputChannels;
  DepthwiseWindow w;
  w.rows = down.end - down.begin;
  w.rowStep = ptrdiff_t(p.dilationHeight) * p.inputWidth * p.inputChannels;
  w.columnStep = ptrdiff_t(p.dilationWidth) * p.inputChannels;
  w.pixelStep = ptrdiff_t(p.strideWidth) * p.inputChannels;
  w.filterWidth = p.filterWidth;
  for (int32_t outX = 0; outX < p.outputWidth;) {
    const Taps along = tapsInside(across, outX);
    w.columns = along.end - along.begin;
    const float* x = row + ptrdiff_t(along.origin + along.begin * p.dilationWidth) * p.inputChannels;
    const int32_t tap = down.begin * p.filterWidth + along.begin;
    float* out = y + ptrdiff_t(outX) * p.outputChannels;
    if (outX >= inner.begin && outX + 4 <= inner.end) {
      depthwisePixels<4>(p, operands, w, x, tap, out);
      outX += 4;
    } else {
      depthwisePixels<1>(p, operands, w, x, tap, out);
      outX += 1;
    }
  }
}

int32_t depthwiseUnits(const Params* p) { return p->batch * p->outputHeight; }

size_t depthwiseScratchSize(const Params*) { return 0; }

void depthwise(const Params* p, const Operands& operands, float*, int32_t begin, int32_t end) {
  const ptrdiff_t rowSize = ptrdiff_t(p->outputWidth) * p->outputChannels;
  for (int32_t unit = begin; unit < end; ++unit) {
    depthwiseRow(*p, operands, unit / p->outputHeight, unit % p->outputHeight, operands.output + unit * rowSize);
  }
}

}  // namespace
