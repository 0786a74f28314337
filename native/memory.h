// Memory that stays where it is while anyone needs it, whatever JavaScript does with the buffer that stands on it.
#pragma once
#include <stdlib.h>

#include "line.h"

/** Counted on the thread of its environment, where what JavaScript drops is told too. */
class Block {
 public:
  /** Of zeros, from the beginning of a line, with a count of one; null where memory is short. */
  static Block* make(uint64_t bytes) {
    if (bytes > SIZE_MAX - lineBytes) return nullptr;
    Block* block = static_cast<Block*>(calloc(1, sizeof(Block)));
    if (block == nullptr) return nullptr;
    block->room_ = static_cast<char*>(calloc(1, size_t(bytes) + lineBytes));
    if (block->room_ == nullptr) {
      free(block);
      return nullptr;
    }
    block->data = block->room_ + bytesToLine(block->room_);
    block->bytes = size_t(bytes);
    block->count_ = 1;
    return block;
  }

  void retain() { ++count_; }

  void release() {
    if (--count_ > 0) return;
    clear();
    free(this);
  }

  /** Gives the bytes back while the count still stands: nobody reads or writes them any more. */
  void clear() {
    free(room_);
    room_ = nullptr;
    data = nullptr;
  }

  char* data;
  size_t bytes;

 private:
  char* room_;
  int64_t count_;
};
