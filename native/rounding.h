// The rounding that the law of bits asks for, whatever other native code of the process has set.
#pragma once
#include <stdint.h>

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

/** Round to nearest and keep subnormals while this object lives. */
class DefaultRounding {
 public:
#ifdef __x86_64__
  DefaultRounding() : saved_(_mm_getcsr()) { _mm_setcsr(0x1f80); }
  ~DefaultRounding() { _mm_setcsr(saved_); }

 private:
  unsigned int saved_;
#elif defined(__aarch64__)
  DefaultRounding() {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    asm volatile("msr fpcr, %0" : : "r"(uint64_t(0)));
  }
  ~DefaultRounding() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }

 private:
  uint64_t saved_;
#endif
};
