// The row pass writes whole rows into a ring in scratch; the column pass reads them there, for four rows of outputs at
// once, so that each is read less often. Lanes run across all channels of a row. Packed weights: the row filter, then
// the column filter.
#pragma once
#include <string.h>

#include "../line.h"
#include "../simd/registers.h"
#include "../sizes.h"
#include "../window.h"

namespace {

uint64_t sepFilterPackedBytes(const Params* p) { return floatBytes(sizeSum(p[0].filterWidth, p[1].filterHeight)); }

void sepFilterPack(const Params* p, const Weights* weights, void* packed) {
  float* columnFilter = static_cast<float*>(packed) + p[0].filterWidth;
  memcpy(packed, weights[0].filter, floatBytes(p[0].filterWidth));
  memcpy(columnFilter, weights[1].filter, floatBytes(p[1].filterHeight));
}

/** The pixel that stands for position i of a line of `size` pixels, or −1 for none. */
inline int32_t borderedIndex(int32_t border, int64_t i, int32_t size) {
  if (i >= 0 && i < size) return int32_t(i);
  switch (border) {
    case REPLICATE:
      return i < 0 ? 0 : size - 1;
    case REFLECT: {
      if (size == 1) return 0;
      const int64_t period = 2 * (int64_t(size) - 1);
      const int64_t folded = (i % period + period) % period;
      return int32_t(folded < size ? folded : period - folded);
    }
    case WRAP:
      return int32_t((i % size + size) % size);
    default:
      return -1;
  }
}

inline void toFloats(const float* from, ptrdiff_t count, float* to) { memcpy(to, from, count * sizeof(float)); }

inline void toFloats(const uint8_t* from, ptrdiff_t count, float* to) {
  ptrdiff_t i = 0;
  for (; i + Vec::lanes <= count; i += Vec::lanes) Vec::loadBytes(from + i).store(to + i);
  for (; i < count; ++i) Lane::loadBytes(from + i).store(to + i);
}

/** The pixels [begin, end) of one row as floats, where `row` is its first one, with the border beyond its ends. */
template <class In>
inline void borderedPixels(const Params& p, const In* row, int64_t begin, int64_t end, float* line) {
  const int32_t channels = p.inputChannels;
  const auto border = [&](int64_t x, int64_t last) {
    for (; x < last; ++x) {
      const int32_t from = borderedIndex(p.border, x, p.inputWidth);
      for (int32_t c = 0; c < channels; ++c) *line++ = from < 0 ? 0 : row[ptrdiff_t(from) * channels + c];
    }
    return x;
  };
  const int64_t x = border(begin, end < 0 ? end : 0);
  const int64_t inside = end < p.inputWidth ? end : p.inputWidth;
  if (x < inside) {
    toFloats(row + x * channels, (inside - x) * channels, line);
    line += (inside - x) * channels;
  }
  border(x < inside ? inside : x, end);
}

/** Rows of sums, those under the column filters of some rows of outputs, at their position modulo their number. */
struct Ring {
  float* rows;
  ptrdiff_t rowSize;
  int32_t count;
  int32_t slot(int64_t position) const { return int32_t((position % count + count) % count); }
  float* at(int64_t position) const { return rows + slot(position) * rowSize; }
};

/** Σ over the taps of f[k] · x[k · step] from x on, or over rows that wrap around at the end of a ring. */
struct Line {
  const float* x;
  ptrdiff_t step;
  const float* f;
  int32_t taps;
  /** Taps before the wrap, and how far back it leads. */
  int32_t beforeWrap;
  ptrdiff_t wrap;
};

/** As floats, or as bytes. */
template <class V>
ALWAYS_INLINE void storeTo(float* y, V v) {
  v.store(y);
}
template <class V>
ALWAYS_INLINE void storeTo(uint8_t* y, V v) {
  v.storeBytes(y);
}

template <class V, int N, class Out>
ALWAYS_INLINE void storeLine(const Registers<V, N>& sums, Out* y) {
  storeTo(y, sums.first);
  if constexpr (N > 1) storeLine(sums.others, y + V::lanes);
}

/** N neighbouring Vecs of sums at `i`. */
template <class V, int N, class Out>
ALWAYS_INLINE void lineSums(const Line& line, ptrdiff_t i, Out* y) {
  Registers<V, N> sums;
  fill(sums, V::splat(0));
  const float* x = line.x + i;
  for (int32_t k = 0; k < line.taps; ++k, x += line.step) {
    if (k == line.beforeWrap) x -= line.wrap;
    addProducts(sums, x, V::lanes, V::splat(line.f[k]));
  }
  storeLine(sums, y + i);
}

/** Sums that a pass takes at once. */
constexpr ptrdiff_t sumsAtOnce = Tuning::sumVecs * Vec::lanes;

/** The sums [begin, end). */
template <class Out>
void sumLine(const Line& line, ptrdiff_t begin, ptrdiff_t end, Out* y) {
  ptrdiff_t i = begin;
  for (; i + sumsAtOnce <= end; i += sumsAtOnce) lineSums<Vec, sumsAtOnce / Vec::lanes>(line, i, y);
  for (; i + Vec::lanes <= end; i += Vec::lanes) lineSums<Vec, 1>(line, i, y);
  for (; i < end; ++i) lineSums<Lane, 1>(line, i, y);
}

/** Pixels that are converted at once: their floats stay in the nearest cache, and a pass has no rest in the middle. */
inline int32_t chunkPixels(int32_t channels) {
  const ptrdiff_t parts = Tuning::convertedFloats / (sumsAtOnce * channels);
  return int32_t(sumsAtOnce * (parts < 1 ? 1 : parts));
}

/** The row pass of one row. Taps in a zero border are skipped; float pixels away from the ends are read in place. */
template <class In>
inline void rowPass(const Params& p, const In* row, const float* f, float* line, float* sums) {
  const Axis across = horizontalAxis(p);
  const Interior inner = interior(across);
  const ptrdiff_t channels = p.inputChannels;
  const auto pass = [&](const float* x, int32_t begin, int32_t end, Taps taps) {
    const Line sum{x + taps.begin * channels, channels, f + taps.begin, taps.end - taps.begin, -1, 0};
    sumLine(sum, 0, (end - begin) * channels, sums + begin * channels);
  };
  const auto convert = [&](int32_t begin, int32_t end) {
    borderedPixels(p, row, int64_t(begin) - p.paddingLeft, int64_t(end) - p.paddingLeft + p.filterWidth - 1, line);
  };
  const Taps all{0, 0, p.filterWidth};
  const auto edge = [&](int32_t begin, int32_t end) {
    convert(begin, end);
    if (p.border != ZERO) return pass(line, begin, end, all);
    for (int32_t x = begin; x < end; ++x) pass(line + (x - begin) * channels, x, x + 1, tapsInside(across, x));
  };
  edge(0, inner.begin);
  if constexpr (sizeof(In) == sizeof(float)) {
    if (inner.begin < inner.end) pass(row + (inner.begin - p.paddingLeft) * channels, inner.begin, inner.end, all);
  } else {
    const int32_t pixels = chunkPixels(p.inputChannels);
    for (int32_t begin = inner.begin, end; begin < inner.end; begin = end) {
      end = inner.end - begin < pixels ? inner.end : begin + pixels;
      convert(begin, end);
      pass(line, begin, end, all);
    }
  }
  edge(inner.end, p.outputWidth);
}

/** The column pass of one row of outputs, whose window begins at the ring's position `first`. */
template <class Out>
inline void columnPass(const Ring& ring, int64_t first, const float* f, Taps taps, Out* y, ptrdiff_t rowSize) {
  const int32_t slot = ring.slot(first + taps.begin);
  const ptrdiff_t size = ring.rowSize;
  const Line sum{ring.rows + slot * size, size, f + taps.begin, taps.end - taps.begin, ring.count - slot,
                 size * ring.count};
  sumLine(sum, 0, rowSize, y);
}

/** Rows of outputs that the column pass takes at once. */
constexpr int32_t rowsAtOnce = 4;

/** Adds the row of the window at hand, the `k`th of the first output row, to those whose window it is in. */
template <int I = 0, class V, int N, int R>
ALWAYS_INLINE void addRow(Registers<Registers<V, N>, R>& sums, const float* x, const float* f, int32_t k,
                          int32_t taps) {
  if (k >= I && k - I < taps) addProducts(at<I>(sums), x, V::lanes, V::splat(f[k - I]));
  if constexpr (I + 1 < R) addRow<I + 1>(sums, x, f, k, taps);
}

template <class V, int N, int R, class Out>
ALWAYS_INLINE void storeRows(const Registers<Registers<V, N>, R>& sums, Out* y, ptrdiff_t step) {
  storeLine(sums.first, y);
  if constexpr (R > 1) storeRows(sums.others, y + step, step);
}

/** N neighbouring Vecs of sums at `i`, in each of the rows; `line` is that of the first one. */
template <class V, int N, class Out>
ALWAYS_INLINE void columnSums(const Line& line, ptrdiff_t i, Out* y, ptrdiff_t rowSize) {
  Registers<V, N> zeros;
  fill(zeros, V::splat(0));
  Registers<Registers<V, N>, rowsAtOnce> sums;
  fill(sums, zeros);
  const float* x = line.x + i;
  for (int32_t k = 0; k < line.taps + rowsAtOnce - 1; ++k, x += line.step) {
    if (k == line.beforeWrap) x -= line.wrap;
    addRow(sums, x, line.f, k, line.taps);
  }
  storeRows(sums, y + i, rowSize);
}

/** The column pass of some rows of outputs whose taps are all there. */
template <class Out>
inline void columnPasses(const Ring& ring, int64_t first, const float* f, int32_t taps, Out* y, ptrdiff_t rowSize) {
  constexpr int32_t atOnce = Tuning::columnVecs * Vec::lanes;
  const int32_t slot = ring.slot(first);
  const Line sum{ring.at(first), ring.rowSize, f, taps, ring.count - slot, ring.rowSize * ring.count};
  ptrdiff_t i = 0;
  for (; i + atOnce <= rowSize; i += atOnce) columnSums<Vec, Tuning::columnVecs>(sum, i, y, rowSize);
  for (; i + Vec::lanes <= rowSize; i += Vec::lanes) columnSums<Vec, 1>(sum, i, y, rowSize);
  for (; i < rowSize; ++i) columnSums<Lane, 1>(sum, i, y, rowSize);
}

/** The rows of a ring, which stand in whole lines of the cache. */
inline int64_t ringRows(const Params* p) { return int64_t(p[1].filterHeight) + rowsAtOnce - 1; }

inline int64_t ringRowSize(const Params& p) {
  return (int64_t(p.inputWidth) * p.inputChannels + lineFloats - 1) / lineFloats * lineFloats;
}

int32_t sepFilterUnits(const Params* p) { return p->batch * p->outputHeight; }

uint64_t sepFilterScratchBytes(const Params* p) {
  const uint64_t ring = sizeSum(sizeProduct(ringRowSize(*p), ringRows(p)), lineFloats);
  const uint64_t line = sizeProduct(sizeSum(p->inputWidth, p->filterWidth), p->inputChannels);
  return floatBytes(sizeSum(ring, line));
}

/** The rows [begin, end) of one image. */
template <class In, class Out>
void sepFilterRows(const Params* p, const In* image, const float* packed, float* scratch, int32_t begin, int32_t end,
                   Out* output) {
  const Params& rows = p[0];
  const Params& columns = p[1];
  const Axis down = verticalAxis(columns);
  const ptrdiff_t rowSize = ptrdiff_t(rows.inputWidth) * rows.inputChannels;
  const Interior inner = columns.border == ZERO ? interior(down) : Interior{0, columns.outputHeight};
  const Ring ring{lineIn(scratch), ptrdiff_t(ringRowSize(rows)), int32_t(ringRows(p))};
  float* line = ring.rows + ring.rowSize * ring.count;
  int64_t filled = int64_t(begin) - columns.paddingTop;
  for (int32_t y = begin, together; y < end; y += together) {
    const int64_t first = int64_t(y) - columns.paddingTop;
    together = y >= inner.begin && rowsAtOnce <= (end < inner.end ? end : inner.end) - y ? rowsAtOnce : 1;
    for (; filled < first + together - 1 + columns.filterHeight; ++filled) {
      const int32_t row = borderedIndex(columns.border, filled, columns.inputHeight);
      if (row >= 0) rowPass(rows, image + row * rowSize, packed, line, ring.at(filled));
    }
    const float* f = packed + rows.filterWidth;
    Out* out = output + y * rowSize;
    if (together == rowsAtOnce) {
      columnPasses(ring, first, f, columns.filterHeight, out, rowSize);
    } else {
      const Taps taps = columns.border == ZERO ? tapsInside(down, y) : Taps{0, 0, columns.filterHeight};
      columnPass(ring, first, f, taps, out, rowSize);
    }
  }
}

template <class In, class Out>
void sepFilterImages(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end) {
  const In* input = static_cast<const In*>(operands.input);
  const float* packed = static_cast<const float*>(operands.packed);
  Out* output = static_cast<Out*>(operands.output);
  const ptrdiff_t imageSize = ptrdiff_t(p->inputHeight) * p->inputWidth * p->inputChannels;
  for (int32_t row = begin; row < end;) {
    const int32_t n = row / p->outputHeight;
    const int32_t first = row % p->outputHeight;
    const int32_t last = end - row < p->outputHeight - first ? first + (end - row) : p->outputHeight;
    sepFilterRows(p, input + n * imageSize, packed, static_cast<float*>(scratch), first, last, output + n * imageSize);
    row += last - first;
  }
}

void sepFilter(const Params* p, const Operands& operands, void* scratch, int32_t begin, int32_t end) {
  const bool toBytes = p[1].outputType == UINT8;
  const auto run = p->inputType == UINT8 ? sepFilterImages<uint8_t, uint8_t>
                   : toBytes             ? sepFilterImages<float, uint8_t>
                                         : sepFilterImages<float, float>;
  run(p, operands, scratch, begin, end);
}

}  // namespace
