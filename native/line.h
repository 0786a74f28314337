// Lines of the cache, on which packed weights and allocated tensors begin.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace {

constexpr size_t lineBytes = 64;
constexpr int32_t lineFloats = lineBytes / sizeof(float);

/** Large arrays of JavaScript begin so far after a line. */
constexpr size_t bytesOffLine = 16;

constexpr uint64_t wholeLines(uint64_t bytes) { return (bytes + lineBytes - 1) & ~uint64_t(lineBytes - 1); }

/** From a place to where the next line begins: 0 at the beginning of one. */
inline size_t bytesToLine(const void* place) {
  return (lineBytes - reinterpret_cast<uintptr_t>(place) % lineBytes) % lineBytes;
}

/** Where the first line of some scratch begins; `lineFloats` more floats must be there. */
inline float* lineIn(void* scratch) {
  return reinterpret_cast<float*>(static_cast<char*>(scratch) + bytesToLine(scratch));
}

}  // namespace
