// Channels as planes: what windows read, what they give, and the matrix that mixes.
import { brief, inkOn, shade, type Tint, type Weight, weightColour } from './colours.js';
import { type Element, element, group } from './element.js';
import { at, corners, outline, type Plane, type Point, planeHeight, transform } from './isometric.js';
import { type Direction, type Layout, layOut, room } from './layout.js';
import { drawMix } from './mix.js';
import { type Drawing, line, pathOf, textAt } from './shapes.js';
import { blockOf, liftOf } from './window.js';

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
  readonly weight?: Weight | undefined;
  /** The one that a maximum takes. */
  readonly isTaken?: boolean | undefined;
}

export interface Stack {
  readonly title: string;
  readonly floors: readonly Floor[];
}

/** From the window of a floor to the focus of one of the next stack, or to the window there where it has none. */
export interface Beam {
  readonly stack: number;
  readonly from: number;
  readonly to: number;
}

/** The mix of the channels of a stack into those of the next. */
export interface Mix {
  readonly stack: number;
  /** weights[input][output] */
  readonly weights: readonly (readonly Weight[])[];
  readonly chosen: number;
}

export interface Scene {
  readonly stacks: readonly Stack[];
  readonly beams: readonly Beam[];
  readonly mix?: Mix | undefined;
}

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
    ...scene.stacks.flatMap(({ floors }, s) =>
      floors.flatMap((floor, i) => drawFocus(floor, layout.planes[s][i], layout)),
    ),
  ]);
  return { width: layout.width, height: layout.height, content };
}

function titles({ stacks }: Scene, { direction, planes }: Layout): Element[] {
  return stacks.map(({ title }, s) => {
    const [first] = planes[s];
    const position =
      direction === 'across'
        ? { x: first.centre.x, y: 16 }
        : { x: 2, y: first.centre.y - planeHeight(first) / 2 - room(s) + 14 };
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
  const largest = Math.max(...window.map(({ weight }) => Math.abs(weight ?? 0)));
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
    ...(weight === null ? { stroke: '#ffffff', 'stroke-width': 0.04 } : {}),
  });
  if (half < 11 || weight === null) return [box];
  const text = brief(weight);
  const place = { x: column + 0.5, y: row + 0.5 + 0.13 };
  const size = Math.min(0.46, 1.5 / text.length);
  return [box, textAt(place, text, { fill: inkOn(weight, largest), 'text-anchor': 'middle', 'font-size': size })];
}

function drawBeam({ stacks }: Scene, { planes }: Layout, { stack, from, to }: Beam): Element[] {
  const source = stacks[stack].floors[from];
  if (source?.window === undefined || source.window.length === 0) return [];
  const onto = planes[stack][from];
  const block = blockOf(source.window);
  const start = corners(onto, block, source.window[0].weight === undefined ? 0 : liftOf(block, onto));
  const target = stacks[stack + 1].floors[to];
  const reached = target.focus ? { ...target.focus, rows: 1, columns: 1 } : blockOf(target.window ?? []);
  const end = corners(planes[stack + 1][to], reached);
  return [element('path', { class: `beam ${source.tint}`, d: pathOf(outline([...start, ...end])) })];
}

function drawFocus({ focus, value }: Floor, onto: Plane, { direction }: Layout): Element[] {
  if (focus === undefined) return [];
  const frame = group({ transform: transform(onto) }, [cellFrame(focus, onto, 2.25)]);
  if (value === undefined) return [frame];
  const centre = at(onto, focus.row + 0.5, focus.column + 0.5);
  const width = value.length * 7.6 + 16;
  const place =
    direction === 'across'
      ? { x: centre.x + 16, y: centre.y - 11 }
      : { x: centre.x - width / 2, y: onto.centre.y + planeHeight(onto) / 2 + 8 };
  return [
    frame,
    element('rect', { class: 'pill', ...place, width, height: 22, rx: 11 }),
    textAt({ x: place.x + width / 2, y: place.y + 15.5 }, value, {
      class: 'ink',
      'text-anchor': 'middle',
      'font-size': 13,
    }),
  ];
}
