// Lines of the cache, on which packed weights and allocated tensors begin.
#pragma once
#include <stddef.h>
#include <stdint.h>

constexpr size_t lineBytes = 64;

constexpr uint64_t wholeLines(uint64_t bytes) { return (bytes + lineBytes - 1) & ~uint64_t(lineBytes - 1); }

/** From a place to where the next line begins: 0 at the beginning of one. */
inline size_t bytesToLine(const void* place) {
  return (lineBytes - reinterpret_cast<uintptr_t>(place) % lineBytes) % lineBytes;
}
