// The dense product behind the convolutions that mix channels: a register tile of pixels × output channels, over every
// tap and input channel in order. Weights are packed in panels of output channels, [panel][bias, taps × inputs][width],
// the last panel as narrow as it can be and filled up with zeros.
#pragma once
#include "../epilogue.h"

namespace {

constexpr int tilePixels = 6;
constexpr int panelWidth = 2 * Vec::lanes;

/** How a tile reads and writes: `rows` × `columns` taps of `channels` inputs each. */
struct Products {
  int32_t rows;
  int32_t columns;
  int32_t channels;
  /** Input floats from a tap to the one below it, to the one beside it, and from pixel to pixel. */
  ptrdiff_t rowStep;
  ptrdiff_t columnStep;
  ptrdiff_t pixelStep;
  /** The same steps in the weights, and the first tap, counted in products. */
  ptrdiff_t weightRowStep;
  ptrdiff_t weightColumnStep;
  ptrdiff_t firstProduct;
  /** Products an output has in its panel. */
  size_t count;
  /** The output channels of this group. */
  int32_t outputChannels;
  /** Output floats from pixel to pixel. */
  ptrdiff_t outputStep;
};

/** The width of the panel that begins at output channel `o`: two Vecs, or one where that is enough. */
inline int32_t panelWidthAt(int32_t outputChannels, int32_t o) {
  return outputChannels - o > Vec::lanes ? panelWidth : Vec::lanes;
}

/** Floats of all panels, for so many products an output. */
inline size_t panelsSize(int32_t outputChannels, size_t products) {
  const int32_t panels = outputChannels / panelWidth * panelWidth;
  const int32_t rest = outputChannels - panels;
  return (panels + (rest == 0 ? 0 : size_t(panelWidthAt(rest, 0)))) * (products + 1);
}

/** Packs a filter [products][stride], of which `outputChannels` columns are taken. */
inline void packPanels(const float* filter, const float* bias, int32_t outputChannels, ptrdiff_t stride,
                       size_t products, float* packed) {
  for (int32_t o = 0; o < outputChannels;) {
    const int32_t width = panelWidthAt(outputChannels, o);
    const int32_t valid = outputChannels - o < width ? outputChannels - o : width;
    for (int32_t i = 0; i < width; ++i) *packed++ = i < valid ? bias[o + i] : 0;
    for (size_t t = 0; t < products; ++t) {
      for (int32_t i = 0; i < width; ++i) *packed++ = i < valid ? filter[t * stride + o + i] : 0;
    }
    o += width;
  }
}

/** Stores the W Vecs of one pixel, of which `valid` channels exist. */
template <int W>
ALWAYS_INLINE void finishPixel(const Epilogue& e, Vec a, Vec b, int32_t valid, float* y) {
  if (valid == W * Vec::lanes) {
    finish(e, a, y);
    if constexpr (W > 1) finish(e, b, y + Vec::lanes);
    return;
  }
  float sums[W * Vec::lanes];
  finish(e, a, sums);
  if constexpr (W > 1) finish(e, b, sums + Vec::lanes);
  for (int32_t i = 0; i < valid; ++i) y[i] = sums[i];
}

/** P pixels × W Vecs of output channels, of which `valid` exist; `panel` begins with their bias. */
template <int P, int W>
void productTile(const Epilogue& e, const Products& t, const float* x, const float* panel, int32_t valid, float* y) {
  constexpr int width = W * Vec::lanes;
  const ptrdiff_t step = t.pixelStep;
  const float* f = panel + (1 + t.firstProduct) * width;
  Vec a0 = Vec::load(panel), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
  Vec b0 = W > 1 ? Vec::load(panel + Vec::lanes) : a0, b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0;
  for (int32_t row = 0; row < t.rows; ++row) {
    for (int32_t column = 0; column < t.columns; ++column) {
      const float* in = x + row * t.rowStep + column * t.columnStep;
      const float* in3 = in + 3 * step;
      const float* weights = f + (row * t.weightRowStep + column * t.weightColumnStep) * width;
      for (int32_t c = 0; c < t.channels; ++c, ++in, ++in3, weights += width) {
        const Vec u = Vec::load(weights);
        const Vec v = W > 1 ? Vec::load(weights + Vec::lanes) : u;
        Vec value = Vec::splat(in[0]);
        a0 = addProduct(a0, value, u);
        if constexpr (W > 1) b0 = addProduct(b0, value, v);
        if constexpr (P > 1) {
          value = Vec::splat(in[step]);
          a1 = addProduct(a1, value, u);
          if constexpr (W > 1) b1 = addProduct(b1, value, v);
        }
        if constexpr (P > 2) {
          value = Vec::splat(in[2 * step]);
          a2 = addProduct(a2, value, u);
          if constexpr (W > 1) b2 = addProduct(b2, value, v);
        }
        if constexpr (P > 3) {
          value = Vec::splat(in3[0]);
          a3 = addProduct(a3, value, u);
          if constexpr (W > 1) b3 = addProduct(b3, value, v);
        }
        if constexpr (P > 4) {
          value = Vec::splat(in3[step]);
          a4 = addProduct(a4, value, u);
          if constexpr (W > 1) b4 = addProduct(b4, value, v);
        }
        if constexpr (P > 5) {
          value = Vec::splat(in3[2 * step]);
          a5 = addProduct(a5, value, u);
          if constexpr (W > 1) b5 = addProduct(b5, value, v);
        }
      }
    }
  }
  finishPixel<W>(e, a0, b0, valid, y);
  if constexpr (P > 1) finishPixel<W>(e, a1, b1, valid, y + t.outputStep);
  if constexpr (P > 2) finishPixel<W>(e, a2, b2, valid, y + 2 * t.outputStep);
  if constexpr (P > 3) finishPixel<W>(e, a3, b3, valid, y + 3 * t.outputStep);
  if constexpr (P > 4) finishPixel<W>(e, a4, b4, valid, y + 4 * t.outputStep);
  if constexpr (P > 5) finishPixel<W>(e, a5, b5, valid, y + 5 * t.outputStep);
}

/** One panel of output channels for neighbouring pixels. */
template <int W>
inline void productPanel(const Epilogue& e, const Products& t, const float* x, const float* panel, int32_t valid,
                         float* y, int32_t pixels) {
  const auto tiles = [&](auto tile, int32_t size) {
    for (; pixels >= size; pixels -= size, x += size * t.pixelStep, y += size * t.outputStep) {
      tile(e, t, x, panel, valid, y);
    }
  };
  tiles(productTile<tilePixels, W>, tilePixels);
  tiles(productTile<2, W>, 2);
  tiles(productTile<1, W>, 1);
}

/**
 * The output channels from `first` up to `last` (where panels begin) of neighbouring pixels. `x` is the first tap
 * inside and `y` output channel 0 of the first pixel, both of this group.
 */
inline void productPixels(const Epilogue& e, const Products& t, const float* x, const float* panels, int32_t first,
                          int32_t last, float* y, int32_t pixels) {
  for (int32_t o = first; o < last;) {
    const int32_t width = panelWidthAt(t.outputChannels, o);
    const int32_t valid = t.outputChannels - o < width ? t.outputChannels - o : width;
    const float* panel = panels + o * (t.count + 1);
    const auto run = width == panelWidth ? productPanel<2> : productPanel<1>;
    run(e, t, x, panel, valid, y + o, pixels);
    o += width;
  }
}

}  // namespace
