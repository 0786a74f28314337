// Exact linear algebra of small integer matrices.

/** The rank of an integer matrix, by fraction-free elimination. @see Bareiss, Math. Comp. 22, 1968 */
export function exactRank(matrix: readonly (readonly bigint[])[]): number {
  const rows = matrix.map((row) => [...row]);
  let rank = 0;
  let previous = 1n;
  for (let column = 0; column < rows[0].length && rank < rows.length; column++) {
    const found = rows.findIndex((row, index) => index >= rank && row[column] !== 0n);
    if (found < 0) continue;
    [rows[rank], rows[found]] = [rows[found], rows[rank]];
    const pivot = rows[rank];
    for (const row of rows.slice(rank + 1)) {
      const factor = row[column];
      for (let j = 0; j < row.length; j++) row[j] = (pivot[column] * row[j] - factor * pivot[j]) / previous;
    }
    previous = pivot[column];
    rank++;
  }
  return rank;
}

/**
 * The factors of an integer matrix of rank 1: `row` has no common divisor, `column` takes the rest, and their product
 * is the matrix itself. Undefined for other ranks.
 *
 * A multiple of a row without a common divisor has integer entries only if the multiple is an integer, so nothing is
 * left over.
 */
export function rankOneFactors(
  matrix: readonly (readonly bigint[])[],
): { readonly column: readonly bigint[]; readonly row: readonly bigint[] } | undefined {
  const pivot = matrix.find((row) => row.some((value) => value !== 0n));
  if (pivot === undefined) return undefined;
  const divisor = pivot.reduce(greatestCommonDivisor, 0n);
  const row = pivot.map((value) => value / divisor);
  const at = row.findIndex((value) => value !== 0n);
  const column = matrix.map((values) => values[at] / row[at]);
  const isProduct = matrix.every((values, y) => values.every((value, x) => value === column[y] * row[x]));
  return isProduct ? { column, row } : undefined;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  const rest = b < 0n ? -b : b;
  return rest === 0n ? a : greatestCommonDivisor(rest, a % rest);
}
