// Depthwise convolution of NCHW tensors, plane by plane. A strip of rows is copied with its padding into scratch, split
// into phases: the columns (and rows) that a stride takes together stand side by side. So every tap of neighbouring
// outputs is a run of neighbouring floats, whatever the stride and the dilation. Where rows fill no Vec well, the strip
// is one long row: what its Vecs compute between the rows is left out when they are copied to the output.
#pragma once
#include "depthwise-narrow.h"
#include "plane-tile.h"

namespace {

/** How a strip stands in scratch: [phases down][phases across][rows][pitch]. */
struct Strip {
  int32_t outputRows;
  int32_t phasesDown;
  int32_t phasesAcross;
  /** Rows that the taps of one output reach down in a phase, beside the first. */
  int32_t reach;
  int32_t columns;
  int32_t pitch;
  bool isFlat;
};

/** Beyond it, paddings and dilations are so large that a plane is computed by the definition. */
constexpr uint64_t mostStripFloats = 1 << 22;

/** A strip of so many output rows. */
inline Strip stripOf(const Params& p, int32_t outputRows) {
  Strip s;
  s.outputRows = outputRows;
  const int32_t down = (p.filterHeight - 1) * p.dilationHeight;
  const int32_t across = (p.filterWidth - 1) * p.dilationWidth;
  s.phasesDown = atMostInt(p.strideHeight, down + 1);
  s.phasesAcross = atMostInt(p.strideWidth, across + 1);
  s.reach = down / p.strideHeight;
  s.columns = p.outputWidth + across / p.strideWidth;
  // The zeros that end one row begin the next one.
  const int32_t right = s.columns - p.paddingLeft - p.inputWidth;
  const int32_t shared = p.strideWidth == 1 && right > 0 ? atMostInt(p.paddingLeft, right) : 0;
  s.pitch = s.columns - shared;
  const int64_t whole = (int64_t(p.outputWidth) + Vec::lanes - 1) / Vec::lanes * Vec::lanes;
  s.isFlat = p.outputWidth < Vec::lanes || whole * 3 > int64_t(s.pitch) * 4;
  return s;
}

/** The rows, the zeros that end the last one, and what Vecs may write and read beyond. */
inline int64_t phaseSize(const Strip& s) {
  return (int64_t(s.outputRows) + s.reach) * s.pitch + s.columns + 2 * Vec::lanes;
}

inline uint64_t phasesSize(const Strip& s) { return sizeProduct(s.phasesDown, s.phasesAcross, phaseSize(s)); }

inline int64_t flatSize(const Strip& s) {
  return s.isFlat ? int64_t(s.outputRows) * s.pitch + s.columns + Vec::lanes : 0;
}

/** Floats that the places of the taps take, in whole cache lines. */
inline ptrdiff_t tapsSize(const Params& p) { return (p.products + ptrdiff_t(lineFloats) - 1) & -ptrdiff_t(lineFloats); }

inline uint64_t stripScratch(const Params& p, const Strip& s) {
  return sizeSum(tapsSize(p), phasesSize(s), flatSize(s));
}

/** The strip that planes of this op are cut into. */
inline Strip bestStrip(const Params& p) {
  const Strip one = stripOf(p, 1);
  const uint64_t rowFloats = sizeProduct(one.phasesDown, one.phasesAcross, one.pitch);
  const int32_t rows = atLeastInt(int32_t(Tuning::stripFloats / rowFloats) - one.reach, Tuning::leastStripRows);
  return stripOf(p, atMostInt(rows, p.outputHeight));
}

inline bool isCopied(const Params& p, const Strip& s) { return stripScratch(p, s) <= mostStripFloats; }

/** Where each tap stands in a strip, from the first tap on. */
inline void placeTaps(const Params& p, const Strip& s, int32_t* taps) {
  for (int32_t ky = 0; ky < p.filterHeight; ++ky) {
    const int32_t down = ky * p.dilationHeight;
    for (int32_t kx = 0; kx < p.filterWidth; ++kx) {
      const int32_t across = kx * p.dilationWidth;
      const int64_t phase = down % p.strideHeight * s.phasesAcross + across % p.strideWidth;
      *taps++ = int32_t(phase * phaseSize(s) + down / p.strideHeight * s.pitch + across / p.strideWidth);
    }
  }
}

/**
 * Copies every `step`th column of a phase's rows, `rowStep` floats apart in the input: data, then the zeros up to the
 * data of the next row. What a row writes beyond them, the next one writes again.
 */
inline void copyRows(const float* from, ptrdiff_t rowStep, const float* fromEnd, int32_t step, int32_t count, float* to,
                     int32_t pitch, int32_t rows) {
  const float* toEnd = to + ptrdiff_t(rows) * pitch + Vec::lanes;
  for (int32_t row = 0; row < rows; ++row, from += rowStep, to += pitch) {
    copyRow(from, fromEnd, step, count, to, toEnd);
    zeroRow(pitch - count, to + count, toEnd);
  }
}

/** Copies one phase, `down` and `across`, of `rows` output rows from `outY` on. */
inline void copyPhase(const Params& p, const Strip& s, const float* plane, const float* planesEnd, int32_t down,
                      int32_t across, int32_t outY, int32_t rows, float* to) {
  const int32_t left = p.paddingLeft - across;
  const int32_t begin = atMostInt(atLeastInt(ceilDivide(left, p.strideWidth), 0), s.columns);
  const int32_t end = atMostInt(atLeastInt(ceilDivide(left + p.inputWidth, p.strideWidth), begin), s.columns);
  const int32_t top = p.paddingTop - down - outY * p.strideHeight;
  const int32_t all = rows + s.reach;
  const int32_t first = atMostInt(atLeastInt(ceilDivide(top, p.strideHeight), 0), all);
  const int32_t last = atMostInt(atLeastInt(ceilDivide(top + p.inputHeight, p.strideHeight), first), all);
  const float* toEnd = to + phaseSize(s);
  const bool isInside = first < last && begin < end;
  const ptrdiff_t row = isInside ? ptrdiff_t(first) * p.strideHeight - top : 0;
  const ptrdiff_t column = isInside ? ptrdiff_t(begin) * p.strideWidth - left : 0;
  zeroRow(first * s.pitch + begin, to, toEnd);
  copyRows(plane + row * p.inputWidth + column, stepInside(p.strideHeight, p.inputHeight) * p.inputWidth, planesEnd,
           p.strideWidth, end - begin, to + first * s.pitch + begin, s.pitch, last - first);
  zeroRow((all - last) * s.pitch + s.columns - s.pitch, to + last * s.pitch, toEnd);
}

/** One output channel of a strip. */
inline void stripOutputs(const Epilogue& e, const Strip& s, const float* strip, const int32_t* taps, float* flat,
                         const float* f, int32_t rows, float* y) {
  const int32_t width = e.p.outputWidth;
  if (s.isFlat) {
    const int32_t vecs = ((rows - 1) * s.pitch + width + Vec::lanes - 1) / Vec::lanes;
    inParts(vecs, [&](int32_t begin, int32_t count) {
      const int32_t at = begin * Vec::lanes;
      planeTileOf(count)(e, strip + at, taps, Vec::lanes, f, flat + at, Vec::lanes);
    });
    const float* flatEnd = flat + flatSize(s);
    const float* end = y + ptrdiff_t(rows) * width;
    for (int32_t row = 0; row < rows; ++row) copyRow(flat + row * s.pitch, flatEnd, 1, width, y + row * width, end);
    return;
  }
  float room[weightsInLanes * Vec::lanes];
  const bool slides = slidesDown(e.p);
  const float* weights = slides ? inAllLanes(f, e.p.products + 1, room) : f;
  inParts(rows, [&](int32_t begin, int32_t count) {
    const PlaneTile tile = slides ? slidingPlaneTileFor(e.p.filterWidth, count) : planeTileOf(count);
    for (int32_t x = 0; x < width; x += Vec::lanes) {
      const int32_t at = x + Vec::lanes <= width ? x : width - Vec::lanes;
      tile(e, strip + ptrdiff_t(begin) * s.pitch + at, taps, s.pitch, weights, y + ptrdiff_t(begin) * width + at,
           width);
    }
  });
}

/**
 * The `rows` from `outY` on of all outputs of one input plane, whose channel is `channel`; `y` is the first of them,
 * and `planeStep` leads to the next output channel.
 */
inline void depthwiseStrip(const Epilogue& e, const Strip& s, const Planes& planes, int32_t plane, const float* packed,
                           int32_t outY, int32_t rows, float* y, ptrdiff_t planeStep, float* scratch) {
  const Params& p = e.p;
  const int32_t multiplier = p.outputChannels / p.inputChannels;
  const int32_t first = plane % p.inputChannels * multiplier;
  const float* input = planes.first + plane * inputPlane(p);
  int32_t* taps = reinterpret_cast<int32_t*>(scratch);
  float* strip = scratch + tapsSize(p);
  const bool copied = isCopied(p, s);
  float* flat = copied ? strip + phasesSize(s) : nullptr;
  for (int32_t phase = 0; copied && phase < s.phasesDown * s.phasesAcross; ++phase) {
    copyPhase(p, s, input, planes.end, phase / s.phasesAcross, phase % s.phasesAcross, outY, rows,
              strip + phase * phaseSize(s));
  }
  const int32_t begin = outY * p.outputWidth;
  const int32_t pixels = rows * p.outputWidth;
  for (int32_t o = first; o < first + multiplier; ++o, y += planeStep) {
    const float* f = packed + ptrdiff_t(o) * (p.products + 1);
    if (copied) stripOutputs(e, s, strip, taps, flat, f, rows, y);
    if (!copied || skipsPadding(p, packed)) definedPixels(e, {input, 0, 1}, f, begin, begin + pixels, y, !copied);
    secondPassPlane(e, y, pixels, o);
  }
}

inline int32_t stripsOf(const Params& p, const Strip& s) { return (p.outputHeight - 1) / s.outputRows + 1; }

uint64_t depthwisePlanesPackedBytes(const Params* p) {
  return floatBytes(sizeSum(narrowPackedSize(*p), planesPackedSize(*p)));
}

void depthwisePlanesPack(const Params* p, const Weights* weights, void* packed) {
  float* blocks = static_cast<float*>(packed);
  packNarrow(*p, *weights, blocks);
  packPlanes(*p, *weights, blocks + narrowPackedSize(*p));
}

int32_t depthwisePlanesUnits(const Params* p) {
  if (isNarrow(*p)) return narrowUnits(*p);
  return p->batch * p->inputChannels * stripsOf(*p, bestStrip(*p));
}

uint64_t depthwisePlanesScratchBytes(const Params* p) {
  if (isNarrow(*p)) return floatBytes(narrowScratch(*p));
  const Strip s = bestStrip(*p);
  return isCopied(*p, s) ? floatBytes(stripScratch(*p, s) + lineFloats) : 0;
}

void depthwisePlanes(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end) {
  const Epilogue e = epilogueOf(*p, operands);
  const Planes planes = inputPlanes(*p, operands);
  const float* packed = static_cast<const float*>(operands.packed);
  float* room = lineIn(scratch);
  if (isNarrow(*p)) {
    for (int32_t unit = begin; unit < end; ++unit) depthwiseNarrow(e, planes, packed, unit, room);
    return;
  }
  const Strip s = bestStrip(*p);
  const int32_t strips = stripsOf(*p, s);
  const int32_t multiplier = p->outputChannels / p->inputChannels;
  packed += narrowPackedSize(*p);
  if (isCopied(*p, s)) placeTaps(*p, s, reinterpret_cast<int32_t*>(room));
  for (int32_t unit = begin; unit < end; ++unit) {
    const int32_t plane = unit / strips;
    const int32_t outY = unit % strips * s.outputRows;
    float* y = e.output + ptrdiff_t(plane) * multiplier * outputPlane(*p) + ptrdiff_t(outY) * p->outputWidth;
    depthwiseStrip(e, s, planes, plane, packed, outY, atMostInt(s.outputRows, p->outputHeight - outY), y,
                   outputPlane(*p), room);
  }
}

}  // namespace
