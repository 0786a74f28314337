// Explained layers as a drawing: the padded input of each with its first windows, and what the stack sees of the picture.
import type { ExplainedLayer } from './layers.js';
import { type Drawing, line, pageOf, textAt, textWidth } from './svg.js';

const cell = 14;
const fieldSize = 280;

/** An SVG of its own, light or dark as the page is. */
export function drawLayers(layers: readonly ExplainedLayer[]): string {
  const drawings = [...layers.map((layer, index) => drawWindows(layer, index, layers.length)), drawFields(layers)];
  return pageOf(`padding and receptive field: ${layers.map(({ mode }) => mode).join(', ')}`, drawings);
}

/** Which positions along a padded axis are drawn: all of them, or those at both ends with a gap between. */
interface Positions {
  readonly shown: readonly number[];
  /** How many stand before the gap. */
  readonly leading: number;
}

function positionsOf(size: number, windows: number, after: number): Positions {
  const leading = Math.min(20, Math.max(8, windows));
  const trailing = Math.min(20, after + 5);
  if (size <= leading + trailing + 1) return { shown: Array.from({ length: size }, (_, i) => i), leading: size };
  const positionOf = (i: number) => (i < leading ? i : size - trailing + i - leading);
  return { shown: Array.from({ length: leading + trailing }, (_, i) => positionOf(i)), leading };
}

/** Where the i-th of them begins. */
function offset(i: number, { leading }: Positions): number {
  return i * cell + (i >= leading ? cell : 0);
}

function drawWindows(layer: ExplainedLayer, index: number, count: number): Drawing {
  const { mode, kernelSize, strides, inputShape, cost, sides } = layer;
  const isTransposed = mode === 'transposed';
  const title = [
    `${count === 1 ? mode : `${index + 1} ${mode}`} ${kernelSize.join('×')}, strides ${strides.join('×')}:`,
    `${inputShape.slice(1).join('×')} → ${cost.outputShape.slice(1).join('×')}`,
  ].join(' ');
  const legend = isTransposed
    ? 'squares: what the first input pixel reaches; outline: what the next one does'
    : 'squares: what the first output pixel sees; outline: what the next one does';
  const padding = `top ${sides.top}, bottom ${sides.bottom}, left ${sides.left}, right ${sides.right}`;
  const sentence = `${isTransposed ? 'taken off' : 'padding'}: ${padding}`;
  const top = 2 * line;
  const grid = drawGrid(layer, isTransposed);
  const bottom = top + grid.height + line;
  return {
    width: Math.max(grid.width, ...[title, legend, sentence].map(textWidth)),
    height: bottom + 4,
    content: [
      textAt(0, 12, title, 'ink'),
      textAt(0, 28, legend, 'faint'),
      `<g transform="translate(0 ${top})">${grid.content}</g>`,
      textAt(0, bottom, sentence, 'ink'),
    ].join(''),
  };
}

/** The padded input, cell by cell; of a transposed convolution the result, with what is taken off it. */
function drawGrid(layer: ExplainedLayer, isTransposed: boolean): Drawing {
  const { kernelSize, strides, dilations, sides, inputShape, cost } = layer;
  const [inside, windows] = isTransposed ? [cost.outputShape, inputShape] : [inputShape, cost.outputShape];
  const [high, wide] = kernelSize.map((taps, axis) => (taps - 1) * dilations[axis] + 1);
  const rows = positionsOf(sides.top + inside[1] + sides.bottom, high + strides[0], sides.bottom);
  const columns = positionsOf(sides.left + inside[2] + sides.right, wide + strides[1], sides.right);
  const isTap = (y: number, x: number) => y < high && x < wide && y % dilations[0] === 0 && x % dilations[1] === 0;
  const isPicture = (y: number, x: number) =>
    y >= sides.top && y < sides.top + inside[1] && x >= sides.left && x < sides.left + inside[2];
  const paths = { picture: '', padding: '', tap: '' };
  for (const [i, y] of rows.shown.entries()) {
    for (const [j, x] of columns.shown.entries()) {
      const [down, across] = [offset(i, rows), offset(j, columns)];
      paths[isPicture(y, x) ? 'picture' : 'padding'] += `M${across} ${down}h${cell - 1}v${cell - 1}h${1 - cell}z`;
      if (isTap(y, x)) paths.tap += `M${across + 3} ${down + 3}h7v7h-7z`;
    }
  }
  const content = Object.entries(paths).map(([name, path]) => `<path class="${name}" d="${path}"/>`);
  const nextWidth = Math.min(wide, columns.leading - strides[1]);
  if (windows[2] > 1 && nextWidth > 0) {
    const size = `width="${nextWidth * cell + 1}" height="${Math.min(high, rows.leading) * cell + 1}"`;
    content.push(`<rect class="next" x="${strides[1] * cell - 1}" y="-1" ${size}/>`);
  }
  const [width, height] = [columns, rows].map((axis) => offset(axis.shown.length - 1, axis) + cell);
  return { width, height, content: content.join('') };
}

/** The picture to scale, and in it what the middle pixel of each layer's output sees. */
function drawFields(layers: readonly ExplainedLayer[]): Drawing {
  const [, height, width] = layers[0].inputShape;
  const boxes = layers.flatMap(({ receptiveField, cost }, index) => {
    if (receptiveField === undefined) return [];
    const [y, x] = [0, 1].map((axis) => {
      const middle = Math.floor(cost.outputShape[axis + 1] / 2);
      return receptiveField.start[axis] + middle * receptiveField.jump[axis] - (receptiveField.size[axis] - 1) / 2;
    });
    const [h, w] = receptiveField.size;
    return [{ x, y, w, h, label: `after layer ${index + 1}: ${h}×${w}` }];
  });
  const [left, top] = [Math.min(0, ...boxes.map(({ x }) => x)), Math.min(0, ...boxes.map(({ y }) => y))];
  const right = Math.max(width, ...boxes.map(({ x, w }) => x + w));
  const bottom = Math.max(height, ...boxes.map(({ y, h }) => y + h));
  const scale = fieldSize / Math.max(right - left, bottom - top);
  const place = (value: number) => Math.round(value * scale * 100) / 100;
  const box = (name: string, x: number, y: number, w: number, h: number) =>
    `<rect class="${name}" x="${place(x - left)}" y="${place(y - top) + line + 6}" width="${place(w)}" height="${place(h)}"/>`;
  const labels =
    boxes.length === 0 ? ['varies from pixel to pixel of a transposed convolution'] : boxes.map(({ label }) => label);
  const title = 'receptive field of the middle pixel in the input, to scale';
  const labelled = labels.map((label, i) => textAt(place(right - left) + line, line + 18 + i * line, label, 'ink'));
  return {
    width: Math.max(textWidth(title), place(right - left) + line + Math.max(...labels.map(textWidth))),
    height: line + 8 + Math.max(place(bottom - top), labels.length * line),
    content: [
      textAt(0, 12, title, 'faint'),
      box('picture', 0, 0, width, height),
      ...boxes.map(({ x, y, w, h }) => box('field', x, y, w, h)),
      ...labelled,
    ].join(''),
  };
}
