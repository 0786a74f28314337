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
  /** Weights from one row of taps to the next, and the first tap, counted in taps. */
  int32_t filterWidth;
  int32_t firstTap;
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

/** Finishes a block of channels, whose outputs are `step` floats apart when a multiplier spreads them. */
template <class V>
inline void depthwiseFinish(const Epilogue& e, V sum, float* y, int32_t channel, int32_t step) {
  if (step == 1) return finish(e, sum, y, channel);
  float values[V::lanes];
  sum.store(values);
  for (int lane = 0; lane < V::lanes; ++lane) {
    finish(e, Lane{values[lane]}, y + ptrdiff_t(lane) * step, channel + lane * step);
  }
}

/** P neighbouring pixels (1 or 4), V::lanes channels from output `channel`; `f` begins with the bias. */
template <class V, int P>
inline void depthwiseTile(const Epilogue& e, const DepthwiseWindow& w, const float* x, const float* f, float* y,
                          int32_t channel) {
  const int32_t step = e.p.outputChannels / e.p.inputChannels;
  const ptrdiff_t next = e.p.outputChannels;
  V sum0 = V::load(f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  depthwiseSums<V, P>(w, x, f + (1 + w.firstTap) * V::lanes, sum0, sum1, sum2, sum3);
  depthwiseFinish(e, sum0, y, channel, step);
  if constexpr (P > 1) {
    depthwiseFinish(e, sum1, y + next, channel, step);
    depthwiseFinish(e, sum2, y + 2 * next, channel, step);
    depthwiseFinish(e, sum3, y + 3 * next, channel, step);
  }
}

/** All channels of P neighbouring pixels. `x` is the first tap inside of channel 0, `y` the first output. */
template <int P>
void depthwisePixels(const Epilogue& e, const DepthwiseWindow& w, const float* x, const float* packed, float* y) {
  const int32_t channels = e.p.inputChannels;
  const int32_t multiplier = e.p.outputChannels / channels;
  const int32_t block = taps(e.p) + 1;
  const float* f = packed;
  for (int32_t m = 0; m < multiplier; ++m) {
    int32_t c = 0;
    for (; c + Vec::lanes <= channels; c += Vec::lanes, f += block * Vec::lanes) {
      depthwiseTile<Vec, P>(e, w, x + c, f, y + c * multiplier + m, c * multiplier + m);
    }
    for (; c < channels; ++c, f += block) {
      depthwiseTile<Lane, P>(e, w, x + c, f, y + c * multiplier + m, c * multiplier + m);
    }
  }
}

/** Row `outY` of the outputs of one image. `y` is its first one. */
void depthwiseRow(const Epilogue& e, const float* image, const float* packed, int32_t outY, float* y) {
  const Params& p = e.p;
  const Axis across = horizontalAxis(p);
  const Taps down = tapsInside(verticalAxis(p), outY);
  const Interior inner = interior(across);
  const float* row = image + ptrdiff_t(down.origin + down.begin * p.dilationHeight) * p.inputWidth * p.inputChannels;
  DepthwiseWindow w;
  w.rows = down.end - down.begin;
  w.rowStep = ptrdiff_t(p.dilationHeight) * p.inputWidth * p.inputChannels;
  w.columnStep = ptrdiff_t(p.dilationWidth) * p.inputChannels;
  w.pixelStep = ptrdiff_t(p.strideWidth) * p.inputChannels;
  w.filterWidth = p.filterWidth;
  for (int32_t outX = 0; outX < p.outputWidth;) {
    const Taps along = tapsInside(across, outX);
    w.columns = along.end - along.begin;
    w.firstTap = down.begin * p.filterWidth + along.begin;
    const float* x = row + ptrdiff_t(along.origin + along.begin * p.dilationWidth) * p.inputChannels;
    float* out = y + ptrdiff_t(outX) * p.outputChannels;
    if (outX >= inner.begin && outX + 4 <= inner.end) {
      depthwisePixels<4>(e, w, x, packed, out);
      outX += 4;
    } else {
      depthwisePixels<1>(e, w, x, packed, out);
      outX += 1;
    }
  }
}

/** Row `row` of the outputs of a whole batch. */
inline void depthwiseBatchRow(const Epilogue& e, const float* input, const float* packed, int32_t row, float* y) {
  const ptrdiff_t imageSize = ptrdiff_t(e.p.inputHeight) * e.p.inputWidth * e.p.inputChannels;
  depthwiseRow(e, input + row / e.p.outputHeight * imageSize, packed, row % e.p.outputHeight, y);
}

int32_t depthwiseUnits(const Params* p) { return p->batch * p->outputHeight; }

size_t depthwiseScratchSize(const Params*) { return 0; }

void depthwise(const Params* p, const Operands& operands, float*, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  const ptrdiff_t rowSize = ptrdiff_t(p->outputWidth) * p->outputChannels;
  for (int32_t row = begin; row < end; ++row) {
    depthwiseBatchRow(e, static_cast<const float*>(operands.input), operands.packed, row, e.output + row * rowSize);
  }
}

}  // namespace
