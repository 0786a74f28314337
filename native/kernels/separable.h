// The two halves fused: rows of depthwise output stay in scratch, small enough for the nearest caches, and the
// pointwise product reads them there.
#pragma once
#include "depthwise.h"
#include "pointwise.h"

namespace {

/** Rows of depthwise output that are in scratch at once: some 144 pixels, in pairs of whole rows. */
inline int32_t rowsTogether(const Params& p) { return (Tuning::pixelBlock / p.outputWidth / 2 + 1) * 2; }

uint64_t separablePackedBytes(const Params* p) { return sizeSum(depthwisePackedBytes(p), pointwisePackedBytes(p + 1)); }

void separablePack(const Params* p, const Weights* weights, void* packed) {
  depthwisePack(p, weights, packed);
  pointwisePack(p + 1, weights + 1, static_cast<float*>(packed) + depthwisePackedSize(*p));
}

/** Threads share the rows, or where those are few, the panels: each then computes all of the depthwise half, which must
 * be a small part of the whole. */
inline bool separableSharesPanels(const Params* p) {
  return sharesPanels(p[1]) && p[1].outputChannels >= int64_t(8) * p->filterHeight * p->filterWidth;
}

int32_t separableUnits(const Params* p) {
  return separableSharesPanels(p) ? panelCount(p[1].outputChannels) : p->batch * p->outputHeight;
}

/** Floats of those rows. */
inline uint64_t depthwiseRowsSize(const Params& p) {
  return sizeProduct(rowsTogether(p), p.outputWidth, p.outputChannels);
}

uint64_t separableScratchBytes(const Params* p) {
  return sizeSum(floatBytes(depthwiseRowsSize(*p)), depthwiseScratchBytes(p));
}

/** The output rows [begin, end) of the whole batch, of the panels [first, last). */
inline void separableRows(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end,
                          int32_t first, int32_t last) {
  const Params& second = p[1];
  const Products t = pointwiseProducts(second);
  float* rowsOut = static_cast<float*>(scratch);
  float* repeated = rowsOut + depthwiseRowsSize(*p);
  const Epilogue between = epilogueOf(*p, rowsOut, nullptr, operands.slopes[0]);
  const Epilogue e = epilogueOf(second, operands, operands.slopes[1]);
  const ptrdiff_t outputRow = ptrdiff_t(second.outputWidth) * second.outputChannels;
  const float* input = static_cast<const float*>(operands.input);
  const float* packed = static_cast<const float*>(operands.packed);
  const float* panels = packed + depthwisePackedSize(*p);
  for (int32_t row = begin; row < end;) {
    const int32_t rows = rowsTogether(*p) < end - row ? rowsTogether(*p) : end - row;
    depthwiseRows(between, input, packed, row, row + rows, rowsOut, repeated);
    const int32_t pixels = rows * second.outputWidth;
    float* y = e.output + row * outputRow;
    productPixels(e, t, rowsOut, panels, first, last, y, pixels);
    secondPass(e, y, pixels, panelBegin(second.outputChannels, first), panelBegin(second.outputChannels, last));
    row += rows;
  }
}

void separable(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end) {
  if (separableSharesPanels(p)) {
    separableRows(p, operands, scratch, 0, p->batch * p->outputHeight, begin, end);
  } else {
    separableRows(p, operands, scratch, begin, end, 0, panelCount(p[1].outputChannels));
  }
}

}  // namespace
