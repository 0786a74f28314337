// The row pass writes whole rows into a ring in scratch, one for each tap of the column filter; the column pass reads
// them there. Lanes run across all channels of a row. Packed weights: the row filter, then the column filter.
#pragma once
#include <string.h>

#include "../simd/registers.h"
#include "../window.h"

namespace {

size_t sepFilterPackedSize(const Params* p) { return size_t(p[0].filterWidth) + p[1].filterHeight; }

void sepFilterPack(const Params* p, const Weights* weights, float* packed) {
  for (int32_t k = 0; k < p[0].filterWidth; ++k) packed[k] = weights[0].filter[k];
  for (int32_t k = 0; k < p[1].filterHeight; ++k) packed[p[0].filterWidth + k] = weights[1].filter[k];
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

inline float sampleAt(const Params& p, const void* image, ptrdiff_t i) {
  return p.dtype == UINT8 ? static_cast<const uint8_t*>(image)[i] : static_cast<const float*>(image)[i];
}

/** One row of the image as floats, with its border on both sides; position 0 is `paddingLeft` pixels before it. */
inline void borderedRow(const Params& p, const void* image, int32_t row, float* line) {
  const int32_t channels = p.inputChannels;
  const ptrdiff_t size = ptrdiff_t(p.inputWidth) * channels;
  const ptrdiff_t base = row * size;
  const auto border = [&](int64_t begin, int64_t end) {
    for (int64_t x = begin; x < end; ++x) {
      const int32_t from = borderedIndex(p.border, x, p.inputWidth);
      for (int32_t c = 0; c < channels; ++c) {
        *line++ = from < 0 ? 0 : sampleAt(p, image, base + ptrdiff_t(from) * channels + c);
      }
    }
  };
  border(-int64_t(p.paddingLeft), 0);
  if (p.dtype == UINT8) {
    const uint8_t* bytes = static_cast<const uint8_t*>(image) + base;
    ptrdiff_t i = 0;
    for (; i + Vec::lanes <= size; i += Vec::lanes) Vec::loadBytes(bytes + i).store(line + i);
    for (; i < size; ++i) Lane::loadBytes(bytes + i).store(line + i);
  } else {
    memcpy(line, static_cast<const float*>(image) + base, size * sizeof(float));
  }
  line += size;
  border(p.inputWidth, int64_t(p.inputWidth) + p.paddingRight);
}

/** Rows of sums, one for each tap of the column filter, at their position modulo their number. */
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

template <class V, int N>
ALWAYS_INLINE void storeLine(const Registers<V, N>& sums, float* y) {
  sums.first.store(y);
  if constexpr (N > 1) storeLine(sums.others, y + V::lanes);
}

/** N neighbouring Vecs of sums at `i`. */
template <class V, int N>
ALWAYS_INLINE void lineSums(const Line& line, ptrdiff_t i, float* y) {
  Registers<V, N> sums;
  fill(sums, V::splat(0));
  const float* x = line.x + i;
  for (int32_t k = 0; k < line.taps; ++k, x += line.step) {
    if (k == line.beforeWrap) x -= line.wrap;
    addProducts(sums, x, V::lanes, V::splat(line.f[k]));
  }
  storeLine(sums, y + i);
}

/** The sums [begin, end). */
void sumLine(const Line& line, ptrdiff_t begin, ptrdiff_t end, float* y) {
  ptrdiff_t i = begin;
  for (; i + 4 * Vec::lanes <= end; i += 4 * Vec::lanes) lineSums<Vec, 4>(line, i, y);
  for (; i + Vec::lanes <= end; i += Vec::lanes) lineSums<Vec, 1>(line, i, y);
  for (; i < end; ++i) lineSums<Lane, 1>(line, i, y);
}

/** The row pass: from a bordered line to one row of sums. Taps in a zero border are skipped. */
inline void rowPass(const Params& p, const float* line, const float* f, float* sums) {
  const Axis across = horizontalAxis(p);
  const Interior inner = p.border == ZERO ? interior(across) : Interior{0, p.outputWidth};
  const ptrdiff_t channels = p.inputChannels;
  const auto pass = [&](int32_t begin, int32_t end, Taps taps) {
    const Line sum{line + taps.begin * channels, channels, f + taps.begin, taps.end - taps.begin, -1, 0};
    sumLine(sum, begin * channels, end * channels, sums);
  };
  for (int32_t x = 0; x < inner.begin; ++x) pass(x, x + 1, tapsInside(across, x));
  pass(inner.begin, inner.end, {0, 0, p.filterWidth});
  for (int32_t x = inner.end; x < p.outputWidth; ++x) pass(x, x + 1, tapsInside(across, x));
}

/** The column pass of one row of outputs, whose window begins at the ring's position `first`. */
inline void columnPass(const Ring& ring, int64_t first, const float* f, Taps taps, float* sums) {
  const int32_t slot = ring.slot(first + taps.begin);
  const ptrdiff_t size = ring.rowSize;
  const Line sum{ring.rows + slot * size, size, f + taps.begin, taps.end - taps.begin, ring.count - slot,
                 size * ring.count};
  sumLine(sum, 0, size, sums);
}

int32_t sepFilterUnits(const Params* p) { return p->batch * p->outputHeight; }

size_t sepFilterScratchSize(const Params* p) {
  const size_t rowSize = size_t(p->inputWidth) * p->inputChannels;
  return rowSize * (p[1].filterHeight + 1) + size_t(p->inputWidth + p->filterWidth) * p->inputChannels;
}

/** The rows [begin, end) of one image. */
void sepFilterRows(const Params* p, const void* image, const float* packed, float* scratch, int32_t begin, int32_t end,
                   void* output) {
  const Params& rows = p[0];
  const Params& columns = p[1];
  const Axis down = verticalAxis(columns);
  const ptrdiff_t rowSize = ptrdiff_t(rows.inputWidth) * rows.inputChannels;
  const Ring ring{scratch, rowSize, columns.filterHeight};
  float* result = scratch + rowSize * columns.filterHeight;
  float* line = result + rowSize;
  const float* f = packed + rows.filterWidth;
  int64_t filled = int64_t(begin) - columns.paddingTop;
  for (int32_t y = begin; y < end; ++y) {
    const int64_t first = int64_t(y) - columns.paddingTop;
    for (; filled < first + columns.filterHeight; ++filled) {
      const int32_t row = borderedIndex(columns.border, filled, columns.inputHeight);
      if (row < 0) continue;
      borderedRow(rows, image, row, line);
      rowPass(rows, line, packed, ring.at(filled));
    }
    const Taps taps = columns.border == ZERO ? tapsInside(down, y) : Taps{0, 0, columns.filterHeight};
    float* sums = rows.dtype == UINT8 ? result : static_cast<float*>(output) + y * rowSize;
    columnPass(ring, first, f, taps, sums);
    if (rows.dtype == UINT8) {
      uint8_t* bytes = static_cast<uint8_t*>(output) + y * rowSize;
      ptrdiff_t i = 0;
      for (; i + Vec::lanes <= rowSize; i += Vec::lanes) Vec::load(result + i).storeBytes(bytes + i);
      for (; i < rowSize; ++i) Lane::load(result + i).storeBytes(bytes + i);
    }
  }
}

void sepFilter(const Params* p, const Operands& operands, float* scratch, int32_t begin, int32_t end) {
  const ptrdiff_t bytes = p->dtype == UINT8 ? 1 : sizeof(float);
  const ptrdiff_t imageBytes = ptrdiff_t(p->inputHeight) * p->inputWidth * p->inputChannels * bytes;
  for (int32_t row = begin; row < end;) {
    const int32_t n = row / p->outputHeight;
    const int32_t first = row % p->outputHeight;
    const int32_t last = end - row < p->outputHeight - first ? first + (end - row) : p->outputHeight;
    sepFilterRows(p, static_cast<const char*>(operands.input) + n * imageBytes, operands.packed, scratch, first, last,
                  static_cast<char*>(operands.output) + n * imageBytes);
    row += last - first;
  }
}

}  // namespace
