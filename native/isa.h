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
#if defined(__x86_64__) || defined(_M_X64)
extern const KernelTable kernels_sse2;
extern const KernelTable kernels_avx2;
extern const KernelTable kernels_avx2fma;
extern const KernelTable kernels_avx512;
extern const KernelTable kernels_avx512fma;
#elif defined(__aarch64__) || defined(_M_ARM64)
extern const KernelTable kernels_neon;
extern const KernelTable kernels_neonfma;
#endif

#ifdef _MSC_VER
#include <intrin.h>
/** A bit of EBX in CPUID leaf 7, and an operating system that keeps these registers. */
static bool hasFeature(int bit, unsigned long long state) {
  int leaf1[4], leaf7[4];
  __cpuid(leaf1, 1);
  const bool savesState = (leaf1[2] & (1 << 27)) != 0 && (_xgetbv(0) & state) == state;
  __cpuidex(leaf7, 7, 0);
  return savesState && (leaf7[1] & (1 << bit)) != 0;
}
static bool hasAvx2() { return hasFeature(5, 0x06); }
static bool hasFma() {
  int leaf1[4];
  __cpuid(leaf1, 1);
  return hasAvx2() && (leaf1[2] & (1 << 12)) != 0;
}
static bool hasAvx512() { return hasFeature(16, 0xe6); }
#elif defined(__x86_64__)
static bool hasAvx2() { return __builtin_cpu_supports("avx2"); }
static bool hasFma() { return hasAvx2() && __builtin_cpu_supports("fma"); }
static bool hasAvx512() { return __builtin_cpu_supports("avx512f"); }
#endif

static const Isa isas[] = {
#if defined(__x86_64__) || defined(_M_X64)
    {"avx512", false, &kernels_avx512, hasAvx512},
    {"avx512-fma", true, &kernels_avx512fma, hasAvx512},
    {"avx2-fma", true, &kernels_avx2fma, hasFma},
    {"avx2", false, &kernels_avx2, hasAvx2},
    {"sse2", false, &kernels_sse2, [] { return true; }},
#elif defined(__aarch64__) || defined(_M_ARM64)
    {"neon-fma", true, &kernels_neonfma, [] { return true; }},
    {"neon", false, &kernels_neon, [] { return true; }},
#endif
    {"scalar", false, &kernels_scalar, [] { return true; }},
};
