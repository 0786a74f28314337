// The instruction sets of this build, best first. Adding one is a header in simd/, a target in binding.gyp and a row
// here.
#pragma once
#include "params.h"

struct Isa {
  const char* name;
  /** Whether its sums have one rounding a product, and so bits of their own. */
  bool isFused;
  const KernelTable* table;
  bool (*runsHere)();
};

extern const KernelTable kernels_scalar;
#if defined(__x86_64__)
extern const KernelTable kernels_sse2;
extern const KernelTable kernels_avx2;
extern const KernelTable kernels_avx2fma;
extern const KernelTable kernels_avx512;
extern const KernelTable kernels_avx512fma;
#elif defined(__aarch64__)
extern const KernelTable kernels_neon;
extern const KernelTable kernels_neonfma;
#endif

#if defined(__x86_64__)
static bool hasAvx2() { return __builtin_cpu_supports("avx2"); }
static bool hasFma() { return hasAvx2() && __builtin_cpu_supports("fma"); }
static bool hasAvx512() { return __builtin_cpu_supports("avx512f"); }
#endif

static const Isa isas[] = {
#if defined(__x86_64__)
    {"avx512", false, &kernels_avx512, hasAvx512},
    {"avx512-fma", true, &kernels_avx512fma, hasAvx512},
    {"avx2-fma", true, &kernels_avx2fma, hasFma},
    {"avx2", false, &kernels_avx2, hasAvx2},
    {"sse2", false, &kernels_sse2, [] { return true; }},
#elif defined(__aarch64__)
    {"neon-fma", true, &kernels_neonfma, [] { return true; }},
    {"neon", false, &kernels_neon, [] { return true; }},
#endif
    {"scalar", false, &kernels_scalar, [] { return true; }},
};
