// The two halves of a separable convolution of NCHW tensors fused: rows of all depthwise planes stay in scratch, small
// enough for the nearest caches, and the pointwise product packs its panels from them there.
#pragma once
#include "depthwise-planes.h"
#include "product-planes.h"

namespace {

/** Rows of depthwise outputs that are in scratch at once. */
inline int32_t planeRowsTogether(const Params& p) {
  const int64_t rows = Tuning::betweenFloats / (int64_t(p.outputWidth) * p.outputChannels);
  return rows < 1 ? 1 : rows < p.outputHeight ? int32_t(rows) : p.outputHeight;
}

/** Floats of those rows, and what Vecs may read beyond. */
inline uint64_t betweenSize(const Params& p) {
  return sizeSum(sizeProduct(planeRowsTogether(p), p.outputWidth, p.outputChannels), Vec::lanes);
}

inline uint64_t separableStripSize(const Params& p) {
  const Strip s = stripOf(p, planeRowsTogether(p));
  return isCopied(p, s) ? stripScratch(p, s) + lineFloats : lineFloats;
}

uint64_t separablePlanesPackedBytes(const Params* p) {
  return floatBytes(sizeSum(planesPackedSize(*p), planesPackedSize(p[1])));
}

void separablePlanesPack(const Params* p, const Weights* weights, void* packed) {
  float* first = static_cast<float*>(packed);
  packPlanes(*p, *weights, first);
  packPlanes(p[1], weights[1], first + planesPackedSize(*p));
}

int32_t separablePlanesUnits(const Params* p) { return p->batch * p->outputHeight; }

uint64_t separablePlanesScratchBytes(const Params* p) {
  return floatBytes(sizeSum(panelScratch(p[1]), separableStripSize(*p), betweenSize(*p)));
}

/** The pointwise outputs of depthwise ones that stand in scratch, `pixels` to a plane. */
inline void productOfRows(const Epilogue& e, const Planes& between, const float* packed, float* panels, int32_t pixels,
                          float* y) {
  const Params& p = e.p;
  const int32_t block = blockPixels(p);
  for (int32_t o = 0; o < p.outputChannels && !packsPanels(p); ++o) {
    const float* f = packed + o * (ptrdiff_t(p.products) + 1);
    definedPixels(e, {between.first, pixels, p.inputChannels}, f, 0, pixels, y + o * outputPlane(p), true);
  }
  for (int32_t begin = 0; begin < pixels && packsPanels(p); begin += block) {
    const int32_t count = atMostInt(block, pixels - begin);
    packHead(count, p.products + headRows, panels);
    packPixels({between.first + begin, between.end}, pixels, p.inputChannels, count, panels);
    productPanels(e, panels, packed, p.outputChannels, count, y + begin, outputPlane(p));
  }
  for (int32_t o = 0; o < p.outputChannels; ++o) secondPassPlane(e, y + o * outputPlane(p), pixels, o);
}

void separablePlanes(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end) {
  const Params& second = p[1];
  float* panels = lineIn(scratch);
  float* strip = lineIn(static_cast<float*>(scratch) + panelScratch(second));
  float* rowsOut = static_cast<float*>(scratch) + panelScratch(second) + separableStripSize(*p);
  const Strip s = stripOf(*p, planeRowsTogether(*p));
  const Planes planes = inputPlanes(*p, operands);
  const Epilogue between = epilogueOf(*p, rowsOut, nullptr, operands.slopes[0]);
  const Epilogue e = epilogueOf(second, operands, operands.slopes[1]);
  const float* packed = static_cast<const float*>(operands.packed);
  const int32_t multiplier = p->outputChannels / p->inputChannels;
  if (isCopied(*p, s)) placeTaps(*p, s, reinterpret_cast<int32_t*>(strip));
  for (int32_t row = begin; row < end;) {
    const int32_t image = row / p->outputHeight;
    const int32_t outY = row % p->outputHeight;
    const int32_t rows = atMostInt(s.outputRows, atMostInt(end - row, p->outputHeight - outY));
    const int32_t pixels = rows * p->outputWidth;
    for (int32_t c = 0; c < p->inputChannels; ++c) {
      depthwiseStrip(between, s, planes, image * p->inputChannels + c, packed, outY, rows,
                     rowsOut + ptrdiff_t(c) * multiplier * pixels, pixels, strip);
    }
    float* y = e.output + ptrdiff_t(image) * second.outputChannels * outputPlane(second) + outY * second.outputWidth;
    productOfRows(e, {rowsOut, rowsOut + betweenSize(*p)}, packed + planesPackedSize(*p), panels, pixels, y);
    row += rows;
  }
}

}  // namespace
