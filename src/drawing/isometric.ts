// Planes seen from above and aside: columns run to the lower right, rows to the lower left, height is up.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A plane of rows × columns cells on the page. */
export interface Plane {
  readonly rows: number;
  readonly columns: number;
  /** Where its middle stands. */
  readonly centre: Point;
  /** Half the width of a cell. */
  readonly half: number;
}

/** Half the height of a cell over half its width. */
const slope = 0.5;

/** A plane of a width on the page. */
export function plane(rows: number, columns: number, centre: Point, width: number): Plane {
  return { rows, columns, centre, half: width / (rows + columns) };
}

export function planeHeight({ rows, columns, half }: Plane): number {
  return (rows + columns) * half * slope;
}

/** Where a point of the plane stands, in cells from its first corner. */
export function at({ rows, columns, centre, half }: Plane, row: number, column: number, lift = 0): Point {
  const [v, u] = [row - rows / 2, column - columns / 2];
  return { x: centre.x + (u - v) * half, y: centre.y + (u + v) * half * slope - lift };
}

/** The `transform` under which a cell is a unit square. */
export function transform(onto: Plane, lift = 0): string {
  const { x, y } = at(onto, 0, 0, lift);
  const rise = onto.half * slope;
  return `matrix(${[onto.half, rise, -onto.half, rise, x, y].map((value) => Math.round(value * 1000) / 1000).join(' ')})`;
}

/** The corners of a block of cells. */
export function corners(onto: Plane, block: Block, lift = 0): Point[] {
  const { row, column, rows, columns } = block;
  return [
    at(onto, row, column, lift),
    at(onto, row, column + columns, lift),
    at(onto, row + rows, column + columns, lift),
    at(onto, row + rows, column, lift),
  ];
}

export interface Block {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** The least convex outline around points. @see Andrew, Information Processing Letters 9, 1979 */
export function outline(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const chain = (along: readonly Point[]) => {
    const kept: Point[] = [];
    for (const point of along) {
      while (kept.length > 1 && turn(kept[kept.length - 2], kept[kept.length - 1], point) <= 0) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
