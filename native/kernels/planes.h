// What the kernels of NCHW tensors share. Lanes hold neighbouring pixels of a plane, and a weight serves all of them.
// Weights are packed [output channel][bias, products], and after them stands whether all are finite: padding may then
// be read as zeros, since a finite weight times zero changes no sum.
#pragma once
#include "../epilogue.h"
#include "../line.h"
#include "../sizes.h"
#include "../window.h"

namespace {

inline int32_t atMostInt(int32_t a, int32_t b) { return a < b ? a : b; }
inline int32_t atLeastInt(int32_t a, int32_t b) { return a > b ? a : b; }

/** Rounded up, for any sign of `a`. */
inline int32_t ceilDivide(int32_t a, int32_t b) { return a > 0 ? (a - 1) / b + 1 : -(-a / b); }

inline ptrdiff_t inputPlane(const Params& p) { return ptrdiff_t(p.inputHeight) * p.inputWidth; }
inline ptrdiff_t outputPlane(const Params& p) { return ptrdiff_t(p.outputHeight) * p.outputWidth; }

/** The planes of a batch. */
struct Planes {
  const float* first;
  const float* end;
};

inline Planes inputPlanes(const Params& p, const Operands& operands) {
  const float* first = static_cast<const float*>(operands.input);
  return {first, first + ptrdiff_t(p.batch) * p.inputChannels * inputPlane(p)};
}

/** Floats of the packed weights. */
inline uint64_t planesPackedSize(const Params& p) {
  return sizeSum(sizeProduct(p.outputChannels, int64_t(p.products) + 1), 1);
}

inline void packPlanes(const Params& p, const Weights& weights, float* packed) {
  const float* filter = static_cast<const float*>(weights.filter);
  bool finite = true;
  for (int32_t o = 0; o < p.outputChannels; ++o) {
    *packed++ = weights.bias[o];
    for (int32_t t = 0; t < p.products; ++t) {
      const float weight = filter[ptrdiff_t(t) * p.outputChannels + o];
      finite = finite && weight - weight == 0;
      *packed++ = weight;
    }
  }
  *packed = finite ? 1 : 0;
}

inline bool isPadded(const Params& p) {
  return p.paddingTop > 0 || p.paddingLeft > 0 || p.paddingBottom > 0 || p.paddingRight > 0;
}

/** Whether a window may reach into padding that must be skipped. */
inline bool skipsPadding(const Params& p, const float* packed) {
  return isPadded(p) && packed[planesPackedSize(p) - 1] == 0;
}

/**
 * Copies `count` floats that are `step` apart, in whole Vecs where their memory ends late enough: the last one may read
 * and write beyond `count`, but never beyond `fromEnd` and `toEnd`.
 */
inline void copyRow(const float* from, const float* fromEnd, int32_t step, int32_t count, float* to,
                    const float* toEnd) {
  int32_t i = 0;
  const ptrdiff_t room = toEnd - to - Vec::lanes;
  const ptrdiff_t read = fromEnd - from;
  if (step == 1) {
    for (; i < count && i <= room && i + Vec::lanes <= read; i += Vec::lanes) Vec::load(from + i).store(to + i);
  } else if (step == 2) {
    for (; i < count && i <= room && 2 * (ptrdiff_t(i) + Vec::lanes) <= read; i += Vec::lanes) {
      evens(Vec::load(from + 2 * i), Vec::load(from + 2 * i + Vec::lanes)).store(to + i);
    }
  }
  for (; i < count; ++i) to[i] = from[ptrdiff_t(i) * step];
}

/** Writes zeros, by the same rule. */
inline void zeroRow(int32_t count, float* to, const float* toEnd) {
  int32_t i = 0;
  for (; i < count && i + Vec::lanes <= toEnd - to; i += Vec::lanes) Vec::splat(0).store(to + i);
  for (; i < count; ++i) to[i] = 0;
}

/** The planes that one output reads, `step` floats from one to the next. */
struct InputPlanes {
  const float* first;
  ptrdiff_t step;
  int32_t channels;
};

/** The sum of one output by its definition; `f` begins with the bias. */
inline Lane definedSum(const Params& p, const InputPlanes& in, const float* f, int32_t pixel) {
  const Taps down = tapsInside(verticalAxis(p), pixel / p.outputWidth);
  const Taps along = tapsInside(horizontalAxis(p), pixel % p.outputWidth);
  Lane sum = Lane::load(f++);
  for (int32_t ky = down.begin; ky < down.end; ++ky) {
    for (int32_t kx = along.begin; kx < along.end; ++kx) {
      const ptrdiff_t row = down.first + (ky - down.begin) * p.dilationHeight;
      const float* x = in.first + row * p.inputWidth + along.first + (kx - along.begin) * p.dilationWidth;
      const float* weights = f + ptrdiff_t(ky * p.filterWidth + kx) * in.channels;
      for (int32_t c = 0; c < in.channels; ++c) {
        sum = addProduct(sum, Lane::load(x + c * in.step), Lane::load(weights + c));
      }
    }
  }
  return sum;
}

/** The outputs [begin, end) of a plane by their definition: `y` is the first; all of them, or those at the border. */
inline void definedPixels(const Epilogue& e, const InputPlanes& in, const float* f, int32_t begin, int32_t end,
                          float* y, bool all) {
  const Params& p = e.p;
  const Interior rows = interior(verticalAxis(p));
  const Interior columns = interior(horizontalAxis(p));
  for (int32_t pixel = begin; pixel < end; ++pixel, ++y) {
    const int32_t outY = pixel / p.outputWidth;
    const int32_t outX = pixel % p.outputWidth;
    const bool inside = outY >= rows.begin && outY < rows.end && outX >= columns.begin && outX < columns.end;
    if (all || !inside) finish(e, definedSum(p, in, f, pixel), y);
  }
}

/** The second pass over neighbouring pixels of one plane, where there is one. The prelu of one channel is leaky relu.
 */
inline void secondPassPlane(const Epilogue& e, float* y, int32_t pixels, int32_t channel) {
  if (!e.hasSecondPass) return;
  Params plane = e.p;
  if (plane.activation == PRELU) {
    plane.activation = LEAKY_RELU;
    plane.alpha = e.slopes[channel];
  }
  finishOutputs(plane, {y, e.residual == nullptr ? nullptr : e.residual + (y - e.output), nullptr, y}, pixels);
}

}  // namespace
