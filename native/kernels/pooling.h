// Lanes hold neighbouring channels; there are no weights. Threads share rows and, where a row is all there is,
// channels.
#pragma once
#include "../simd/lane.h"
#include "../window.h"

namespace {

/** Channels of one unit: all of them, unless the output has a single row. */
inline int32_t poolingBlock(const Params& p) {
  const int32_t few = 8 * Vec::lanes;
  return p.outputHeight > 1 || p.inputChannels < few ? p.inputChannels : few;
}

inline int32_t poolingBlocks(const Params& p) { return (p.inputChannels + poolingBlock(p) - 1) / poolingBlock(p); }

/** The taps of one window that fall inside the input; steps in floats. */
struct PoolingWindow {
  int32_t rows;
  int32_t columns;
  ptrdiff_t rowStep;
  ptrdiff_t columnStep;
  float count;
};

template <class V>
inline V largest(const PoolingWindow& w, const float* x) {
  V m = V::splat(-__builtin_huge_valf());
  for (int32_t ky = 0; ky < w.rows; ++ky) {
    for (int32_t kx = 0; kx < w.columns; ++kx) m = larger(m, V::load(x + ky * w.rowStep + kx * w.columnStep));
  }
  return m;
}

template <class V>
inline V average(const PoolingWindow& w, const float* x) {
  V sum = V::splat(0);
  for (int32_t ky = 0; ky < w.rows; ++ky) {
    for (int32_t kx = 0; kx < w.columns; ++kx) sum = add(sum, V::load(x + ky * w.rowStep + kx * w.columnStep));
  }
  return divide(sum, V::splat(w.count));
}

template <class V>
inline void poolingPixel(const Params& p, const PoolingWindow& w, const float* x, float* y) {
  (p.reduction == MAX ? largest<V>(w, x) : average<V>(w, x)).store(y);
}

/** The taps [0, end) that fall inside the input with its padding, along one axis. */
inline int32_t tapsInPadded(const Axis& a, int32_t paddingAfter, int32_t out) {
  const int32_t room = a.padding + a.input + paddingAfter - out * a.stride;
  const int32_t reach = room > 0 ? (room - 1) / a.dilation + 1 : 0;
  return reach < a.filter ? reach : a.filter;
}

/** The channels [begin, end) of row `outY` of one image. `y` is the row's first output. */
void poolingRow(const Params& p, const float* image, int32_t outY, int32_t begin, int32_t end, float* y) {
  const Axis across = horizontalAxis(p);
  const Axis down = verticalAxis(p);
  const Taps rows = tapsInside(down, outY);
  const int32_t paddedRows = tapsInPadded(down, p.paddingBottom, outY);
  PoolingWindow w;
  w.rows = rows.end - rows.begin;
  w.rowStep = ptrdiff_t(p.dilationHeight) * p.inputWidth * p.inputChannels;
  w.columnStep = ptrdiff_t(p.dilationWidth) * p.inputChannels;
  const float* row = image + ptrdiff_t(rows.origin + rows.begin * p.dilationHeight) * p.inputWidth * p.inputChannels;
  for (int32_t outX = 0; outX < p.outputWidth; ++outX, y += p.outputChannels) {
    const Taps columns = tapsInside(across, outX);
    w.columns = columns.end - columns.begin;
    const bool padded = p.reduction == AVERAGE_PADDED;
    // The padding may hold more taps than an int32 counts.
    w.count =
        padded ? float(int64_t(paddedRows) * tapsInPadded(across, p.paddingRight, outX)) : float(w.rows * w.columns);
    const float* x = row + ptrdiff_t(columns.origin + columns.begin * p.dilationWidth) * p.inputChannels;
    int32_t c = begin;
    for (; c + Vec::lanes <= end; c += Vec::lanes) poolingPixel<Vec>(p, w, x + c, y + c);
    for (; c < end; ++c) poolingPixel<Lane>(p, w, x + c, y + c);
  }
}

size_t poolingPackedSize(const Params*) { return 0; }

void poolingPack(const Params*, const Weights*, float*) {}

int32_t poolingUnits(const Params* p) { return p->batch * p->outputHeight * poolingBlocks(*p); }

size_t poolingScratchSize(const Params*) { return 0; }

void pooling(const Params* p, const Operands& operands, float*, int32_t begin, int32_t end) {
  const float* input = static_cast<const float*>(operands.input);
  float* output = static_cast<float*>(operands.output);
  const int32_t block = poolingBlock(*p);
  const int32_t blocks = poolingBlocks(*p);
  const ptrdiff_t imageSize = ptrdiff_t(p->inputHeight) * p->inputWidth * p->inputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(p->outputWidth) * p->outputChannels;
  for (int32_t unit = begin; unit < end; ++unit) {
    const int32_t row = unit / blocks;
    const int32_t first = unit % blocks * block;
    const int32_t last = first + block < p->inputChannels ? first + block : p->inputChannels;
    const float* image = input + row / p->outputHeight * imageSize;
    poolingRow(*p, image, row % p->outputHeight, first, last, output + row * rowSize);
  }
}

}  // namespace
