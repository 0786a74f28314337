// The row pass writes whole rows into a ring in scratch, one for each tap of the column filter; the column pass reads
// them there. Lanes run across all channels of a row. Packed weights: the row filter, then the column filter.
#pragma once
#include "../simd/lane.h"
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

/** What Uint8ClampedArray stores: NaN as 0, saturated, ties to even. */
inline uint8_t toUint8(float v) {
  const float inside = v > 0 ? (v < 255 ? v : 255) : 0;
  const int32_t whole = int32_t(inside);
  const float rest = inside - float(whole);
  return uint8_t(whole + (rest > 0.5f || (rest == 0.5f && (whole & 1) != 0)));
}

/** One row of the image as floats, with its border on both sides; position 0 is `paddingLeft` pixels before it. */
inline void borderedRow(const Params& p, const void* image, int32_t row, float* line) {
  const int32_t channels = p.inputChannels;
  const ptrdiff_t base = ptrdiff_t(row) * p.inputWidth * channels;
  for (int64_t x = -int64_t(p.paddingLeft); x < int64_t(p.inputWidth) + p.paddingRight; ++x) {
    const int32_t from = borderedIndex(p.border, x, p.inputWidth);
    for (int32_t c = 0; c < channels; ++c)
      *line++ = from < 0 ? 0 : sampleAt(p, image, base + ptrdiff_t(from) * channels + c);
  }
}

/** Σ over k of f[k] · x[k · step], each sum V::lanes wide. */
template <class V>
inline V lineSum(const float* x, ptrdiff_t step, const float* f, int32_t taps) {
  V sum = V::splat(0);
  for (int32_t k = 0; k < taps; ++k) sum = addProduct(sum, V::load(x + k * step), V::splat(f[k]));
  return sum;
}

/** The row pass: from a bordered line to one row of sums. Taps in a zero border are skipped. */
inline void rowPass(const Params& p, const float* line, const float* f, float* sums) {
  const Axis across = horizontalAxis(p);
  const Interior inner = p.border == ZERO ? interior(across) : Interior{0, p.outputWidth};
  const int32_t channels = p.inputChannels;
  const auto edge = [&](int32_t x) {
    const Taps inside = tapsInside(across, x);
    for (int32_t c = 0; c < channels; ++c) {
      const float* first = line + ptrdiff_t(x + inside.begin) * channels + c;
      lineSum<Lane>(first, channels, f + inside.begin, inside.end - inside.begin)
          .store(sums + ptrdiff_t(x) * channels + c);
    }
  };
  for (int32_t x = 0; x < inner.begin; ++x) edge(x);
  ptrdiff_t i = ptrdiff_t(inner.begin) * channels;
  const ptrdiff_t end = ptrdiff_t(inner.end) * channels;
  for (; i + Vec::lanes <= end; i += Vec::lanes) lineSum<Vec>(line + i, channels, f, p.filterWidth).store(sums + i);
  for (; i < end; ++i) lineSum<Lane>(line + i, channels, f, p.filterWidth).store(sums + i);
  for (int32_t x = inner.end; x < p.outputWidth; ++x) edge(x);
}

/** Rows of sums, one for each tap of the column filter, at their position modulo their number. */
struct Ring {
  float* rows;
  ptrdiff_t rowSize;
  int32_t count;
  float* at(int64_t position) const { return rows + (position % count + count) % count * rowSize; }
};

/** The column pass at V::lanes neighbours, over the taps [begin, end). */
template <class V>
inline V columnSum(const Ring& ring, int64_t first, const float* f, int32_t begin, int32_t end, ptrdiff_t i) {
  V sum = V::splat(0);
  for (int32_t k = begin; k < end; ++k) sum = addProduct(sum, V::load(ring.at(first + k) + i), V::splat(f[k]));
  return sum;
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
    const Taps inside = tapsInside(down, y);
    const int32_t from = columns.border == ZERO ? inside.begin : 0;
    const int32_t to = columns.border == ZERO ? inside.end : columns.filterHeight;
    float* sums = rows.dtype == UINT8 ? result : static_cast<float*>(output) + y * rowSize;
    ptrdiff_t i = 0;
    for (; i + Vec::lanes <= rowSize; i += Vec::lanes) columnSum<Vec>(ring, first, f, from, to, i).store(sums + i);
    for (; i < rowSize; ++i) columnSum<Lane>(ring, first, f, from, to, i).store(sums + i);
    if (rows.dtype == UINT8) {
      uint8_t* bytes = static_cast<uint8_t*>(output) + y * rowSize;
      for (ptrdiff_t j = 0; j < rowSize; ++j) bytes[j] = toUint8(result[j]);
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
