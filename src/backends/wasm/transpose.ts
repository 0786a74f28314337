// NCHW operands for the kernels that read NHWC only, and back.
import type { TensorData } from '../../core/arrays.js';
import type { Planes } from '../channels-last.js';

/** So many matrices [rows, columns], one after another. */
export interface Matrices {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

/** The operands of a run as they are in NCHW, and its output in NHWC. */
export function matricesOf({ batch, inputChannels, inputPixels, outputChannels, outputPixels }: Planes) {
  return {
    input: { batch, rows: inputChannels, columns: inputPixels },
    residual: { batch, rows: outputChannels, columns: outputPixels },
    output: { batch, rows: outputPixels, columns: outputChannels },
  };
}

/** A tile is transposed at once: so many rows, whose lines stay in the cache, and columns. */
const tileRows = 16;
const tileColumns = 256;
export const tileElements = tileRows * tileColumns;

export function tilesOf({ batch, rows, columns }: Matrices): number {
  return batch * Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns);
}

/** Transposes the tiles [begin, end). */
export function transposeTiles(
  from: TensorData,
  to: TensorData,
  { rows, columns }: Matrices,
  begin: number,
  end: number,
): void {
  const across = Math.ceil(columns / tileColumns);
  const down = Math.ceil(rows / tileRows);
  for (let tile = begin; tile < end; tile++) {
    const base = Math.floor(tile / (across * down)) * rows * columns;
    const top = (Math.floor(tile / across) % down) * tileRows;
    const bottom = Math.min(top + tileRows, rows);
    const left = (tile % across) * tileColumns;
    const right = Math.min(left + tileColumns, columns);
    for (let column = left; column < right; column++) {
      let at = base + top * columns + column;
      for (let row = top; row < bottom; row++, at += columns) to[base + column * rows + row] = from[at];
    }
  }
}

export function transpose(from: TensorData, to: TensorData, matrices: Matrices): void {
  transposeTiles(from, to, matrices, 0, tilesOf(matrices));
}
