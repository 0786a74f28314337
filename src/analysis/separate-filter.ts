// A two-dimensional filter as a sum of products of a column and a row.
import { invalid } from '../core/errors.js';
import { checkTensor, type Tensor } from '../core/tensor.js';
import { exactRank, rankOneFactors } from './exact-rank.js';
import { singularTriplets } from './singular-values.js';

/** How a filter of h rows and w columns is a sum of `rank` products of a column of h and a row of w taps. */
export interface SeparatedFilter {
  /**
   * Exact for a filter of integers. For others the least rank whose error is at most 2⁻²², which is what four roundings
   * to float32 leave of a filter that was a product.
   */
  readonly rank: number;
  /** `rank` filters of h taps, the weightiest first. */
  readonly columns: readonly Float32Array[];
  /** `rank` filters of w taps: `sepFilter2d(image, rows[i], columns[i])` applies one product. */
  readonly rows: readonly Float32Array[];
  /**
   * `errors[r]`, for r from 0 to min(h, w): the Frobenius norm of what the best approximation of rank r misses over
   * that of the filter (Eckart & Young, 1936). The first r columns and rows are that approximation, rounded to float32.
   */
  readonly errors: readonly number[];
  /** Whether `rank` pairs of passes take fewer multiply-adds than the filter at once: rank · (h + w) < h · w. */
  readonly cheaper: boolean;
}

const tolerance = 2 ** -22;

/** Integers that float32 holds exactly. */
const exactIntegers = 16_777_216n;

/**
 * Separates a two-dimensional filter into one-dimensional ones: its rank, the factors, and what each lower rank would
 * miss.
 *
 * A filter that is exactly a product of integers (over a power of two) gives exactly such factors: `[[-1, 0, 1], [-2,
 * 0, 2], [-1, 0, 1]]` is the column 1 2 1 by the row −1 0 1. Of others the factors are the singular vectors, each with
 * the root of its singular value. Of each pair, the one with the larger sum has a positive sum.
 *
 * @param kernel a tensor [h, w], or h lists of w finite numbers, which are rounded to float32 as every filter is
 * @returns the rank, the factors, and the errors of every rank
 * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`, `ERR_BUFFER`
 * @example
 * const { columns, rows } = separateFilter([[1, 2, 1], [2, 4, 2], [1, 2, 1]]); // rank 1: [1, 2, 1] by [1, 2, 1]
 * const soft = sepFilter2d(image, rows[0], columns[0]);
 */
export function separateFilter(kernel: Tensor | readonly (readonly number[])[]): SeparatedFilter {
  const matrix = readMatrix(kernel);
  const [h, w] = [matrix.length, matrix[0].length];
  const scaled = toIntegers(matrix);
  const exact = scaled && exactFactors(scaled);
  const { rank, factors, errors } = exact
    ? { rank: 1, factors: [exact], errors: Array.from({ length: Math.min(h, w) + 1 }, (_, r) => (r === 0 ? 1 : 0)) }
    : approximate(matrix, scaled?.scale === 1 ? exactRank(scaled.integers) : undefined);
  const pairs = factors.map(([column, row]) => orient(column, row));
  return {
    rank,
    columns: pairs.map(({ column }) => column),
    rows: pairs.map(({ row }) => row),
    errors,
    cheaper: rank * (h + w) < h * w,
  };
}

/** The singular vectors, as many as the rank, which is known or what the errors say. */
function approximate(matrix: readonly (readonly number[])[], knownRank: number | undefined) {
  const triplets = singularTriplets(matrix);
  const errors = relativeErrors(triplets.map(({ value }) => value));
  const rank = knownRank ?? errors.findIndex((error) => error <= tolerance);
  const factors = triplets.slice(0, rank).map(({ value, left, right }) => {
    const root = Math.sqrt(value);
    return [left.map((x) => x * root), right.map((x) => x * root)] as const;
  });
  return {
    rank,
    factors,
    errors: knownRank === undefined ? errors : errors.map((error, r) => (r >= rank ? 0 : error)),
  };
}

function readMatrix(kernel: Tensor | readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (!Array.isArray(kernel)) {
    const { data, shape } = checkTensor<Float32Array>('kernel', kernel, 'float32', 2);
    const [h, w] = shape;
    return readMatrix(Array.from({ length: h }, (_, y) => Array.from(data.subarray(y * w, (y + 1) * w))));
  }
  const rows = Array.from(kernel as readonly unknown[], (row) =>
    Array.isArray(row) ? Array.from(row, toFloat32) : [],
  );
  const width = rows[0]?.length ?? 0;
  if (width === 0 || rows.some((row) => row.length !== width)) {
    const expected = 'a tensor [h, w], or h lists of w numbers';
    throw invalid('ERR_SHAPE', 'kernel', expected, kernel, 'give every row as many numbers, at least one');
  }
  const wrong = rows.flat().findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const [y, x] = [Math.floor(wrong / width), wrong % width];
    const received = (kernel as readonly (readonly unknown[])[])[y][x];
    throw invalid('ERR_DTYPE', `kernel[${y}][${x}]`, 'a finite float32', received, 'give a finite number');
  }
  return rows;
}

function toFloat32(value: unknown): number {
  return typeof value === 'number' ? Math.fround(value) : Number.NaN;
}

interface Scaled {
  readonly integers: readonly (readonly bigint[])[];
  readonly scale: number;
}

/** The matrix times the least power of two that makes integers of it; undefined where they pass 2⁵³ on the way. */
function toIntegers(matrix: readonly (readonly number[])[]): Scaled | undefined {
  const values = matrix.flat();
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let scale = 1;
  while (!values.every((value) => Number.isInteger(value * scale))) {
    scale *= 2;
    if (largest * scale > 2 ** 53) return undefined;
  }
  return { integers: matrix.map((row) => row.map((value) => BigInt(value * scale))), scale };
}

/** Column and row whose product is the matrix to the last bit, in numbers that float32 holds. */
function exactFactors({ integers, scale }: Scaled): readonly [number[], number[]] | undefined {
  const factors = rankOneFactors(integers);
  if (factors === undefined) return undefined;
  const { column, row } = factors;
  const isHeld = (value: bigint) => value <= exactIntegers && value >= -exactIntegers;
  if (![...column, ...row].every(isHeld)) return undefined;
  return [column.map((value) => Number(value) / scale), row.map(Number)];
}

function relativeErrors(values: readonly number[]): readonly number[] {
  const largest = values[0];
  if (largest === 0) return [0, ...values.map(() => 0)];
  const missed = [0];
  for (const value of [...values].reverse()) missed.unshift(missed[0] + (value / largest) * (value / largest));
  return missed.map((squares) => Math.sqrt(squares / missed[0]));
}

function orient(column: readonly number[], row: readonly number[]) {
  const [down, across] = [column, row].map((taps) => taps.reduce((sum, tap) => sum + tap, 0));
  const larger = Math.abs(down) > Math.abs(across) ? down : across;
  const signed = (taps: readonly number[]) => Float32Array.from(taps, (tap) => (larger < 0 ? 0 - tap : tap));
  return { column: signed(column), row: signed(row) };
}
