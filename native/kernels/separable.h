// The two halves fused: rows of depthwise output stay in scratch, small enough for the nearest caches, and the
// pointwise product reads them there.
#pragma once
#include "depthwise.h"
#include "pointwise.h"

namespace {

/** Rows of depthwise output that are in scratch at once: some 144 pixels, in pairs of whole rows. */
inline int32_t rowsTogether(const Params& p) { return (pixelBlock / p.outputWidth / 2 + 1) * 2; }

size_t separablePackedSize(const Params* p) { return depthwisePackedSize(p) + pointwisePackedSize(p + 1); }

void separablePack(const Params* p, const Weights* weights, float* packed) {
  depthwisePack(p, weights, packed);
  pointwisePack(p + 1, weights + 1, packed + depthwisePackedSize(p));
}

int32_t separableUnits(const Params* p) { return p->batch * p->outputHeight; }

inline size_t depthwiseRowsSize(const Params& p) { return size_t(rowsTogether(p)) * p.outputWidth * p.outputChannels; }

size_t separableScratchSize(const Params* p) { return depthwiseRowsSize(*p) + depthwiseScratchSize(p); }

void separable(const Params* p, const Operands& operands, float* scratch, int32_t begin, int32_t end) {
  const Params& second = p[1];
  const Products t = pointwiseProducts(second);
  const Epilogue between = epilogueOf(p[0], scratch, nullptr, operands.slopes[0]);
  const Epilogue e = epilogueOf(second, static_cast<float*>(operands.output), operands.residual, operands.slopes[1]);
  const ptrdiff_t outputRow = ptrdiff_t(second.outputWidth) * second.outputChannels;
  const float* input = static_cast<const float*>(operands.input);
  const float* panels = operands.packed + depthwisePackedSize(p);
  for (int32_t row = begin; row < end;) {
    const int32_t rows = rowsTogether(*p) < end - row ? rowsTogether(*p) : end - row;
    depthwiseRows(between, input, operands.packed, row, row + rows, scratch, scratch + depthwiseRowsSize(*p));
    const int32_t pixels = rows * second.outputWidth;
    productPixels(e, t, scratch, panels, e.output + row * outputRow, pixels);
    secondPass(e, e.output + row * outputRow, pixels, 0, second.outputChannels);
    row += rows;
  }
}

}  // namespace
