// Registers in rows: sums of neighbouring outputs, weights of neighbouring taps. A list of named members and not an
// array: compilers keep arrays in memory.
#pragma once
#include "lane.h"

namespace {

/** N Vecs, each in a register of its own. */
template <class V, int N>
struct Registers {
  V first;
  Registers<V, N - 1> others;
};

template <class V>
struct Registers<V, 0> {};

template <class V, int N>
ALWAYS_INLINE void fill(Registers<V, N>& sums, V value) {
  sums.first = value;
  if constexpr (N > 1) fill(sums.others, value);
}

/** The register at place I of a row. */
template <int I, class Row>
ALWAYS_INLINE auto& at(Row& row) {
  if constexpr (I == 0) {
    return row.first;
  } else {
    return at<I - 1>(row.others);
  }
}

/** Loads neighbouring Vecs. */
template <class V, int N>
ALWAYS_INLINE void loadRow(Registers<V, N>& row, const float* f) {
  row.first = V::load(f);
  if constexpr (N > 1) loadRow(row.others, f + V::lanes);
}

/** Loads rows of Vecs, one after another. */
template <class V, int N, int R>
ALWAYS_INLINE void loadRows(Registers<Registers<V, N>, R>& rows, const float* f) {
  loadRow(rows.first, f);
  if constexpr (R > 1) loadRows(rows.others, f + N * V::lanes);
}

/** Adds to each sum a value, `step` floats from that of the one before, times one weight. */
template <class V, int N>
ALWAYS_INLINE void addProducts(Registers<V, N>& sums, const float* x, ptrdiff_t step, V weight) {
  sums.first = inOrder(addProduct(sums.first, V::load(x), weight));
  if constexpr (N > 1) addProducts(sums.others, x + step, step, weight);
}

}  // namespace
