// Lanes hold neighbouring channels; there are no weights. Threads share rows and, where a row is all there is,
// channels.
#pragma once
#include "../simd/registers.h"
#include "../window.h"

namespace {

/** Channels of one unit: all of them, unless the output has a single row. */
inline int32_t poolingBlock(const Params& p) {
  const int32_t few = 8 * Vec::lanes;
  return p.outputHeight > 1 || p.inputChannels < few ? p.inputChannels : few;
}

inline int32_t poolingBlocks(const Params& p) { return (p.inputChannels - 1) / poolingBlock(p) + 1; }

/** The taps of one window that fall inside the input; steps in floats. */
struct PoolingWindow {
  int32_t rows;
  int32_t columns;
  ptrdiff_t rowStep;
  ptrdiff_t columnStep;
  float count;
};

/** Floats that are `Stride`, one or two, apart; of two, the one behind the last is read as well. */
template <class V, int Stride>
ALWAYS_INLINE V loadEvery(const float* x) {
  if constexpr (Stride == 1)
    return V::load(x);
  else
    return evens(V::load(x), V::load(x + V::lanes));
}

template <int Stride, class V, int N>
ALWAYS_INLINE void takeLarger(Registers<V, N>& largest, const float* x, ptrdiff_t step) {
  largest.first = larger(largest.first, loadEvery<V, Stride>(x));
  if constexpr (N > 1) takeLarger<Stride>(largest.others, x + step, step);
}

template <int Stride, class V, int N>
ALWAYS_INLINE void addTo(Registers<V, N>& sums, const float* x, ptrdiff_t step) {
  sums.first = add(sums.first, loadEvery<V, Stride>(x));
  if constexpr (N > 1) addTo<Stride>(sums.others, x + step, step);
}

template <class V, int N>
ALWAYS_INLINE void storeLargest(const Registers<V, N>& largest, float* y, ptrdiff_t step) {
  largest.first.store(y);
  if constexpr (N > 1) storeLargest(largest.others, y + step, step);
}

template <class V, int N>
ALWAYS_INLINE void storeMeans(const Registers<V, N>& sums, V count, float* y, ptrdiff_t step) {
  divide(sums.first, count).store(y);
  if constexpr (N > 1) storeMeans(sums.others, count, y + step, step);
}

/** N Vecs of outputs, `step` floats apart, whose inputs are `inputStep` apart; those of a Vec are `Stride` apart. */
template <class V, int N, int Stride = 1>
inline void poolingVecs(const Params& p, const PoolingWindow& w, const float* x, ptrdiff_t inputStep, float* y,
                        ptrdiff_t step) {
  const bool isMax = p.reduction == MAX;
  Registers<V, N> values;
  fill(values, V::splat(isMax ? -__builtin_huge_valf() : 0));
  for (int32_t ky = 0; ky < w.rows; ++ky, x += w.rowStep) {
    const float* tap = x;
    if (isMax) {
      for (int32_t kx = 0; kx < w.columns; ++kx, tap += w.columnStep) takeLarger<Stride>(values, tap, inputStep);
    } else {
      for (int32_t kx = 0; kx < w.columns; ++kx, tap += w.columnStep) addTo<Stride>(values, tap, inputStep);
    }
  }
  if (isMax) {
    storeLargest(values, y, step);
  } else {
    storeMeans(values, V::splat(w.count), y, step);
  }
}

/** `count` outputs side by side, whose inputs are `Stride` apart. The last Vec may begin among those done. */
template <int Stride>
inline void poolingLine(const Params& p, const PoolingWindow& w, const float* x, float* y, ptrdiff_t count) {
  constexpr int n = Vec::lanes;
  const ptrdiff_t readable = count - (Stride - 1);
  ptrdiff_t i = 0;
  for (; i + 4 * n <= readable; i += 4 * n) poolingVecs<Vec, 4, Stride>(p, w, x + i * Stride, n * Stride, y + i, n);
  for (; i + n <= readable; i += n) poolingVecs<Vec, 1, Stride>(p, w, x + i * Stride, n, y + i, n);
  if (i < readable && i > 0) {
    i = readable - n;
    poolingVecs<Vec, 1, Stride>(p, w, x + i * Stride, n, y + i, n);
    i = readable;
  }
  for (; i < count; ++i) poolingVecs<Lane, 1>(p, w, x + i * Stride, 1, y + i, 1);
}

/** Outputs that are taken at once where their inputs are far apart: pixels of few channels, or planes of one output. */
constexpr int32_t outputsAtOnce = 8;

/** The taps [0, end) that fall inside the input with its padding, along one axis. */
inline int32_t tapsInPadded(const Axis& a, int32_t paddingAfter, int32_t out) {
  const int32_t room = a.padding + a.input + paddingAfter - out * a.stride;
  const int32_t reach = room > 0 ? (room - 1) / a.dilation + 1 : 0;
  return reach < a.filter ? reach : a.filter;
}

/** The windows of a row, but for their columns. */
inline PoolingWindow windowsOfRow(const Params& p, const Taps& rows) {
  PoolingWindow w;
  w.rows = rows.end - rows.begin;
  w.rowStep = stepInside(p.dilationHeight, p.inputHeight) * p.inputWidth * p.inputChannels;
  w.columnStep = stepInside(p.dilationWidth, p.inputWidth) * p.inputChannels;
  return w;
}

inline void setColumns(PoolingWindow& w, const Params& p, const Taps& columns, int32_t outY, int32_t outX) {
  w.columns = columns.end - columns.begin;
  w.count = float(w.rows * w.columns);
  if (p.reduction == AVERAGE_PADDED) {
    // The padding may hold more taps than an int32 counts.
    const int64_t down = tapsInPadded(verticalAxis(p), p.paddingBottom, outY);
    w.count = float(down * tapsInPadded(horizontalAxis(p), p.paddingRight, outX));
  }
}

/** The channels [begin, end) of row `outY` of one image. `y` is the row's first output. */
void poolingRow(const Params& p, const float* image, int32_t outY, int32_t begin, int32_t end, float* y) {
  const Axis across = horizontalAxis(p);
  const Interior inner = interior(across);
  // Pixels that read one beside the other are like channels.
  const bool isLine = p.strideWidth == 1 && end - begin == p.inputChannels;
  const bool isNarrow = p.inputChannels < Vec::lanes;
  const Taps rows = tapsInside(verticalAxis(p), outY);
  const float* row = image + ptrdiff_t(rows.first) * p.inputWidth * p.inputChannels;
  const ptrdiff_t inputStep = stepInside(p.strideWidth, p.inputWidth) * p.inputChannels;
  PoolingWindow w = windowsOfRow(p, rows);
  for (int32_t outX = 0, pixels; outX < p.outputWidth; outX += pixels, y += ptrdiff_t(pixels) * p.outputChannels) {
    const int32_t inside = outX >= inner.begin && outX < inner.end ? inner.end - outX : 1;
    const bool isEverySecond = inputStep == 2 && p.inputChannels == 1 && inside > Vec::lanes;
    pixels = isLine || isEverySecond ? inside : isNarrow && inside >= outputsAtOnce ? outputsAtOnce : 1;
    const Taps columns = tapsInside(across, outX);
    setColumns(w, p, columns, outY, outX);
    const float* x = row + ptrdiff_t(columns.first) * p.inputChannels;
    if (isEverySecond) {
      poolingLine<2>(p, w, x, y, pixels);
    } else if (pixels == 1 || isLine) {
      poolingLine<1>(p, w, x + begin, y + begin, end - begin + ptrdiff_t(pixels - 1) * p.inputChannels);
    } else {
      for (int32_t c = begin; c < end; ++c) {
        poolingVecs<Lane, outputsAtOnce>(p, w, x + c, inputStep, y + c, p.outputChannels);
      }
    }
  }
}

/** Whether planes have too narrow outputs for Vecs: neighbouring planes are then taken together. */
inline bool poolsPlanes(const Params& p) { return p.inputChannels == 1 && p.outputWidth < Vec::lanes; }

/** All outputs of neighbouring planes. */
void poolingPlanes(const Params& p, const float* planes, float* y) {
  const ptrdiff_t inputPlane = ptrdiff_t(p.inputHeight) * p.inputWidth;
  const ptrdiff_t outputPlane = ptrdiff_t(p.outputHeight) * p.outputWidth;
  for (int32_t outY = 0; outY < p.outputHeight; ++outY) {
    const Taps rows = tapsInside(verticalAxis(p), outY);
    PoolingWindow w = windowsOfRow(p, rows);
    for (int32_t outX = 0; outX < p.outputWidth; ++outX, ++y) {
      const Taps columns = tapsInside(horizontalAxis(p), outX);
      setColumns(w, p, columns, outY, outX);
      const float* x = planes + ptrdiff_t(rows.first) * p.inputWidth + columns.first;
      poolingVecs<Lane, outputsAtOnce>(p, w, x, inputPlane, y, outputPlane);
    }
  }
}

uint64_t poolingPackedBytes(const Params*) { return 0; }

void poolingPack(const Params*, const Weights*, void*) {}

int32_t poolingUnits(const Params* p) { return p->batch * p->outputHeight * poolingBlocks(*p); }

uint64_t poolingScratchBytes(const Params*) { return 0; }

void pooling(const Params* p, const Operands& operands, void*, int32_t begin, int32_t end) {
  const float* input = static_cast<const float*>(operands.input);
  float* output = static_cast<float*>(operands.output);
  const int32_t block = poolingBlock(*p);
  const int32_t blocks = poolingBlocks(*p);
  const ptrdiff_t imageSize = ptrdiff_t(p->inputHeight) * p->inputWidth * p->inputChannels;
  const ptrdiff_t rowSize = ptrdiff_t(p->outputWidth) * p->outputChannels;
  const int64_t together = poolsPlanes(*p) ? int64_t(outputsAtOnce) * p->outputHeight : 0;
  for (int32_t unit = begin; unit < end; ++unit) {
    if (together > 0 && unit % p->outputHeight == 0 && end - unit >= together) {
      poolingPlanes(*p, input + unit / p->outputHeight * imageSize, output + unit * rowSize);
      unit += int32_t(together) - 1;
      continue;
    }
    const int32_t row = unit / blocks;
    const int32_t first = unit % blocks * block;
    const int32_t last = p->inputChannels - first > block ? first + block : p->inputChannels;
    const float* image = input + row / p->outputHeight * imageSize;
    poolingRow(*p, image, row % p->outputHeight, first, last, output + row * rowSize);
  }
}

}  // namespace
