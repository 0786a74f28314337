// Element by element: the residual, if there is one, and the activation. Output and input may be the same memory.
#pragma once
#include "../epilogue.h"

namespace {

size_t activationPackedSize(const Params*) { return 0; }

void activationPack(const Params*, const Weights*, float*) {}

/** A unit is a pixel. */
int32_t activationUnits(const Params* p) { return p->batch * p->outputHeight * p->outputWidth; }

size_t activationScratchSize(const Params*) { return 0; }

void activation(const Params* p, const Operands& operands, float*, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  const int32_t channels = p->outputChannels;
  const float* input = static_cast<const float*>(operands.input);
  for (int32_t pixel = begin; pixel < end; ++pixel) {
    const float* x = input + ptrdiff_t(pixel) * channels;
    float* y = e.output + ptrdiff_t(pixel) * channels;
    int32_t c = 0;
    for (; c + Vec::lanes <= channels; c += Vec::lanes) finish(e, Vec::load(x + c), y + c, c);
    for (; c < channels; ++c) finish(e, Lane::load(x + c), y + c, c);
  }
}

}  // namespace
