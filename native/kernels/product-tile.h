// The register tiles of the dense product: neighbouring pixels × Vecs of output channels, over every tap and input
// channel in order.
#pragma once
#include "../epilogue.h"
#include "../simd/registers.h"

namespace {

/** Pixels of a tile over panels of W Vecs: their sums leave room for the weights, an input and a product. */
template <int W>
constexpr int tilePixels = W == 1   ? Tuning::pixelsOfOne
                           : W == 2 ? Tuning::pixelsOfTwo
                                    : Tuning::pixelsOfThree;

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

/** Stores the Vecs of one pixel. */
template <int W>
ALWAYS_INLINE void storePixel(const Registers<Vec, W>& sums, Vec low, Vec high, float* y) {
  atMost(atLeast(sums.first, low), high).store(y);
  if constexpr (W > 1) storePixel(sums.others, low, high, y + Vec::lanes);
}

/** Stores the sums of P pixels, of which `valid` channels exist. */
template <int W, int P>
ALWAYS_INLINE void storePixels(const Registers<Registers<Vec, W>, P>& sums, Vec low, Vec high, int32_t valid, float* y,
                               ptrdiff_t step) {
  if (valid == W * Vec::lanes) {
    storePixel(sums.first, low, high, y);
  } else {
    float values[W * Vec::lanes];
    storePixel(sums.first, low, high, values);
    for (int32_t i = 0; i < valid; ++i) y[i] = values[i];
  }
  if constexpr (P > 1) storePixels(sums.others, low, high, valid, y + step, step);
}

/** Bytes from the first pixel of a tile to the others, in few registers: an address may double or quadruple one. */
struct PixelSteps {
  ptrdiff_t one;
  ptrdiff_t three;
  ptrdiff_t five;
  ptrdiff_t seven;
};

/** The input channel at hand of the pixels of a tile, by the first of each eight. */
template <int P>
using PixelInputs = Registers<const char*, (P + 7) / 8>;

template <int N>
ALWAYS_INLINE void placeInputs(Registers<const char*, N>& inputs, const char* x, ptrdiff_t step) {
  inputs.first = x;
  if constexpr (N > 1) placeInputs(inputs.others, x + 8 * step, step);
}

template <int N>
ALWAYS_INLINE void nextInputs(Registers<const char*, N>& inputs) {
  inputs.first += sizeof(float);
  if constexpr (N > 1) nextInputs(inputs.others);
}

template <int I, int N>
ALWAYS_INLINE const float* inputOf(const Registers<const char*, N>& inputs, const PixelSteps& steps) {
  constexpr int i = I % 8;
  const ptrdiff_t offset = i == 7   ? steps.seven
                           : i == 6 ? 2 * steps.three
                           : i == 5 ? steps.five
                           : i == 3 ? steps.three
                                    : i * steps.one;
  return reinterpret_cast<const float*>(at<I / 8>(inputs) + offset);
}

template <int W>
ALWAYS_INLINE void addWeights(Registers<Vec, W>& sums, const float* input, const Registers<Vec, W>& weights) {
  sums.first = addProductOf(sums.first, weights.first, input);
  if constexpr (W > 1) addWeights(sums.others, input, weights.others);
}

/** One input channel of P pixels times the weights of a panel. */
template <int I = 0, int W, int P, int N>
ALWAYS_INLINE void addChannel(Registers<Registers<Vec, W>, P>& sums, const Registers<const char*, N>& inputs,
                              const PixelSteps& steps, const Registers<Vec, W>& weights) {
  addWeights(at<I>(sums), inputOf<I>(inputs, steps), weights);
  if constexpr (I + 1 < P) addChannel<I + 1>(sums, inputs, steps, weights);
}

/** P pixels × W Vecs of output channels, of which `valid` exist; `panel` begins with their bias. */
template <int P, int W>
void productTile(const Epilogue& e, const Products& t, const float* x, const float* panel, int32_t valid, float* y) {
  constexpr int width = W * Vec::lanes;
  const ptrdiff_t step = t.pixelStep * ptrdiff_t(sizeof(float));
  const PixelSteps steps = {step, 3 * step, 5 * step, 7 * step};
  const float* f = panel + (1 + t.firstProduct) * width;
  Registers<Vec, W> bias;
  loadRow(bias, panel);
  Registers<Registers<Vec, W>, P> sums;
  fill(sums, bias);
  for (int32_t row = 0; row < t.rows; ++row) {
    for (int32_t column = 0; column < t.columns; ++column) {
      PixelInputs<P> inputs;
      placeInputs(inputs, reinterpret_cast<const char*>(x + row * t.rowStep + column * t.columnStep), step);
      const float* weights = f + (row * t.weightRowStep + column * t.weightColumnStep) * width;
      for (int32_t c = t.channels; c > 0; --c, nextInputs(inputs), weights += width) {
        Registers<Vec, W> channel;
        loadRow(channel, weights);
        addChannel(sums, inputs, steps, channel);
      }
    }
  }
  storePixels(sums, Vec::splat(e.low), Vec::splat(e.high), valid, y, t.outputStep);
}

}  // namespace
