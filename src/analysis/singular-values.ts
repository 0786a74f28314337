// Singular values with + − × ÷ √ in one order, so that every host finds the same numbers.

/**
 * One singular value with its unit vectors (for a value of 0, one of them may be 0): the matrix is the sum of value ·
 * left · rightᵀ.
 */
export interface SingularTriplet {
  readonly value: number;
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** Convergence is quadratic: small matrices need six to ten sweeps. */
const maxSweeps = 40;

/**
 * The singular values of a matrix, the largest first, as many as its shorter side has entries: one-sided Jacobi, which
 * turns pairs of columns until all of them are orthogonal. Relative error near length · 2⁻⁵² of the largest value.
 *
 * @see Hestenes, Inversion of matrices by biorthogonalization, 1958; Golub & Van Loan, Matrix computations, section
 * 8.6.3
 */
export function singularTriplets(matrix: readonly (readonly number[])[]): SingularTriplet[] {
  const largest = matrix.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const scaled = matrix.map((row) => row.map((value) => value / largest));
  const isWide = matrix[0].length > matrix.length;
  const columns = isWide ? scaled : scaled[0].map((_, x) => scaled.map((row) => row[x]));
  const turns = columns.map((_, i) => columns.map((_, j) => (i === j ? 1 : 0)));
  let sweeps = 0;
  while (sweeps < maxSweeps && orthogonalise(columns, turns)) sweeps++;
  const triplets = columns.map((column, i) => {
    const norm = Math.sqrt(dot(column, column));
    const unit = column.map((value) => (norm === 0 ? 0 : value / norm));
    const value = norm * largest;
    return isWide ? { value, left: turns[i], right: unit } : { value, left: unit, right: turns[i] };
  });
  return triplets.sort((a, b) => b.value - a.value);
}

/** Turns each pair of columns once, and `turns` with them; false where all were orthogonal already. */
function orthogonalise(columns: number[][], turns: number[][]): boolean {
  let turned = false;
  for (let p = 0; p < columns.length - 1; p++) {
    for (let q = p + 1; q < columns.length; q++) {
      const [a, b] = [columns[p], columns[q]];
      const [alpha, beta, gamma] = [dot(a, a), dot(b, b), dot(a, b)];
      if (Math.abs(gamma) <= a.length * 2 ** -52 * Math.sqrt(alpha) * Math.sqrt(beta)) continue;
      const zeta = (beta - alpha) / (2 * gamma);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
      const cosine = 1 / Math.sqrt(1 + tangent * tangent);
      turn(a, b, cosine, cosine * tangent);
      turn(turns[p], turns[q], cosine, cosine * tangent);
      turned = true;
    }
  }
  return turned;
}

function turn(a: number[], b: number[], cosine: number, sine: number): void {
  for (let i = 0; i < a.length; i++) {
    [a[i], b[i]] = [cosine * a[i] - sine * b[i], sine * a[i] + cosine * b[i]];
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
