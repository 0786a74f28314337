// The mix of channels: a rod through one pixel of each, and the matrix that it is multiplied by.
import { brief, inkOn, weightColour } from './colours.js';
import { type Element, element, shown } from './element.js';
import { at, type Point } from './isometric.js';
import { board, type Layout } from './layout.js';
import type { Mix, Scene } from './scene.js';
import { line, textAt } from './shapes.js';

/** The rod through one pixel of every channel, and the matrix that it is multiplied by. */
export function drawMix({ stacks }: Scene, layout: Layout, { stack, weights, chosen }: Mix): Element[] {
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
  const largest = Math.max(...weights.flat().map((weight) => Math.abs(weight ?? 0)));
  const cells = weights.flatMap((row, i) =>
    row.flatMap((weight, j) => {
      const place = { x: x + j * board.cell, y: y + i * board.row };
      const text = weight === null ? '' : brief(weight);
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

function curve(a: Point, b: Point, isAcross: boolean): string {
  const [middleX, middleY] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const bends = isAcross ? [middleX, a.y, middleX, b.y] : [a.x, middleY, b.x, middleY];
  return `M${shown(a.x)} ${shown(a.y)}C${bends.map(shown).join(' ')} ${shown(b.x)} ${shown(b.y)}`;
}
