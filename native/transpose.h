// Transposes matrices between the two layouts of images, in blocks whose lines stay in the nearest cache.
#pragma once
#include <stdint.h>

/** The columns [begin, end) of `batch` matrices [rows, columns] become the rows of matrices [columns, rows]. */
inline void transpose(const float* from, float* to, int64_t batch, int64_t rows, int64_t columns, int64_t begin,
                      int64_t end) {
  const int64_t block = 16;
  for (int64_t n = 0; n < batch; ++n, from += rows * columns, to += rows * columns) {
    for (int64_t left = begin; left < end; left += block) {
      const int64_t right = left + block < end ? left + block : end;
      for (int64_t top = 0; top < rows; top += block) {
        const int64_t bottom = top + block < rows ? top + block : rows;
        for (int64_t column = left; column < right; ++column) {
          for (int64_t row = top; row < bottom; ++row) to[column * rows + row] = from[row * columns + column];
        }
      }
    }
  }
}
