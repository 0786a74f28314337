// Where the planes of a scene stand.
import { type Plane, type Point, plane } from './isometric.js';
import type { Scene } from './scene.js';
import { reachOf } from './window.js';

/** Side by side, or for narrow pages one below the other. */
export type Direction = 'across' | 'down';

export interface Layout {
  readonly direction: Direction;
  readonly width: number;
  readonly height: number;
  /** Of each floor of each stack. */
  readonly planes: readonly (readonly Plane[])[];
  /** The middle of the mix's matrix: of its left edge, or of its top. */
  readonly board: Point;
}

/** A weight of the mix on the page. */
export const board = { cell: 38, row: 26 };

const titleHeight = 26;

/** Above the planes of a stack, where they stand below each other: its title and, on the first, the filters. */
export function room(stack: number): number {
  return stack === 0 ? 82 : 56;
}

export function layOut(scene: Scene, direction: Direction): Layout {
  return direction === 'across' ? layOutAcross(scene) : layOutDown(scene);
}

/** A lane for each channel, a column for each stack, and room for the names of channels before it. */
function layOutAcross({ stacks, mix }: Scene): Layout {
  const lanes = Math.max(...stacks.map(({ floors }) => floors.length));
  const names = 62;
  const sizes = stacks.map((_, s) => (s === 0 ? 236 : 176));
  const gap = stacks.length === 2 ? 100 : 36;
  const boardWidth = mix ? board.cell * mix.weights[0].length : 0;
  let end = 0;
  const starts = stacks.map((_, s) => {
    const start = end + names;
    end = start + sizes[s] + (mix?.stack === s ? boardWidth + 86 : gap);
    return start;
  });
  const origin = { x: 0, y: 0 };
  const reaches = stacks.flatMap(({ floors }, s) =>
    floors.map((floor) => reachOf(floor, plane(floor.rows, floor.columns, origin, sizes[s]))),
  );
  const reach = Math.max(...reaches);
  const depth = sizes[0] / 4;
  const laneHeight = Math.max(130, reach + depth + 12);
  const last = stacks.length - 1;
  const middle = titleHeight + 8 + reach + ((lanes - 1) * laneHeight) / 2;
  const planes = stacks.map(({ floors }, s) =>
    floors.map(({ rows, columns }, i) => {
      const y = middle + (i - (floors.length - 1) / 2) * laneHeight;
      return plane(rows, columns, { x: starts[s] + sizes[s] / 2, y }, sizes[s]);
    }),
  );
  return {
    direction: 'across',
    width: starts[last] + sizes[last] + 40,
    height: middle + ((lanes - 1) * laneHeight) / 2 + depth + 16,
    planes,
    board: { x: mix ? starts[mix.stack] + sizes[mix.stack] + 44 : 0, y: middle },
  };
}

/** A column for each channel, a row for each stack. */
function layOutDown({ stacks, mix }: Scene): Layout {
  const lanes = Math.max(...stacks.map(({ floors }) => floors.length));
  const width = 348;
  const size = Math.min(150, width / lanes - 6);
  let end = 0;
  const starts = stacks.map((_, s) => {
    const start = end + room(s);
    end = start + size / 2 + (mix?.stack === s ? 128 : 36);
    return start;
  });
  const planes = stacks.map(({ floors }, s) =>
    floors.map(({ rows, columns }, i) => {
      const x = width / 2 + (i - (floors.length - 1) / 2) * (width / lanes);
      return plane(rows, columns, { x, y: starts[s] + size / 4 }, size);
    }),
  );
  const boardTop = mix ? starts[mix.stack] + size / 2 + 66 : 0;
  return { direction: 'down', width, height: end, planes, board: { x: width / 2, y: boardTop } };
}
