// Memory that a thread works with and keeps from one job to the next.
#pragma once
#include <stdint.h>
#include <stdlib.h>

/** Memory of one thread, kept between calls unless it is large. */
class Scratch {
 public:
  /** Null where memory is short. */
  void* reserve(uint64_t bytes) {
    if (bytes <= size_) return block_;
    release();
    block_ = bytes > SIZE_MAX ? nullptr : malloc(size_t(bytes));
    size_ = block_ == nullptr ? 0 : bytes;
    return block_;
  }

  void releaseLarge() {
    if (size_ > keptBytes) release();
  }

  void release() {
    free(block_);
    block_ = nullptr;
    size_ = 0;
  }

 private:
  /** Larger blocks are given back after each job: they come from the kernel by the page, as do the pages of the work.
   */
  static constexpr uint64_t keptBytes = 8 << 20;

  void* block_ = nullptr;
  uint64_t size_ = 0;
};
