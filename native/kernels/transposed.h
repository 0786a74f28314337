// The gather form: the taps that reach an output pixel are every q-th one, and each next tap reads an input pixel
// nearer to the origin. Outputs a stride apart have the same taps and neighbouring input pixels: they form the tiles.
#pragma once
#include "conv2d.h"

namespace {

/**
 * An axis in the gather form: tap t of output o reads input (o + padding − t · dilation) / stride, where that is whole.
 */
struct Gather {
  Axis axis;
  /** Steps from one reaching tap to the next: in taps, and back in input pixels. */
  int32_t tapStep;
  int32_t inputStep;
  /** The greatest divisor of stride and dilation, and what `inputStep` times is 1 modulo `tapStep`. */
  int32_t divisor;
  int32_t inverse;
};

inline Gather gatherOf(const Axis& a) {
  // Euclid's algorithm: `divisor` is the dilation `times` times, but for multiples of the stride.
  int64_t divisor = a.dilation, rest = a.stride, times = 1, nextTimes = 0;
  while (rest != 0) {
    const int64_t quotient = divisor / rest;
    const int64_t next = divisor - quotient * rest, after = times - quotient * nextTimes;
    divisor = rest;
    rest = next;
    times = nextTimes;
    nextTimes = after;
  }
  const int64_t step = a.stride / divisor;
  return {a, int32_t(step), int32_t(a.dilation / divisor), int32_t(divisor), int32_t((times % step + step) % step)};
}

/** The taps that reach one output position along an axis: `count` of them from `tap`, and the first's input pixel. */
struct Reach {
  int32_t tap;
  int32_t count;
  int32_t input;
};

inline Reach reachOf(const Gather& g, int32_t out) {
  const Axis& a = g.axis;
  const int64_t position = int64_t(out) + a.padding;
  if (position % g.divisor != 0) return {0, 0, 0};
  int64_t tap = position / g.divisor % g.tapStep * g.inverse % g.tapStep;
  int64_t input = (position - tap * a.dilation) / a.stride;
  // Skip the taps whose input pixels lie beyond the end, then count those down to the first pixel.
  if (input >= a.input) {
    const int64_t skipped = (input - a.input) / g.inputStep + 1;
    tap += skipped * g.tapStep;
    input -= skipped * g.inputStep;
  }
  if (input < 0 || tap >= a.filter) return {0, 0, 0};
  const int64_t inside = input / g.inputStep + 1;
  const int64_t left = (a.filter - 1 - tap) / g.tapStep + 1;
  return {int32_t(tap), int32_t(inside < left ? inside : left), int32_t(input)};
}

/** Outputs from `out` on, a stride apart, that the same taps reach: if none is missing, up to the last input pixel. */
inline int32_t pixelsAlike(const Gather& g, const Reach& reach, int32_t out) {
  const Axis& a = g.axis;
  const int32_t left = (a.filter - 1 - reach.tap) / g.tapStep + 1;
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
  const Gather across = gatherOf(horizontalAxis(p));
  const Gather down = gatherOf(verticalAxis(p));
  const Reach rows = reachOf(down, outY);
  const ptrdiff_t inputRow = ptrdiff_t(p.inputWidth) * p.inputChannels;
  Products t = conv2dProducts(p);
  t.rows = rows.count;
  t.rowStep = -inputRow * down.inputStep;
  t.columnStep = -ptrdiff_t(p.inputChannels) * across.inputStep;
  t.pixelStep = p.inputChannels;
  t.weightRowStep *= down.tapStep;
  t.weightColumnStep *= across.tapStep;
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
