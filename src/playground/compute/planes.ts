// The planes of a drawing: the part of each channel around one output, what is read there and where it goes.

import { brief } from '../../drawing/colours.js';
import type { Beam, Floor, Scene, Stack, WindowCell } from '../../drawing/scene.js';
import type { Place } from '../settings.js';
import type { Tensor } from './library.js';
import { namesOf, type Result, tintOf } from './result.js';
import { margin, type Read, reader, type Stage, type Tap } from './stages.js';

/** More rows or columns than this are not drawn. */
const mostCells = 17;
const mostFloors = 4;
/** Cells of a result that are drawn around its focus. */
const around = 2;

type Shade = (value: number) => number;

/** Draws the planes behind the output at a place. */
export function sceneOf(result: Result, reads: readonly Read[], place: Place): Scene {
  const { image, job, output, stages } = result;
  const [first, second] = stages;
  const last = second ?? first;
  const shadeOut = shadeOf(result);
  const isMix = job.op === 'pointwiseConv2d' || job.op === 'separableConv2d';
  const source = inputFloors(first, reads[0], image.shape[3], place, (value) => value / 255);
  const stacks: Stack[] = [
    { title: 'picture', floors: isMix && !second ? source.map(withoutWindow) : source.map(withoutFocus) },
  ];
  if (second !== undefined) {
    stacks.push(
      isMix
        ? { title: 'filtered, channel by channel', floors: outputFloors(reads[1], first, place, shadeOut) }
        : { title: 'rows filtered', floors: inputFloors(second, reads[1], first.channels, place, shadeOut) },
    );
  }
  const read = reader(output as Tensor);
  const floors = outputFloors(read, last, place, shadeOut).map((floor, channel) => ({
    ...floor,
    value: brief(read(place.y, place.x, channel)),
  }));
  stacks.push({ title: 'result', floors });
  const mix = isMix
    ? { stack: stacks.length - 2, weights: weightsOf(last, image.shape[3]), chosen: place.channel }
    : undefined;
  return { stacks, beams: beamsOf(isMix ? stages.slice(0, -1) : stages), mix };
}

function withoutWindow({ window: _, ...floor }: Floor): Floor {
  return floor;
}

function withoutFocus({ focus: _, ...floor }: Floor): Floor {
  return floor;
}

function weightsOf(stage: Stage, inputs: number): number[][] {
  return Array.from({ length: inputs }, (_, input) =>
    Array.from({ length: Math.min(stage.channels, mostFloors) }, (_, channel) => stage.weight(0, 0, input, channel)),
  );
}

/** From the windows of each channel to the outputs that read them. */
function beamsOf(stages: readonly Stage[]): Beam[] {
  return stages.flatMap((stage, stack) => {
    const outputs = Array.from({ length: Math.min(stage.channels, mostFloors) }, (_, c) => c);
    return outputs.flatMap((to) => stage.inputs(to).map((from) => ({ stack, from, to })));
  });
}

/** What is read around the window of one output, in every channel. */
function inputFloors(stage: Stage, read: Read, channels: number, { y, x }: Place, shade: Shade): Floor[] {
  const rows = spanOf(stage.rows[y], stage.sources[0]);
  const columns = spanOf(stage.columns[x], stage.sources[1]);
  return Array.from({ length: Math.min(channels, mostFloors) }, (_, input) => {
    const cells = windowCells(stage, y, x, input).map(({ row, column, ...cell }) => ({
      ...cell,
      row: row - rows.start,
      column: column - columns.start,
    }));
    const window = cells.filter((cell) => isWithin(cell.row, rows) && isWithin(cell.column, columns));
    return {
      label: namesOf(channels)[input],
      tint: tintOf(input, channels),
      rows: rows.length,
      columns: columns.length,
      shades: shadesOf(stage, read, rows, columns, input, shade),
      window: stage.kind === 'largest' ? withTaken(stage, read, input, rows, columns, window) : window,
      focus: window[Math.floor((window.length - 1) / 2)],
    };
  });
}

/** The taps of the first output that reads a channel. */
function windowCells(stage: Stage, y: number, x: number, input: number): WindowCell[] {
  const isWeighted = stage.kind === 'sum';
  const outputs = Array.from({ length: stage.channels }, (_, channel) => channel);
  const channel = outputs.find((output) => stage.inputs(output).includes(input)) ?? 0;
  return stage.rows[y].flatMap((row) =>
    stage.columns[x].map((column) => ({
      row: row.position,
      column: column.position,
      weight: isWeighted ? stage.weight(row.tap, column.tap, input, channel) : undefined,
    })),
  );
}

/** Marks the first of the largest, which is what is taken. */
function withTaken(stage: Stage, read: Read, input: number, rows: Span, columns: Span, cells: readonly WindowCell[]) {
  const values = cells.map(({ row, column }) => {
    const [fromRow, fromColumn] = [stage.sources[0](row + rows.start), stage.sources[1](column + columns.start)];
    return fromRow < 0 || fromColumn < 0 ? Number.NEGATIVE_INFINITY : read(fromRow, fromColumn, input);
  });
  const taken = values.indexOf(Math.max(...values));
  return cells.map((cell, i) => ({ ...cell, isTaken: i === taken }));
}

interface Span {
  readonly start: number;
  readonly length: number;
}

function isWithin(position: number, { length }: Span): boolean {
  return position >= 0 && position < length;
}

/** The positions of a window and some around it; of a large window its middle. */
function spanOf(taps: readonly Tap[], source: (position: number) => number): Span {
  const positions = taps.map(({ position }) => position);
  // An output that no tap reaches, as between the pixels of an enlarged picture.
  if (positions.length === 0) positions.push(Math.max(0, source(0)));
  const [least, most] = [Math.min(...positions), Math.max(...positions)];
  const length = most - least + 1 + 2 * margin;
  if (length <= mostCells) return { start: least - margin, length };
  return { start: Math.round((least + most - mostCells + 1) / 2), length: mostCells };
}

function shadesOf({ sources }: Stage, read: Read, rows: Span, columns: Span, channel: number, shade: Shade): number[] {
  return Array.from({ length: rows.length * columns.length }, (_, i) => {
    const row = sources[0](rows.start + Math.floor(i / columns.length));
    const column = sources[1](columns.start + (i % columns.length));
    return row < 0 || column < 0 ? Number.NaN : shade(read(row, column, channel));
  });
}

/** What a stage gives around a place, in every channel. */
function outputFloors(read: Read, { height, width, channels }: Stage, { y, x }: Place, shade: Shade): Floor[] {
  const side = 2 * around + 1;
  return Array.from({ length: Math.min(channels, mostFloors) }, (_, channel) => ({
    label: namesOf(channels)[channel],
    tint: tintOf(channel, channels),
    rows: side,
    columns: side,
    shades: Array.from({ length: side * side }, (_, i) => {
      const [row, column] = [y - around + Math.floor(i / side), x - around + (i % side)];
      const isInside = row >= 0 && row < height && column >= 0 && column < width;
      return isInside ? shade(read(row, column, channel)) : Number.NaN;
    }),
    focus: { row: around, column: around },
  }));
}

/** How results become light, as the page's picture shows them. */
function shadeOf({ range, extremes: [least, largest] }: Result): Shade {
  if (range === 'normalize') return (value) => (value - least) / (largest - least || 1);
  return (value) => (range === 'abs' ? Math.abs(value) : value) / 255;
}
