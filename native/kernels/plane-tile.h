// The register tiles of depthwise convolution in planes: Vecs of neighbouring outputs, one below the other or side by
// side, of one channel. Their inputs stand in scratch, padding and all.
#pragma once
#include "../epilogue.h"
#include "../simd/registers.h"
#include "planes.h"

namespace {

/** Stores Vecs of outputs that are `outputStep` floats apart. */
template <int P>
ALWAYS_INLINE void finishVecs(const Epilogue& e, const Registers<Vec, P>& sums, float* y, ptrdiff_t outputStep) {
  finish(e, sums.first, y);
  if constexpr (P > 1) finishVecs<P - 1>(e, sums.others, y + outputStep, outputStep);
}

/** Vecs whose inputs are `step` floats apart, from `x` on. `f` has the bias and the weights, `taps` the place of each.
 */
using PlaneTile = void (*)(const Epilogue&, const float* x, const int32_t* taps, ptrdiff_t step, const float* f,
                           float* y, ptrdiff_t outputStep);

/** Windows of any kind. */
template <int P>
void planeTile(const Epilogue& e, const float* x, const int32_t* taps, ptrdiff_t step, const float* f, float* y,
               ptrdiff_t outputStep) {
  Registers<Vec, P> sums;
  fill(sums, Vec::splat(*f++));
  for (const float* end = f + e.p.products; f < end; ++f, ++taps) addProducts(sums, x + *taps, step, Vec::splat(*f));
  finishVecs<P>(e, sums, y, outputStep);
}

/** Adds a column of input row R to P output rows: it is in row R − p of the taps of row p. */
template <int K, int R, int I = 0, int P>
ALWAYS_INLINE void addInput(Registers<Vec, P>& sums, Vec value, const float* f) {
  if constexpr (R >= I && R - I < K) {
    at<I>(sums) = inOrder(addProduct(at<I>(sums), value, Vec::load(f + (R - I) * K * Vec::lanes)));
  }
  if constexpr (I + 1 < P) addInput<K, R, I + 1>(sums, value, f);
}

/** Adds the input rows from R on, each column J by column. */
template <int K, int R = 0, int J = 0, int P>
ALWAYS_INLINE void addInputs(Registers<Vec, P>& sums, const float* x, ptrdiff_t step, const float* f) {
  f = opaque(f);
  addInput<K, R>(sums, Vec::load(x + J), f + J * Vec::lanes);
  if constexpr (J + 1 < K) {
    addInputs<K, R, J + 1>(sums, x, step, f);
  } else if constexpr (R + 1 < P + K - 1) {
    addInputs<K, R + 1>(sums, x + step, step, f);
  }
}

/** Windows of K × K, one row and one column apart: each input is read once for all the rows whose window it is in. */
template <int K, int P>
void slidingPlaneTile(const Epilogue& e, const float* x, const int32_t*, ptrdiff_t step, const float* f, float* y,
                      ptrdiff_t outputStep) {
  Registers<Vec, P> sums;
  fill(sums, Vec::load(f));
  addInputs<K>(sums, x, step, f + Vec::lanes);
  finishVecs<P>(e, sums, y, outputStep);
}

constexpr int32_t mostVecs = 8;

/** The tile for 1 … mostVecs Vecs. */
inline PlaneTile planeTileOf(int32_t vecs) {
  constexpr PlaneTile tiles[mostVecs] = {planeTile<1>, planeTile<2>, planeTile<3>, planeTile<4>,
                                         planeTile<5>, planeTile<6>, planeTile<7>, planeTile<8>};
  return tiles[vecs - 1];
}

template <int K>
inline PlaneTile slidingPlaneTileOf(int32_t vecs) {
  constexpr PlaneTile tiles[mostVecs] = {slidingPlaneTile<K, 1>, slidingPlaneTile<K, 2>, slidingPlaneTile<K, 3>,
                                         slidingPlaneTile<K, 4>, slidingPlaneTile<K, 5>, slidingPlaneTile<K, 6>,
                                         slidingPlaneTile<K, 7>, slidingPlaneTile<K, 8>};
  return tiles[vecs - 1];
}

/** Whether there are tiles for windows that slide. */
inline bool slidesDown(const Params& p) {
  const bool dense = p.strideHeight == 1 && p.strideWidth == 1 && p.dilationHeight == 1 && p.dilationWidth == 1;
  return dense && p.filterHeight == p.filterWidth && (p.filterWidth == 3 || p.filterWidth == 5);
}

/** Their weights stand in all lanes. */
inline PlaneTile slidingPlaneTileFor(int32_t filterWidth, int32_t vecs) {
  return filterWidth == 3 ? slidingPlaneTileOf<3>(vecs) : slidingPlaneTileOf<5>(vecs);
}

/** The bias and the weights of the largest window that slides. */
constexpr int weightsInLanes = 1 + 5 * 5;

/** Each of some floats in all lanes of a Vec. */
inline const float* inAllLanes(const float* from, int32_t count, float* to) {
  for (int32_t i = 0; i < count; ++i) Vec::splat(from[i]).store(to + i * Vec::lanes);
  return to;
}

/** Calls `each(begin, count)` for [0, count) in parts of nearly one size, of mostVecs at most. */
template <class Each>
inline void inParts(int32_t count, Each each) {
  const int32_t parts = (count + mostVecs - 1) / mostVecs;
  const int32_t size = (count + parts - 1) / parts;
  for (int32_t begin = 0; begin < count; begin += size) each(begin, atMostInt(size, count - begin));
}

}  // namespace
