// Rows of text in columns.

/** Lines whose cells stand below each other: from the column `rightFrom` on by their right ends, as numbers do. */
export function columns(rows: readonly (readonly string[])[], rightFrom = Number.POSITIVE_INFINITY): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const placed = (cell: string, i: number) => (i < rightFrom ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return rows.map((row) => `${row.map(placed).join('  ').trimEnd()}\n`).join('');
}
