// Channels as planes: what windows read, what they give, and the matrix that mixes.
import { brief, inkOn, shade, type Tint, weightColour } from './colours.js';
import { type Element, element, group, shown } from './element.js';
import {
  at,
  type Block,
  corners,
  outline,
  type Plane,
  type Point,
  plane,
  planeHeight,
  transform,
} from './isometric.js';

/** One channel, or the part of it around what is shown. */
export interface Floor {
  readonly label: string;
  readonly tint: Tint;
  readonly rows: number;
  readonly columns: number;
  /** From 0, black, to 1, white; NaN beyond the picture. */
  readonly shades: readonly number[];
  /** Cells that are read, with their weights where there are any. */
  readonly window?: readonly WindowCell[] | undefined;
  /** The cell that is given, or mixed. */
  readonly focus?: Cell | undefined;
  /** Written beside the focus. */
  readonly value?: string | undefined;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface WindowCell extends Cell {
  readonly weight?: number | undefined;
  /** The one that a maximum takes. */
  readonly isTaken?: boolean | undefined;
}

export interface Stack {
  readonly title: string;
  readonly floors: readonly Floor[];
}

/** From the window of a floor to the focus of one of the next stack. */
export interface Beam {
  readonly stack: number;
  readonly from: number;
  readonly to: number;
}

/** The mix of the channels of a stack into those of the next. */
export interface Mix {
  readonly stack: number;
  /** weights[input][output] */
  readonly weights: readonly (readonly number[])[];
  readonly chosen: number;
}

export interface Scene {
  readonly stacks: readonly Stack[];
  readonly beams: readonly Beam[];
  readonly mix?: Mix | undefined;
}

export type Direction = 'across' | 'down';

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: Element;
}

interface Layout {
  readonly direction: Direction;
  readonly width: number;
  readonly height: number;
  readonly planes: readonly (readonly Plane[])[];
  readonly board: Point;
}

const board = { cell: 38, row: 26 };
const titleHeight = 26;
/** Of a plane, so that it is seen to be one. */
const thickness = 5;

/** Draws a scene from left to right, or for narrow pages from top to bottom. */
export function drawScene(scene: Scene, direction: Direction): Drawing {
  const layout = layOut(scene, direction);
  const content = group({ class: 'scene' }, [
    ...titles(scene, layout),
    ...scene.stacks.flatMap(({ floors }, s) => floors.map((floor, i) => drawFloor(floor, layout.planes[s][i], layout))),
    ...scene.beams.flatMap((beam) => drawBeam(scene, layout, beam)),
    ...scene.stacks.flatMap(({ floors }, s) => floors.flatMap((floor, i) => drawWindow(floor, layout.planes[s][i]))),
    ...(scene.mix ? drawMix(scene, layout, scene.mix) : []),
    ...scene.stacks.flatMap(({ floors }, s) => floors.flatMap((floor, i) => drawFocus(floor, layout.planes[s][i]))),
  ]);
  return { width: layout.width, height: layout.height, content };
}

function layOut(scene: Scene, direction: Direction): Layout {
  return direction === 'across' ? layOutAcross(scene) : layOutDown(scene);
}

/** A lane for each channel, a column for each stack, and room for the names of channels before it. */
function layOutAcross({ stacks, mix }: Scene): Layout {
  const lanes = Math.max(...stacks.map(({ floors }) => floors.length));
  const laneHeight = 150;
  const names = 52;
  const sizes = stacks.map((_, s) => (s === 0 ? 250 : 184));
  const gap = stacks.length === 2 ? 110 : 44;
  const boardWidth = mix ? board.cell * mix.weights[0].length : 0;
  let end = 0;
  const starts = stacks.map((_, s) => {
    const start = end + names;
    end = start + sizes[s] + (mix?.stack === s ? boardWidth + 92 : gap);
    return start;
  });
  const last = stacks.length - 1;
  const middle = titleHeight + 56 + (lanes * laneHeight) / 2;
  const planes = stacks.map(({ floors }, s) =>
    floors.map(({ rows, columns }, i) => {
      const y = middle + (i - (floors.length - 1) / 2) * laneHeight;
      return plane(rows, columns, { x: starts[s] + sizes[s] / 2, y }, sizes[s]);
    }),
  );
  return {
    direction: 'across',
    width: starts[last] + sizes[last] + 40,
    height: titleHeight + 62 + lanes * laneHeight,
    planes,
    board: { x: mix ? starts[mix.stack] + sizes[mix.stack] + 50 : 0, y: middle },
  };
}

/** A column for each channel, a row for each stack. */
function layOutDown({ stacks, mix }: Scene): Layout {
  const lanes = Math.max(...stacks.map(({ floors }) => floors.length));
  const width = 348;
  const size = Math.min(150, width / lanes - 6);
  const above = 48;
  let end = titleHeight;
  const starts = stacks.map((_, s) => {
    const start = end + above;
    end = start + size / 2 + (mix?.stack === s ? 130 : 40);
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

function titles({ stacks }: Scene, { direction, planes }: Layout): Element[] {
  return stacks.map(({ title }, s) => {
    const [first] = planes[s];
    const position =
      direction === 'across' ? { x: first.centre.x, y: 16 } : { x: 2, y: first.centre.y - planeHeight(first) / 2 - 44 };
    const anchor = direction === 'across' ? 'middle' : 'start';
    return textAt(position, title, { class: 'faint', 'text-anchor': anchor, 'font-size': 13 });
  });
}

function drawFloor(floor: Floor, onto: Plane, { direction }: Layout): Element {
  const { rows, columns, shades, tint, label } = floor;
  const cells = shades.map((value, i) =>
    element('rect', {
      x: i % columns,
      y: Math.floor(i / columns),
      width: 1.02,
      height: 1.02,
      ...(Number.isNaN(value) ? { class: 'beyond' } : { fill: shade(tint, value) }),
    }),
  );
  const rim = element('rect', { class: 'rim', width: columns, height: rows, 'stroke-width': 1.2 / onto.half });
  const [, right, bottom, left] = corners(onto, { row: 0, column: 0, rows, columns });
  const sunk = ({ x, y }: Point) => ({ x, y: y + thickness });
  const side = pathOf([left, bottom, right, sunk(right), sunk(bottom), sunk(left)]);
  const place = direction === 'across' ? { x: left.x - 7, y: left.y + 4 } : { x: left.x, y: left.y - 12 };
  const anchor = direction === 'across' ? 'end' : 'start';
  return group({}, [
    element('path', { d: side, fill: shade(tint, 0.12) }),
    group({ transform: transform(onto) }, [...cells, rim]),
    textAt(place, label, { class: 'faint', 'text-anchor': anchor, 'font-size': 12 }),
  ]);
}

/** How far above its floor a filter hovers: clear of the cells that it reads. */
function liftOf(block: Block, onto: Plane): number {
  return Math.min(72, (block.rows + block.columns) * onto.half * 0.5 + 12);
}

function drawWindow({ window }: Floor, onto: Plane): Element[] {
  if (window === undefined || window.length === 0) return [];
  const block = blockOf(window);
  const below = corners(onto, block);
  const frame = group({ transform: transform(onto) }, [
    ...window.map((cell) => cellFrame(cell, onto, cell.isTaken ? 3 : 1)),
  ]);
  if (window[0].weight === undefined) return [frame];
  const lift = liftOf(block, onto);
  const above = corners(onto, block, lift);
  const largest = Math.max(...window.map(({ weight = 0 }) => Math.abs(weight)));
  const plate = window.flatMap((cell) => plateCell(cell, largest, onto.half));
  return [
    frame,
    ...below.map((corner, i) => line(corner, above[i], 'window', 0.75)),
    group({ transform: transform(onto, lift) }, plate),
    element('path', { class: 'window', d: pathOf(above), 'stroke-width': 1.25 }),
  ];
}

function cellFrame({ row, column }: Cell, { half }: Plane, width: number): Element {
  return element('rect', { class: 'window', x: column, y: row, width: 1, height: 1, 'stroke-width': width / half });
}

function plateCell({ row, column, weight = 0 }: WindowCell, largest: number, half: number): Element[] {
  const box = element('rect', {
    x: column,
    y: row,
    width: 1.01,
    height: 1.01,
    fill: weightColour(weight, largest),
    'fill-opacity': 0.93,
  });
  if (half < 11) return [box];
  const text = brief(weight);
  const place = { x: column + 0.5, y: row + 0.5 + 0.13 };
  const size = Math.min(0.46, 1.5 / text.length);
  return [box, textAt(place, text, { fill: inkOn(weight, largest), 'text-anchor': 'middle', 'font-size': size })];
}

function drawBeam({ stacks }: Scene, { planes }: Layout, { stack, from, to }: Beam): Element[] {
  const source = stacks[stack].floors[from];
  const target = stacks[stack + 1].floors[to];
  if (source?.window === undefined || source.window.length === 0) return [];
  const onto = planes[stack][from];
  const block = blockOf(source.window);
  const start = corners(onto, block, source.window[0].weight === undefined ? 0 : liftOf(block, onto));
  const end = corners(planes[stack + 1][to], { ...target.focus!, rows: 1, columns: 1 });
  return [element('path', { class: `beam ${source.tint}`, d: pathOf(outline([...start, ...end])) })];
}

function drawFocus({ focus, value }: Floor, onto: Plane): Element[] {
  if (focus === undefined) return [];
  const frame = group({ transform: transform(onto) }, [cellFrame(focus, onto, 2.25)]);
  if (value === undefined) return [frame];
  const centre = at(onto, focus.row + 0.5, focus.column + 0.5);
  const width = value.length * 7.6 + 16;
  const place = { x: centre.x + 16, y: centre.y - 11 };
  return [
    frame,
    element('rect', { class: 'pill', ...place, width, height: 22, rx: 11 }),
    textAt({ x: place.x + width / 2, y: centre.y + 4.5 }, value, {
      class: 'ink',
      'text-anchor': 'middle',
      'font-size': 13,
    }),
  ];
}

/** The rod through one pixel of every channel, and the matrix that it is multiplied by. */
function drawMix({ stacks }: Scene, layout: Layout, { stack, weights, chosen }: Mix): Element[] {
  const centres = (s: number) =>
    stacks[s].floors.map(({ focus }, i) => at(layout.planes[s][i], focus!.row + 0.5, focus!.column + 0.5));
  const [sources, targets] = [centres(stack), centres(stack + 1)];
  const [rows, columns] = [weights.length, weights[0].length];
  const [width, height] = [columns * board.cell, rows * board.row];
  const corner =
    layout.direction === 'across'
      ? { x: layout.board.x, y: layout.board.y - height / 2 }
      : { x: layout.board.x - width / 2, y: layout.board.y - height / 2 };
  const isAcross = layout.direction === 'across';
  const entry = (i: number): Point =>
    isAcross ? { x: corner.x - 4, y: corner.y + (i + 0.5) * board.row } : { x: corner.x + width / 2, y: corner.y - 4 };
  const exit = (j: number): Point =>
    isAcross
      ? { x: corner.x + width + 4, y: corner.y + height / 2 + (j - (columns - 1) / 2) * 6 }
      : { x: corner.x + (j + 0.5) * board.cell, y: corner.y + height + 4 };
  const wire = (a: Point, b: Point, name: string, strength: number) =>
    element('path', { class: name, d: curve(a, b, isAcross), 'stroke-width': strength });
  const rod = sources.length > 1 ? [line(sources[0], sources[sources.length - 1], 'rod', 3)] : [];
  return [
    ...rod,
    ...sources.map(({ x, y }) => element('circle', { class: 'ink', cx: x, cy: y, r: 4 })),
    ...sources.map((source, i) => wire(source, entry(i), 'wire', 1.5)),
    ...targets.map((target, j) => wire(exit(j), target, j === chosen ? 'wire chosen' : 'wire', j === chosen ? 2.5 : 1)),
    ...matrixCells(weights, chosen, corner),
  ];
}

function matrixCells(weights: Mix['weights'], chosen: number, { x, y }: Point): Element[] {
  const largest = Math.max(...weights.flat().map(Math.abs));
  const cells = weights.flatMap((row, i) =>
    row.flatMap((weight, j) => {
      const place = { x: x + j * board.cell, y: y + i * board.row };
      const text = brief(weight);
      return [
        element('rect', {
          ...place,
          width: board.cell,
          height: board.row,
          fill: weightColour(weight, largest),
          stroke: '#ffffff',
          'stroke-opacity': 0.5,
        }),
        textAt({ x: place.x + board.cell / 2, y: place.y + board.row / 2 + 4 }, text, {
          fill: inkOn(weight, largest),
          'text-anchor': 'middle',
          'font-size': text.length > 5 ? 10 : 12,
        }),
      ];
    }),
  );
  const height = weights.length * board.row;
  const frame = { class: 'window', x: x + chosen * board.cell, y, width: board.cell, height, 'stroke-width': 2 };
  return [...cells, element('rect', frame)];
}

/** The least block around the cells of a window. */
function blockOf(window: readonly Cell[]): Block {
  const rows = window.map(({ row }) => row);
  const columns = window.map(({ column }) => column);
  const [row, column] = [Math.min(...rows), Math.min(...columns)];
  return { row, column, rows: Math.max(...rows) - row + 1, columns: Math.max(...columns) - column + 1 };
}

function curve(a: Point, b: Point, isAcross: boolean): string {
  const [middleX, middleY] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const bends = isAcross ? [middleX, a.y, middleX, b.y] : [a.x, middleY, b.x, middleY];
  return `M${shown(a.x)} ${shown(a.y)}C${bends.map(shown).join(' ')} ${shown(b.x)} ${shown(b.y)}`;
}

function pathOf(points: readonly Point[]): string {
  return `M${points.map(({ x, y }) => `${shown(x)} ${shown(y)}`).join('L')}Z`;
}

function line(a: Point, b: Point, name: string, width: number): Element {
  return element('line', { class: name, x1: a.x, y1: a.y, x2: b.x, y2: b.y, 'stroke-width': width });
}

export function textAt({ x, y }: Point, text: string, attributes: Element['attributes']): Element {
  return element('text', { x, y, ...attributes }, text);
}
