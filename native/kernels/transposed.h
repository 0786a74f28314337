// The gather form: the taps that reach an output pixel are every q-th one, and each next tap reads an input pixel
// nearer to the origin. Outputs a stride apart have the same taps and neighbouring input pixels: they form the tiles.
#pragma once
#include "conv2d.h"

namespace {

/** The taps that reach one output position along an axis: `count` of them from `tap`, and the input pixels they read.
 */
struct Reach {
  int32_t tap;
  int32_t count;
  int32_t input;
};

inline int32_t greatestDivisor(int32_t a, int32_t b) {
  while (b != 0) {
    const int32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/** Steps from one reaching tap to the next: in taps, and back in input pixels. */
inline int32_t tapStep(const Axis& a) { return a.stride / greatestDivisor(a.stride, a.dilation); }
inline int32_t inputStep(const Axis& a) { return a.dilation / greatestDivisor(a.stride, a.dilation); }

inline Reach reachOf(const Axis& a, int32_t out) {
  const int64_t position = int64_t(out) + a.padding;
  const int32_t step = tapStep(a);
  int64_t tap = 0;
  while (tap < step && (position - tap * a.dilation) % a.stride != 0) ++tap;
  if (tap == step) return {0, 0, 0};
  int64_t input = (position - tap * a.dilation) / a.stride;
  // Skip the taps whose input pixels lie beyond the end, then count those down to the first pixel.
  const int32_t back = inputStep(a);
  if (input >= a.input) {
    const int64_t skipped = (input - a.input) / back + 1;
    tap += skipped * step;
    input -= skipped * back;
  }
  if (input < 0 || tap >= a.filter) return {0, 0, 0};
  const int64_t inside = input / back + 1;
  const int64_t left = (a.filter - 1 - tap) / step + 1;
  return {int32_t(tap), int32_t(inside < left ? inside : left), int32_t(input)};
}

/** Outputs from `out` on, a stride apart, that the same taps reach: if none is missing, up to the last input pixel. */
inline int32_t pixelsAlike(const Axis& a, const Reach& reach, int32_t out) {
  const int32_t left = (a.filter - 1 - reach.tap) / tapStep(a) + 1;
  if (reach.count != left) return 1;
  const int32_t inputs = a.input - reach.input;
  const int32_t outputs = (a.output - 1 - out) / a.stride + 1;
  return inputs < outputs ? inputs : outputs;
}

uint64_t transposedPackedBytes(const Params* p) { return conv2dPackedBytes(p); }

void transposedPack(const Params* p, const Weights* weights, void* packed) { conv2dPack(p, weights, packed); }

/** Row `outY` of the outputs of one image. `y` is its first one. */
void transposedRow(const Epilogue& e, const float* image, const float* packed, int32_t outY, float* y) {
  const Params& p = e.p;
  const Axis across = horizontalAxis(p);
  const Axis down = verticalAxis(p);
  const Reach rows = reachOf(down, outY);
  const ptrdiff_t inputRow = ptrdiff_t(p.inputWidth) * p.inputChannels;
  Products t = conv2dProducts(p);
  t.rows = rows.count;
  t.rowStep = -inputRow * inputStep(down);
  t.columnStep = -ptrdiff_t(p.inputChannels) * inputStep(across);
  t.pixelStep = p.inputChannels;
  t.weightRowStep *= tapStep(down);
  t.weightColumnStep *= tapStep(across);
  t.outputStep = ptrdiff_t(p.strideWidth) * p.outputChannels;
  for (int32_t phase = 0; phase < p.strideWidth && phase < p.outputWidth; ++phase) {
    for (int32_t outX = phase; outX < p.outputWidth;) {
      const Reach columns = reachOf(across, outX);
      const int32_t pixels = pixelsAlike(across, columns, outX);
      t.columns = columns.count;
      t.firstProduct = (ptrdiff_t(rows.tap) * p.filterWidth + columns.tap) * t.channels;
      const float* x = image + rows.input * inputRow + ptrdiff_t(columns.input) * p.inputChannels;
      productGroups(e, t, x, packed, y + ptrdiff_t(outX) * p.outputChannels, pixels);
      const int64_t next = outX + int64_t(pixels) * p.strideWidth;
      if (next > p.outputWidth) break;
      outX = int32_t(next);
    }
  }
}

int32_t transposedUnits(const Params* p) { return p->batch * p->outputHeight; }

uint64_t transposedScratchBytes(const Params*) { return 0; }

void transposed(const Params* p, const Operands& operands, void*, int32_t begin, int32_t end) {
  denseRows(*p, operands, begin, end, transposedRow);
}

}  // namespace
