// A product over the input channels of each pixel. Threads share the pixels, or where those are few, the panels.
#pragma once
#include "../window.h"
#include "product.h"

namespace {

inline int32_t outputPixels(const Params& p) { return p.batch * p.outputHeight * p.outputWidth; }

inline bool sharesPanels(const Params& p) { return outputPixels(p) < Tuning::fewPixels; }

uint64_t pointwisePackedBytes(const Params* p) { return floatBytes(panelsSize(p->outputChannels, p->inputChannels)); }

void pointwisePack(const Params* p, const Weights* weights, void* packed) {
  packPanels(static_cast<const float*>(weights->filter), weights->bias, p->outputChannels, p->outputChannels,
             p->inputChannels, static_cast<float*>(packed));
}

/** A product of one tap, `pixelStep` input floats from pixel to pixel. */
inline Products pointwiseProducts(const Params& p) {
  Products t{};
  t.rows = t.columns = 1;
  t.channels = p.inputChannels;
  t.pixelStep = stepInside(p.strideWidth, p.inputWidth) * p.inputChannels;
  t.count = p.inputChannels;
  t.outputChannels = p.outputChannels;
  t.outputStep = p.outputChannels;
  return t;
}

int32_t pointwiseUnits(const Params* p) { return sharesPanels(*p) ? panelCount(p->outputChannels) : outputPixels(*p); }

uint64_t pointwiseScratchBytes(const Params*) { return 0; }

/** The outputs [begin, end), pixel by pixel of the whole batch, of the panels [first, last). */
inline void pointwisePixels(const Params& p, const Operands& operands, int32_t begin, int32_t end, int32_t first,
                            int32_t last) {
  const Epilogue e = epilogueOf(p, operands);
  const Products t = pointwiseProducts(p);
  const bool dense = p.strideHeight == 1 && p.strideWidth == 1;
  for (int32_t pixel = begin; pixel < end;) {
    const int32_t row = pixel / p.outputWidth;
    const int32_t column = pixel % p.outputWidth;
    const int32_t run = dense ? end - pixel : p.outputWidth - column;
    int32_t pixels = run < end - pixel ? run : end - pixel;
    if (pixels > Tuning::pixelBlock) pixels = Tuning::pixelBlock;
    const ptrdiff_t inputRow = ptrdiff_t(row / p.outputHeight) * p.inputHeight + row % p.outputHeight * p.strideHeight;
    const float* x = static_cast<const float*>(operands.input) +
                     (inputRow * p.inputWidth + column * p.strideWidth) * p.inputChannels;
    float* y = e.output + ptrdiff_t(pixel) * p.outputChannels;
    productPixels(e, t, x, static_cast<const float*>(operands.packed), first, last, y, pixels);
    secondPass(e, y, pixels, panelBegin(p.outputChannels, first), panelBegin(p.outputChannels, last));
    pixel += pixels;
  }
}

void pointwise(const Params* p, const Operands& operands, void*, int32_t begin, int32_t end) {
  if (sharesPanels(*p)) {
    pointwisePixels(*p, operands, 0, outputPixels(*p), begin, end);
  } else {
    pointwisePixels(*p, operands, begin, end, 0, panelCount(p->outputChannels));
  }
}

}  // namespace
