// One output row, or two, in the form that is settled once for all rows: windows that slide along one row or two,
// windows of any size in whole Vecs, or cells of pixels with few channels.
#pragma once
#include "../window.h"
#include "depthwise-blocks.h"
#include "depthwise-sliding.h"
#include "repeated-rows.h"

namespace {

/** Channels in whole Vecs. `x` is the first column and `y` the first output, of channel 0. */
inline void depthwiseVecs(const Epilogue& e, DepthwiseWindow& w, DepthwiseRun run, const float* x, const float* packed,
                          float* y, int32_t pixels) {
  const bool onLines = hasBlocksOnLines(e.p) && isOffLine(x);
  w.channels = e.p.outputChannels;
  w.second = onLines ? Vec::lanes - floatsOffLine : Vec::lanes;
  w.blockSize = ptrdiff_t(taps(e.p) + 1) * Vec::lanes;
  run(e, w, {x, onLines ? packed + plainBlocksSize(e.p) : packed, y, pixels});
}

/** The run for cells as large as those of one to four channels, of windows with three columns or any. */
inline DepthwiseRun cellRunFor(const DepthwiseWindow& w) {
  constexpr int one = Vec::lanes, three = 3 * Vec::lanes;
  if (w.pixelStep == one) return w.columns == 3 ? windowRun<Vec, one, 3> : windowRun<Vec, one>;
  if (w.pixelStep == three) return w.columns == 3 ? windowRun<Vec, three, 3> : windowRun<Vec, three>;
  return windowRun<Vec>;
}

/** Channels that are fewer than the lanes: cells of pixels, then single lanes. */
inline void depthwiseCells(const Epilogue& e, DepthwiseWindow& w, const float* x, const float* packed, float* y,
                           int32_t pixels) {
  const int32_t size = taps(e.p) + 1;
  const int32_t perCell = cellPixels(e.p);
  const int32_t cells = perCell == 0 ? 0 : pixels / perCell;
  if (cells > 0) {
    DepthwiseWindow cell = w;
    cell.channels = perCell * e.p.outputChannels;
    cell.second = Vec::lanes;
    cell.blockSize = ptrdiff_t(size) * Vec::lanes;
    cell.pixelStep = cell.outputStep = cell.channels;
    cellRunFor(cell)(e, cell, {x, packed, y, cells});
  }
  w.channels = e.p.outputChannels;
  w.second = 1;
  w.blockSize = size;
  const ptrdiff_t done = ptrdiff_t(cells) * perCell;
  const float* f = packed + ptrdiff_t(perCell) * e.p.outputChannels * size;
  windowRun<Lane>(e, w, {x + done * w.pixelStep, f, y + done * w.outputStep, pixels - int32_t(done)});
}

/** How the rows of one convolution are computed: settled once, for every row. */
struct DepthwisePlan {
  Axis down;
  Axis across;
  Interior inner;
  /** The runs of windows that slide, for one output row and for two, and how many output columns apart those are that
   * they take together. */
  DepthwiseRun sliding;
  DepthwiseRun twoRows;
  int32_t apart;
  /** The output columns whose windows may slide: they reach into the input at both ends. */
  Interior reaching;
};

inline DepthwisePlan depthwisePlan(const Params& p) {
  DepthwisePlan plan{verticalAxis(p), horizontalAxis(p), {}, nullptr, nullptr, 0, {}};
  const Axis& a = plan.across;
  plan.inner = interior(a);
  const int32_t columnsApart = a.dilation % a.stride == 0 ? 1 : 2;
  if (p.outputChannels < Vec::lanes || int64_t(columnsApart) * a.dilation % a.stride != 0) return plan;
  plan.sliding = slidingRunFor(a.filter, columnsApart);
  if (plan.sliding == nullptr) return plan;
  plan.apart = columnsApart * a.dilation / a.stride;
  const int32_t hidden = a.padding - (a.filter - 1) * a.dilation;
  const int32_t end = (a.input - 1 + a.padding) / a.stride + 1;
  plan.reaching.end = end < a.output ? end : a.output;
  plan.reaching.begin = hidden <= 0 ? 0 : (hidden - 1) / a.stride + 1;
  const bool allReach = plan.reaching.begin == 0 && plan.reaching.end == a.output;
  const bool fits = weightsInRegisters(p.filterHeight, a.filter) || p.outputChannels < Tuning::channelsOfOneSet;
  if (allReach && p.strideHeight == 1 && fits) plan.twoRows = twoRowsRunFor(p.filterHeight, a.filter, columnsApart);
  return plan;
}

/** The output columns [outX, end) of one row by windows that lie inside, or pixel by pixel. */
inline void depthwiseColumns(const Epilogue& e, const DepthwisePlan& plan, DepthwiseWindow w, const float* row,
                             const float* packed, float* y, int32_t outX, int32_t end) {
  const Params& p = e.p;
  const bool isWide = p.outputChannels >= Vec::lanes;
  const int32_t firstRow = w.firstTap;
  w.pixelStep = stepInside(p.strideWidth, p.inputWidth) * p.outputChannels;
  w.outputStep = p.outputChannels;
  while (outX < end) {
    const Taps along = tapsInside(plan.across, outX);
    int32_t pixels = outX >= plan.inner.begin && outX < plan.inner.end ? plan.inner.end - outX : 1;
    if (isWide && pixels > Tuning::pixelsTogether) pixels = Tuning::pixelsTogether;
    w.columns = along.end - along.begin;
    w.firstTap = firstRow + along.begin;
    const float* x = row + ptrdiff_t(along.first) * p.outputChannels;
    float* out = y + ptrdiff_t(outX) * p.outputChannels;
    if (isWide) {
      depthwiseVecs(e, w, windowRun<Vec>, x, packed, out, pixels);
    } else {
      depthwiseCells(e, w, x, packed, out, pixels);
    }
    outX += pixels;
  }
}

/** The output columns of one row, or of two, by windows that slide. */
inline void depthwiseSliding(const Epilogue& e, const DepthwisePlan& plan, DepthwiseRun run, DepthwiseWindow w,
                             const float* row, const float* packed, float* y) {
  const Params& p = e.p;
  const Axis& a = plan.across;
  const Interior& out = plan.reaching;
  w.columnStep = ptrdiff_t(a.dilation) * p.outputChannels;
  w.pixelStep = ptrdiff_t(plan.apart) * a.stride * p.outputChannels;
  w.outputStep = ptrdiff_t(plan.apart) * p.outputChannels;
  for (int32_t outX = out.begin; outX < out.begin + plan.apart && outX < out.end; ++outX) {
    const int32_t pixels = (out.end - 1 - outX) / plan.apart + 1;
    const int32_t origin = outX * a.stride - a.padding;
    const int32_t last = origin + (pixels - 1) * plan.apart * a.stride + (a.filter - 1) * a.dilation;
    w.before = origin < 0 ? (-origin - 1) / a.dilation + 1 : 0;
    w.behind = last < a.input ? 0 : (last - a.input) / a.dilation + 1;
    depthwiseVecs(e, w, run, row + ptrdiff_t(origin) * p.outputChannels, packed, y + ptrdiff_t(outX) * p.outputChannels,
                  pixels);
  }
}

/** The window of the first output of a row, whose taps inside the input are `down`. */
inline DepthwiseWindow windowOfRow(const Params& p, const Taps& down) {
  DepthwiseWindow w{};
  w.rows = down.end - down.begin;
  w.rowStep = stepInside(p.dilationHeight, p.inputHeight) * p.inputWidth * p.outputChannels;
  w.columnStep = stepInside(p.dilationWidth, p.inputWidth) * p.outputChannels;
  w.filterWidth = p.filterWidth;
  w.firstTap = down.begin * p.filterWidth;
  return w;
}

/** Where the first row of taps inside begins, if there is one. */
inline const float* firstRow(const Params& p, const Taps& down, const InputRows& rows) {
  const int32_t row = down.begin < down.end ? down.first - rows.top : 0;
  return rows.first + ptrdiff_t(row) * p.inputWidth * p.outputChannels;
}

/** Row `outY` of the outputs of one image. `y` is its first one. */
inline void depthwiseRow(const Epilogue& e, const DepthwisePlan& plan, const InputRows& rows, const float* packed,
                         int32_t outY, float* y) {
  const Params& p = e.p;
  const Taps down = tapsInside(plan.down, outY);
  const float* row = firstRow(p, down, rows);
  const DepthwiseWindow w = windowOfRow(p, down);
  if (plan.reaching.begin < plan.reaching.end) {
    depthwiseColumns(e, plan, w, row, packed, y, 0, plan.reaching.begin);
    depthwiseSliding(e, plan, plan.sliding, w, row, packed, y);
    depthwiseColumns(e, plan, w, row, packed, y, plan.reaching.end, p.outputWidth);
  } else {
    depthwiseColumns(e, plan, w, row, packed, y, 0, p.outputWidth);
  }
  secondPass(e, y, p.outputWidth, 0, p.outputChannels);
}

/** Row `outY` and the one whose window begins a row of taps later, if both have taps inside the input. */
inline bool depthwiseTwoRows(const Epilogue& e, const DepthwisePlan& plan, const InputRows& rows, const float* packed,
                             int32_t outY, float* y) {
  const Params& p = e.p;
  const Taps down = tapsInside(plan.down, outY), lower = tapsInside(plan.down, outY + p.dilationHeight);
  if (down.begin == down.end || lower.begin == lower.end) return false;
  DepthwiseWindow w = windowOfRow(p, down);
  w.rows = down.end - lower.begin - 1;
  w.above = down.begin == lower.begin;
  w.below = down.end == lower.end;
  w.lowerOutput = ptrdiff_t(p.dilationHeight) * p.outputWidth * p.outputChannels;
  depthwiseSliding(e, plan, plan.twoRows, w, firstRow(p, down, rows), packed, y);
  secondPass(e, y, p.outputWidth, 0, p.outputChannels);
  secondPass(e, y + w.lowerOutput, p.outputWidth, 0, p.outputChannels);
  return true;
}

}  // namespace
