// A product over the taps of a window and the input channels of a group. Weights: the panels of one group after
// another.
#pragma once
#include "../window.h"
#include "product.h"

namespace {

inline int32_t groupInputs(const Params& p) { return p.inputChannels / p.groups; }
inline int32_t groupOutputs(const Params& p) { return p.outputChannels / p.groups; }

uint64_t conv2dPackedBytes(const Params* p) {
  return floatBytes(sizeProduct(p->groups, panelsSize(groupOutputs(*p), p->products)));
}

void conv2dPack(const Params* p, const Weights* weights, void* packed) {
  const float* filter = static_cast<const float*>(weights->filter);
  float* panels = static_cast<float*>(packed);
  const int32_t outputs = groupOutputs(*p);
  const size_t size = panelsSize(outputs, p->products);
  for (int32_t group = 0; group < p->groups; ++group) {
    const int32_t first = group * outputs;
    packPanels(filter + first, weights->bias + first, outputs, p->outputChannels, p->products, panels + group * size);
  }
}

/** What is the same for every window of a convolution with the taps in their order. */
inline Products conv2dProducts(const Params& p) {
  Products t{};
  t.channels = groupInputs(p);
  t.rowStep = stepInside(p.dilationHeight, p.inputHeight) * p.inputWidth * p.inputChannels;
  t.columnStep = stepInside(p.dilationWidth, p.inputWidth) * p.inputChannels;
  t.pixelStep = stepInside(p.strideWidth, p.inputWidth) * p.inputChannels;
  t.weightRowStep = ptrdiff_t(p.filterWidth) * groupInputs(p);
  t.weightColumnStep = groupInputs(p);
  t.count = p.products;
  t.outputChannels = groupOutputs(p);
  t.outputStep = p.outputChannels;
  return t;
}

/** Every group of `pixels` neighbours; `x` is the first tap inside and `y` the first output, of channel 0. */
inline void productGroups(const Epilogue& e, const Products& t, const float* x, const float* packed, float* y,
                          int32_t pixels) {
  const size_t size = panelsSize(t.outputChannels, t.count);
  for (int32_t group = 0; group < e.p.groups; ++group) {
    productPixels(e, t, x + group * t.channels, packed + group * size, y + group * t.outputChannels, pixels);
  }
}

/** Row `outY` of the outputs of one image. `y` is its first one. */
void conv2dRow(const Epilogue& e, const float* image, const float* packed, int32_t outY, float* y) {
  const Params& p = e.p;
  const Axis across = horizontalAxis(p);
  const Taps down = tapsInside(verticalAxis(p), outY);
  const Interior inner = interior(across);
  const float* row = image + ptrdiff_t(down.first) * p.inputWidth * p.inputChannels;
  Products window = conv2dProducts(p);
  window.rows = down.end - down.begin;
  const bool isOneRun = p.dilationWidth == 1 && p.groups == 1;
  for (int32_t outX = 0; outX < p.outputWidth;) {
    const Taps along = tapsInside(across, outX);
    const int32_t pixels = outX >= inner.begin && outX < inner.end ? inner.end - outX : 1;
    const int32_t columns = along.end - along.begin;
    Products t = window;
    // Taps that stand side by side, in the input as in the weights, are one long tap.
    t.columns = isOneRun ? 1 : columns;
    t.channels = isOneRun ? columns * window.channels : window.channels;
    t.firstProduct = down.begin * t.weightRowStep + along.begin * t.weightColumnStep;
    const float* x = row + ptrdiff_t(along.first) * p.inputChannels;
    productGroups(e, t, x, packed, y + ptrdiff_t(outX) * p.outputChannels, pixels);
    outX += pixels;
  }
}

int32_t conv2dUnits(const Params* p) { return p->batch * p->outputHeight; }

uint64_t conv2dScratchBytes(const Params*) { return 0; }

/** The rows [begin, end) of the outputs of a whole batch, each by `computeRow`. */
template <class Row>
inline void denseRows(const Params& p, const Operands& operands, int32_t begin, int32_t end, Row computeRow) {
  const Epilogue e = epilogueOf(p, operands);
  const float* input = static_cast<const float*>(operands.input);
  const float* packed = static_cast<const float*>(operands.packed);
  const ptrdiff_t imageSize = ptrdiff_t(p.inputHeight) * p.inputWidth * p.inputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(p.outputWidth) * p.outputChannels;
  for (int32_t row = begin; row < end; ++row) {
    const float* image = input + row / p.outputHeight * imageSize;
    computeRow(e, image, packed, row % p.outputHeight, e.output + row * rowSize);
    secondPass(e, e.output + row * rowSize, p.outputWidth, 0, p.outputChannels);
  }
}

void conv2d(const Params* p, const Operands& operands, void*, int32_t begin, int32_t end) {
  denseRows(*p, operands, begin, end, conv2dRow);
}

}  // namespace
