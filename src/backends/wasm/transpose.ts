import type { TensorData } from '../../core/arrays.js';

/** Transposes `batch` matrices [rows, columns], in blocks whose lines stay in the cache. */
export function transpose(from: TensorData, to: TensorData, batch: number, rows: number, columns: number): void {
  const block = 16;
  for (let base = 0; base < batch * rows * columns; base += rows * columns) {
    for (let top = 0; top < rows; top += block) {
      const bottom = Math.min(top + block, rows);
      for (let column = 0; column < columns; column++) {
        let at = base + top * columns + column;
        for (let row = top; row < bottom; row++, at += columns) to[base + column * rows + row] = from[at];
      }
    }
  }
}
