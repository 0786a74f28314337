// The two halves fused: rows of depthwise output stay in scratch, small enough for the nearest caches, and the
// pointwise product reads them there.
#pragma once
#include "depthwise.h"
#include "pointwise.h"

namespace {

/** Rows of depthwise output that are in scratch at once: whole rows, some 144 pixels. */
inline int32_t rowsTogether(const Params& p) {
  const int32_t rows = pixelBlock / p.outputWidth;
  return rows < 1 ? 1 : rows;
}

size_t separablePackedSize(const Params* p) { return depthwisePackedSize(p) + pointwisePackedSize(p + 1); }

void separablePack(const Params* p, const Weights* weights, float* packed) {
  depthwisePack(p, weights, packed);
  pointwisePack(p + 1, weights + 1, packed + depthwisePackedSize(p));
}

int32_t separableUnits(const Params* p) { return p->batch * p->outputHeight; }

size_t separableScratchSize(const Params* p) { return size_t(rowsTogether(*p)) * p->outputWidth * p->outputChannels; }

void separable(const Params* p, const Operands& operands, float* scratch, int32_t begin, int32_t end) {
  const Params& first = p[0];
  const Params& second = p[1];
  const Products t = pointwiseProducts(second);
  const ptrdiff_t between = ptrdiff_t(first.outputWidth) * first.outputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(second.outputWidth) * second.outputChannels;
  const Operands inner{operands.input, scratch, nullptr, operands.packed};
  const float* panels = operands.packed + depthwisePackedSize(p);
  for (int32_t row = begin; row < end;) {
    int32_t rows = rowsTogether(first);
    if (rows > end - row) rows = end - row;
    for (int32_t i = 0; i < rows; ++i) {
      const int32_t unit = row + i;
      depthwiseRow(first, inner, unit / first.outputHeight, unit % first.outputHeight, scratch + i * between);
    }
    float* y = operands.output + row * rowSize;
    productPixels(second, t, scratch, panels, 0, second.outputChannels, residualAt(operands, y), y,
                  rows * second.outputWidth);
    row += rows;
  }
}

}  // namespace
