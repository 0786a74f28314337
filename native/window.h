// Which taps of a window fall inside the input, along one axis.
#pragma once
#include "params.h"

namespace {

/** One axis of a sliding window. */
struct Axis {
  int32_t input;
  int32_t output;
  int32_t filter;
  int32_t stride;
  int32_t dilation;
  int32_t padding;
};

inline Axis verticalAxis(const Params& p) {
  return {p.inputHeight, p.outputHeight, p.filterHeight, p.strideHeight, p.dilationHeight, p.paddingTop};
}

inline Axis horizontalAxis(const Params& p) {
  return {p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft};
}

/** The taps [begin, end) of one output position, and where the first of them stands: at 0 where there is none. */
struct Taps {
  int32_t first;
  int32_t begin;
  int32_t end;
};

inline Taps tapsInside(const Axis& a, int32_t out) {
  const int32_t origin = out * a.stride - a.padding;
  // Taps before the input, and taps that begin before its end, each rounded up.
  const int32_t before = origin < 0 ? (-origin - 1) / a.dilation + 1 : 0;
  const int32_t reach = origin < a.input ? (a.input - 1 - origin) / a.dilation + 1 : 0;
  const int32_t end = reach < a.filter ? reach : a.filter;
  if (before >= end) return {0, end, end};
  return {origin + before * a.dilation, before, end};
}

/** A step from one tap or pixel to the next along an axis: of no length where it would lead far beyond the input. */
inline ptrdiff_t stepInside(int32_t step, int32_t input) { return step <= input ? step : 0; }

/** The outputs [begin, end) whose window lies wholly inside the input. */
struct Interior {
  int32_t begin;
  int32_t end;
};

inline Interior interior(const Axis& a) {
  const int32_t last = a.input - 1 - (a.filter - 1) * a.dilation + a.padding;
  const int32_t end = last < 0 ? 0 : last / a.stride + 1;
  const int32_t begin = a.padding == 0 ? 0 : (a.padding - 1) / a.stride + 1;
  const int32_t limit = end < a.output ? end : a.output;
  return {begin < limit ? begin : limit, limit};
}

}  // namespace
