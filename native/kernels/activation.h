// Element by element: the residual, if there is one, and the activation. Output and input may be the same memory.
#pragma once
#include "../epilogue.h"

namespace {

uint64_t activationPackedBytes(const Params*) { return 0; }

void activationPack(const Params*, const Weights*, void*) {}

/** A unit is a pixel. */
int32_t activationUnits(const Params* p) { return p->batch * p->outputHeight * p->outputWidth; }

uint64_t activationScratchBytes(const Params*) { return 0; }

void activation(const Params* p, const Operands& operands, void*, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  const ptrdiff_t first = ptrdiff_t(begin) * p->outputChannels;
  finishPixels(e, static_cast<const float*>(operands.input) + first, e.output + first, end - begin, 0,
               p->outputChannels);
}

}  // namespace
