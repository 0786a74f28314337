// NEON with fused multiply-add: one rounding a product, outside the promise of identical bits. Only `precision: 'fast'`
// chooses it.
#pragma once
#define FUSED
#include "neon.h"

namespace {

ALWAYS_INLINE Vec addProduct(Vec sum, Vec a, Vec b) { return {vfmaq_f32(sum.v, a.v, b.v)}; }

}  // namespace
