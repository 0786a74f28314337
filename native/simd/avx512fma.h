// AVX-512F with fused multiply-add: one rounding a product, outside the promise of identical bits. Only
// `precision: 'fast'` chooses it.
#pragma once
#define FUSED
#include "avx512.h"

namespace {

ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {_mm512_fmadd_ps(a.v, b.v, sum.v)}; }
#ifdef __GNUC__
ALWAYS_INLINE Vec addProductOf(Vec sum, Vec a, const float* value) {
  __asm__("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(sum.v) : "v"(a.v), "m"(*value));
  return sum;
}
#endif

}  // namespace
