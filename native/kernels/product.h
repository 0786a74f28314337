// The dense product behind the convolutions that mix channels: a register tile of pixels × output channels, over every
// tap and input channel in order. Weights are packed in panels of output channels, [panel][bias, taps × inputs][width],
// the last panel filled up with zeros.
#pragma once
#include "../sizes.h"
#include "product-tile.h"

namespace {

inline int32_t vecsOf(int32_t channels) { return (channels - 1) / Vec::lanes + 1; }

/** Panels of two Vecs, of which the last may have a third, or of three, of which the last two may have two each: none
 * stands alone beside others. */
inline int32_t panelCount(int32_t outputChannels) {
  const int32_t vecs = vecsOf(outputChannels);
  if (Tuning::panelVecs == 2) return vecs < 2 ? 1 : vecs / 2;
  return (vecs - 1) / 3 + 1;
}

/** The output channel at which a panel begins. */
inline int32_t panelBegin(int32_t outputChannels, int32_t panel) {
  constexpr int panelVecs = Tuning::panelVecs;
  const int32_t vecs = vecsOf(outputChannels);
  if (panel == panelCount(outputChannels)) return outputChannels;
  const bool isSecondOfFour = panelVecs == 3 && vecs % 3 == 1 && panel > 0 && vecs - panel * 3 < 3;
  return (isSecondOfFour ? vecs - 2 : panel * panelVecs) * Vec::lanes;
}

/** Floats of all panels, for so many products an output. */
inline uint64_t panelsSize(int32_t outputChannels, uint64_t products) {
  return sizeProduct(uint64_t(vecsOf(outputChannels)) * Vec::lanes, products + 1);
}

/** Packs a filter [products][stride], of which `outputChannels` columns are taken. */
inline void packPanels(const float* filter, const float* bias, int32_t outputChannels, ptrdiff_t stride,
                       size_t products, float* packed) {
  for (int32_t panel = 0; panel < panelCount(outputChannels); ++panel) {
    const int32_t first = panelBegin(outputChannels, panel);
    const int32_t valid = panelBegin(outputChannels, panel + 1) - first;
    const int32_t width = vecsOf(valid) * Vec::lanes;
    for (int32_t i = 0; i < width; ++i) *packed++ = i < valid ? bias[first + i] : 0;
    for (size_t t = 0; t < products; ++t) {
      for (int32_t i = 0; i < width; ++i) *packed++ = i < valid ? filter[t * stride + first + i] : 0;
    }
  }
}

/**
 * One panel of output channels for neighbouring pixels: tiles of P, and for the rest smaller ones, or one more that
 * begins among the pixels that are done.
 */
template <int P, int W>
inline void productPanel(const Epilogue& e, const Products& t, const float* x, const float* panel, int32_t valid,
                         float* y, int32_t pixels) {
  constexpr int smaller = P > 8 ? 8 : P > 4 ? 4 : P / 2;
  int32_t done = 0;
  for (; done + P <= pixels; done += P) {
    productTile<P, W>(e, t, x + done * t.pixelStep, panel, valid, y + done * t.outputStep);
  }
  if constexpr (P > 1) {
    const int32_t rest = pixels - done;
    if (rest > smaller && done > 0) {
      const int32_t last = pixels - P;
      productTile<P, W>(e, t, x + last * t.pixelStep, panel, valid, y + last * t.outputStep);
    } else if (rest > 0) {
      productPanel<smaller, W>(e, t, x + done * t.pixelStep, panel, valid, y + done * t.outputStep, rest);
    }
  }
}

/**
 * The output channels of the panels [first, last) of neighbouring pixels. `x` is the first tap inside and `y` output
 * channel 0 of the first pixel, both of this group.
 */
template <int NarrowTile = tilePixels<1>>
inline void productPixels(const Epilogue& e, const Products& t, const float* x, const float* panels, int32_t first,
                          int32_t last, float* y, int32_t pixels) {
  for (int32_t panel = first; panel < last; ++panel) {
    const int32_t begin = panelBegin(t.outputChannels, panel);
    const int32_t valid = panelBegin(t.outputChannels, panel + 1) - begin;
    const int32_t vecs = vecsOf(valid);
    const auto run = vecs == 3   ? productPanel<tilePixels<3>, 3>
                     : vecs == 2 ? productPanel<tilePixels<2>, 2>
                                 : productPanel<NarrowTile, 1>;
    run(e, t, x, panels + begin * (t.count + 1), valid, y + begin, pixels);
  }
}

/** Every panel of neighbouring pixels. */
template <int NarrowTile = tilePixels<1>>
inline void productPixels(const Epilogue& e, const Products& t, const float* x, const float* panels, float* y,
                          int32_t pixels) {
  productPixels<NarrowTile>(e, t, x, panels, 0, panelCount(t.outputChannels), y, pixels);
}

}  // namespace
