// Separated filters against products that are known, and against the rank in fractions.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { singularTriplets } from '../src/analysis/singular-values.js';
import { separateFilter, type Tensor, tensor } from '../src/entries/node.js';
import { expectError } from './support/errors.js';

describe('separateFilter', () => {
  const product = (column: readonly number[], row: readonly number[]) => column.map((c) => row.map((r) => c * r));
  const factors = (kernel: Tensor | number[][]) => {
    const { rank, columns, rows } = separateFilter(kernel);
    return { rank, columns: columns.map((taps) => [...taps]), rows: rows.map((taps) => [...taps]) };
  };

  test.each([
    ['sobel-x', [1, 2, 1], [-1, 0, 1]],
    ['sobel-y', [-1, 0, 1], [1, 2, 1]],
    ['scharr', [3, 10, 3], [-1, 0, 1]],
    ['mixed derivative', [1, 0, -1], [1, 0, -1]],
    ['binomial', [1, 4, 6, 4, 1], [1, 4, 6, 4, 1]],
    ['binomial over 16', [1 / 16, 2 / 16, 1 / 16], [1, 2, 1]],
    ['box of a third', [Math.fround(1 / 3), Math.fround(1 / 3)], [1, 1, 1]],
    ['negative', [1, 2], [-1, 0]],
  ])('%s has exact factors', (_, column, row) => {
    expect(factors(product(column, row))).toEqual({ rank: 1, columns: [column], rows: [row] });
  });

  test('a tensor, a zero filter, and the error of lower ranks', () => {
    const diagonal = tensor(Float32Array.of(3, 0, 0, 0, -4, 0), [2, 3]);
    expect(separateFilter(diagonal)).toMatchObject({ rank: 2, errors: [1, 3 / 5, 0], cheaper: false });
    expect(separateFilter([[0, 0]])).toEqual({ rank: 0, columns: [], rows: [], errors: [0, 0], cheaper: true });
    expect(separateFilter(product([1, 2, 1], [1, 2, 1])).cheaper).toBe(true);
    expect(separateFilter(product([1, 2], [1, 2])).cheaper).toBe(false);
  });

  test('a Gaussian rounded to float32 has rank 1, one with a change above that has not', () => {
    const taps = [-2, -1, 0, 1, 2].map((x) => Math.exp((-x * x) / 2) / 2.48);
    const gaussian = product(taps, taps);
    const { rank, columns, rows } = separateFilter(gaussian);
    expect(rank).toBe(1);
    for (const [i, tap] of taps.entries()) {
      expect(columns[0][i]).toBeCloseTo(tap, 6);
      expect(rows[0][i]).toBeCloseTo(tap, 6);
    }
    gaussian[0][0] += 2 ** -18;
    expect(separateFilter(gaussian).rank).toBe(2);
  });

  test('integer filters: the rank is exact, and the parts add up', () => {
    const entry = fc.integer({ min: -9, max: 9 });
    const aFilter = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([h, w]) => {
      const pair = fc.tuple(
        fc.array(entry, { minLength: h, maxLength: h }),
        fc.array(entry, { minLength: w, maxLength: w }),
      );
      return fc.array(pair, { minLength: 1, maxLength: 3 });
    });
    const law = fc.property(aFilter, (pairs) => {
      const kernel = sum(pairs.map(([column, row]) => product(column, row)));
      const { rank, columns, rows, errors, cheaper } = separateFilter(kernel);
      const [h, w] = [kernel.length, kernel[0].length];
      expect(rank).toBe(rankInFractions(kernel));
      expect(rank).toBeLessThanOrEqual(pairs.length);
      expect(cheaper).toBe(rank * (h + w) < h * w);
      expect(errors).toHaveLength(Math.min(h, w) + 1);
      for (let r = 0; r <= rank; r++) {
        const parts = columns.slice(0, r).map((column, i) => product([...column], [...rows[i]]));
        const missed = sum([kernel, ...parts.map((part) => part.map((line) => line.map((value) => -value)))]);
        const error = rank === 0 ? 0 : norm(missed) / norm(kernel);
        expect(Math.abs(error - errors[r])).toBeLessThan(2 ** -22);
      }
    });
    fc.assert(law, { numRuns: 300, seed: 1 });
  });

  test('singular values: the vectors are orthonormal and give the matrix back', () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true });
    const aMatrix = fc
      .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
      .chain(([h, w]) => fc.array(fc.array(value, { minLength: w, maxLength: w }), { minLength: h, maxLength: h }));
    const law = fc.property(aMatrix, (matrix) => {
      const triplets = singularTriplets(matrix);
      const largest = triplets[0].value;
      const again = sum([
        matrix.map((row) => row.map(() => 0)),
        ...triplets.map((t) =>
          product(
            t.left.map((x) => x * t.value),
            t.right,
          ),
        ),
      ]);
      expect(norm(sum([matrix, again.map((row) => row.map((x) => -x))]))).toBeLessThanOrEqual(1e-14 * largest);
      const dot = (x: readonly number[], y: readonly number[]) =>
        x.reduce((total, value, i) => total + value * y[i], 0);
      triplets.forEach((a, i) => {
        if (i > 0) expect(triplets[i - 1].value).toBeGreaterThanOrEqual(a.value);
        for (const b of triplets.filter(({ value }) => value > 0 && a.value > 0)) {
          const expected = a === b ? 1 : 0;
          expect(Math.abs(dot(a.left, b.left) - expected)).toBeLessThan(1e-14);
          expect(Math.abs(dot(a.right, b.right) - expected)).toBeLessThan(1e-14);
        }
      });
    });
    fc.assert(law, { numRuns: 300, seed: 1 });
  });

  test('the same numbers on every host', () => {
    const laplacian = [
      [0, 1, 0],
      [1, -4, 1],
      [0, 1, 0],
    ];
    expect(singularTriplets(laplacian).map(({ value }) => value)).toEqual([4.449489742783178, 0.4494897427831782, 0]);
    expect(factors(laplacian)).toEqual({
      rank: 2,
      columns: [
        [0.45180100202560425, -2.010283946990967, 0.45180100202560425],
        [0.45180100202560425, 0.20307990908622742, 0.45180100202560425],
      ],
      rows: [
        [-0.45180100202560425, 2.010283946990967, -0.45180100202560425],
        [0.45180100202560425, 0.20307990908622742, 0.45180100202560425],
      ],
    });
  });

  test('wrong arguments', () => {
    expectError(() => separateFilter([]), 'ERR_SHAPE', 'kernel');
    expectError(() => separateFilter([[]]), 'ERR_SHAPE', 'kernel');
    expectError(() => separateFilter([[1, 2], [3]]), 'ERR_SHAPE', 'kernel');
    expectError(() => separateFilter([1, 2] as never), 'ERR_SHAPE', 'kernel');
    expectError(() => separateFilter(tensor(new Float32Array(9), [1, 3, 3, 1])), 'ERR_SHAPE', 'kernel.shape');
    expectError(() => separateFilter(undefined as never), 'ERR_SHAPE', 'kernel');
    expectError(() => separateFilter([[1, Number.NaN]]), 'ERR_DTYPE', 'kernel[0][1]');
    expectError(() => separateFilter([[1], ['2' as never]]), 'ERR_DTYPE', 'kernel[1][0]');
    expectError(() => separateFilter([[1e39]]), 'ERR_DTYPE', 'kernel[0][0]');
  });
});

function sum(matrices: readonly (readonly (readonly number[])[])[]): number[][] {
  return matrices[0].map((row, y) => row.map((_, x) => matrices.reduce((total, matrix) => total + matrix[y][x], 0)));
}

function norm(matrix: readonly (readonly number[])[]): number {
  return Math.hypot(...matrix.flat());
}

/** The rank by Gauss's elimination in fractions, written apart from the library's. */
function rankInFractions(matrix: readonly (readonly number[])[]): number {
  let rows: (readonly [bigint, bigint])[][] = matrix.map((row) => row.map((value) => [BigInt(value), 1n]));
  let rank = 0;
  for (let x = 0; x < matrix[0].length; x++) {
    const pivot = rows.find((row) => row[x][0] !== 0n);
    if (pivot === undefined) continue;
    rank++;
    rows = rows
      .filter((row) => row !== pivot)
      .map((row) => {
        const [n, d] = [row[x][0] * pivot[x][1], row[x][1] * pivot[x][0]];
        return row.map(([a, b], i) => [a * d * pivot[i][1] - n * pivot[i][0] * b, b * d * pivot[i][1]] as const);
      });
  }
  return rank;
}
