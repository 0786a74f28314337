// Lanes hold neighbouring channels. Of a multiplier the input rows take the burden (repeated-rows.h): in here there are
// as many inputs as outputs.
#pragma once
#include "depthwise-row.h"

namespace {

/** The rows [begin, end) of the outputs of one image, of which row `begin` goes to `y`. */
inline void depthwiseImageRows(const Epilogue& e, const DepthwisePlan& plan, const InputRows& rows, const float* packed,
                               int32_t begin, int32_t end, float* y) {
  const int32_t apart = e.p.dilationHeight;
  const ptrdiff_t rowSize = ptrdiff_t(e.p.outputWidth) * e.p.outputChannels;
  for (int32_t row = begin; row < end;) {
    const bool two = plan.twoRows != nullptr && apart <= (end - row) / 2;
    for (int32_t i = 0; i < (two ? apart : 1); ++i) {
      float* out = y + (row + i - begin) * rowSize;
      if (two && depthwiseTwoRows(e, plan, rows, packed, row + i, out)) continue;
      depthwiseRow(e, plan, rows, packed, row + i, out);
      if (two) depthwiseRow(e, plan, rows, packed, row + i + apart, out + apart * rowSize);
    }
    row += two ? 2 * apart : 1;
  }
}

/** The rows [begin, end) of the outputs of a whole batch, of which row `begin` goes to `y`. */
inline void depthwiseRows(const Epilogue& e, const float* input, const float* packed, int32_t begin, int32_t end,
                          float* y, float* scratch) {
  const Params& p = e.p;
  const DepthwisePlan plan = depthwisePlan(p);
  const ptrdiff_t imageSize = ptrdiff_t(p.inputHeight) * p.inputWidth * p.inputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(p.outputWidth) * p.outputChannels;
  const int32_t together = repeatsRows(p) ? repeatedTogether(p) : p.outputHeight;
  for (int32_t row = begin; row < end;) {
    const int32_t outY = row % p.outputHeight;
    const int32_t rest = end - row < p.outputHeight - outY ? end - row : p.outputHeight - outY;
    const int32_t count = rest < together ? rest : together;
    InputRows rows{input + row / p.outputHeight * imageSize, 0};
    if (repeatsRows(p)) rows = repeatRows(p, rows.first, outY, outY + count, scratch);
    depthwiseImageRows(e, plan, rows, packed, outY, outY + count, y + (row - begin) * rowSize);
    row += count;
  }
}

int32_t depthwiseUnits(const Params* p) { return p->batch * p->outputHeight; }

uint64_t depthwiseScratchBytes(const Params* p) { return floatBytes(repeatedSize(*p)); }

void depthwise(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  const float* input = static_cast<const float*>(operands.input);
  const float* packed = static_cast<const float*>(operands.packed);
  float* y = e.output + ptrdiff_t(begin) * p->outputWidth * p->outputChannels;
  depthwiseRows(e, input, packed, begin, end, y, static_cast<float*>(scratch));
}

}  // namespace
