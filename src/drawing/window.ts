// Where the window of a floor lies, and the filter that hovers above it.
import { at, type Block, type Plane } from './isometric.js';
import type { Cell, Floor } from './scene.js';

/** How far above its floor a filter hovers: clear of the cells that it reads. */
export function liftOf(block: Block, onto: Plane): number {
  return Math.min(72, (block.rows + block.columns) * onto.half * 0.5 + 12);
}

/** How far the highest of a floor, its corner or its filter's, stands above its middle. */
export function reachOf({ window }: Floor, onto: Plane): number {
  const floor = onto.centre.y - at(onto, 0, 0).y;
  if (window === undefined || window.length === 0 || window[0].weight === undefined) return floor;
  const block = blockOf(window);
  return Math.max(floor, onto.centre.y - at(onto, block.row, block.column, liftOf(block, onto)).y);
}

/** The least block around the cells of a window. */
export function blockOf(window: readonly Cell[]): Block {
  const rows = window.map(({ row }) => row);
  const columns = window.map(({ column }) => column);
  const [row, column] = [Math.min(...rows), Math.min(...columns)];
  return { row, column, rows: Math.max(...rows) - row + 1, columns: Math.max(...columns) - column + 1 };
}
