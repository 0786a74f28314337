// The family of this processor, where speeds are known to differ between families that have the same instructions.
#pragma once

#if defined(__x86_64__)
#include <cpuid.h>

/** "zen4", whose vectors of 512 bits take two turns of arithmetic; otherwise "". */
static const char* processorFamily() {
  unsigned highest, vendor[3], signature, b, c, d;
  if (!__get_cpuid(0, &highest, &vendor[0], &vendor[2], &vendor[1])) return "";
  if (!__get_cpuid(1, &signature, &b, &c, &d)) return "";
  const bool isAmd = vendor[0] == 0x68747541 && vendor[1] == 0x69746e65 && vendor[2] == 0x444d4163;
  const unsigned family = (signature >> 8 & 0xf) + (signature >> 20 & 0xff);
  // The other processors of this family have no vectors of 512 bits.
  return isAmd && family == 0x19 && __builtin_cpu_supports("avx512f") ? "zen4" : "";
}
#else
static const char* processorFamily() { return ""; }
#endif
