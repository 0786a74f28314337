// AVX2 with fused multiply-add: one rounding a product, outside the promise of identical bits. Only `precision: 'fast'`
// chooses it.
#pragma once
#define FUSED
#include "avx2.h"

namespace {

ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {_mm256_fmadd_ps(a.v, b.v, sum.v)}; }

}  // namespace
