// Matrices as a user writes them.
import { invalid } from '../core/errors.js';
import { type Tensor, tensor } from '../core/tensor.js';

/**
 * Reads `"-1 0 1; -2 0 2; -1 0 1"`: rows between semicolons or on lines, numbers between blanks or commas.
 *
 * @param argument what the text was given as, for errors
 * @throws SepconvError `ERR_OPTION`
 */
export function parseRows(argument: string, text: string): number[][] {
  const rows = text
    .replace(/[;\s]+$/, '')
    .split(/[;\n]/)
    .map((row) =>
      row
        .trim()
        .split(/\s*,\s*|\s+/)
        .map((item) => (item === '' ? Number.NaN : Number(item))),
    );
  if (!rows.flat().every(Number.isFinite) || rows.some((row) => row.length !== rows[0].length)) {
    throw invalid('ERR_OPTION', argument, 'rows of as many numbers each, between semicolons', text, 'check the rows');
  }
  return rows;
}

/** Rows of equal length as a [rows, columns] tensor. */
export function matrix(rows: readonly (readonly number[])[]): Tensor {
  return tensor(Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
}
