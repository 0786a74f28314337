// An explained pixel as a drawing: values × weights = products as grids of cells, and what their sum becomes.
import { channelName, exactText, shortText } from './numbers.js';
import type { ExplainedPixel } from './pixel.js';
import { type Drawing, line, pageOf, textAt, textWidth } from './svg.js';
import type { Term, TracedStage, TracedSum } from './trace.js';

const cellWidth = 50;
const cellHeight = 22;
const gap = 34;

/** Larger grids show the ends of their rows and columns, longer lists of sums their beginning. */
const mostCells = 9;
const mostSums = 12;

/** An SVG of its own, light or dark as the page is. */
export function drawPixel(pixel: ExplainedPixel): string {
  const { mode, at, stages } = pixel;
  const title = `${mode}: pixel ${at.join(',')} of the result`;
  const sums = stages.flatMap((stage, index) => {
    const drawings = stage.sums
      .slice(0, mostSums)
      .map((sum) => drawSum(pixel, stage, index === stages.length - 1, sum));
    const more = stage.sums.length - mostSums;
    return more > 0 ? [...drawings, caption(`… ${more} more sums of this stage`)] : drawings;
  });
  return pageOf(title, [caption(title), ...sums]);
}

function caption(text: string): Drawing {
  return { width: textWidth(text), height: line, content: textAt(0, 12, text, 'ink') };
}

function drawSum(pixel: ExplainedPixel, stage: TracedStage, isLast: boolean, sum: TracedSum): Drawing {
  const row = sum.row === undefined ? '' : `, row ${sum.row}`;
  const title = `${stage.name}, ${channelName(sum.channel, isLast ? pixel.outputShape[3] : pixel.inputShape[3])}${row}`;
  const outcome = outcomeOf(pixel, stage, isLast, sum);
  const parts = partsOf(sum.terms);
  let top = line + 6;
  let width = Math.max(textWidth(title), textWidth(outcome));
  let content = textAt(0, 12, title, 'ink');
  for (const { label, terms } of parts) {
    const grids = drawGrids(terms, pixel.white, label);
    content += `<g transform="translate(0 ${top})">${grids.content}</g>`;
    top += grids.height + 8;
    width = Math.max(width, grids.width);
  }
  return { width, height: top + line, content: content + textAt(0, top + 12, outcome, 'ink') };
}

function outcomeOf({ range, samples }: ExplainedPixel, stage: TracedStage, isLast: boolean, sum: TracedSum): string {
  const last = sum.terms.at(-1)?.sum ?? sum.bias;
  const steps = {
    largest: `largest ${exactText(last)}`,
    mean: `sum ${exactText(last)} / ${sum.divisor} = ${exactText(sum.result)}`,
  };
  const added = `bias ${exactText(sum.bias)} + products = ${exactText(last)}, activation ${sum.activation} = ${exactText(sum.result)}`;
  const outcome = stage.name === 'largest' || stage.name === 'mean' ? steps[stage.name] : added;
  return isLast ? `${outcome}, range ${range} → sample ${samples[sum.channel]}` : outcome;
}

/** The terms of a window by their channels; those of one pixel, all in one column. */
function partsOf(terms: readonly Term[]): readonly { label: string; terms: readonly Term[] }[] {
  if (terms[0]?.tap === undefined) return [{ label: '', terms }];
  const channels = [...new Set(terms.map(({ channel }) => channel))];
  return channels.slice(0, mostCells).map((channel) => ({
    label: channels.length > 1 ? `channel ${channel}` : '',
    terms: terms.filter((term) => term.channel === channel),
  }));
}

/** Values × weights = products, or the values alone. */
function drawGrids(terms: readonly Term[], white: number, label: string): Drawing {
  const rowOf = ({ tap, channel }: Term) => (tap === undefined ? channel : tap[0]);
  const columnOf = ({ tap }: Term) => tap?.[1] ?? 0;
  const rows = ends([...new Set(terms.map(rowOf))]);
  const columns = ends([...new Set(terms.map(columnOf))]);
  const width = columns.length * cellWidth;
  const height = rows.length * cellHeight;
  const largest = Math.max(...terms.map(({ product = 0 }) => Math.abs(product)));
  const grid = (left: number, look: (term: Term) => Look) =>
    terms
      .filter((term) => rows.includes(rowOf(term)) && columns.includes(columnOf(term)))
      .map((term) => {
        const [x, y] = [left + columns.indexOf(columnOf(term)) * cellWidth, rows.indexOf(rowOf(term)) * cellHeight];
        return drawCell(x, y, look(term));
      })
      .join('');
  const values = grid(0, ({ value }) => shade(value, white));
  const isWeighted = terms.some(({ weight }) => weight !== undefined);
  const second = width + gap;
  const third = 2 * second;
  const weighted = isWeighted
    ? [
        textAt(width + gap / 2 - 4, height / 2 + 4, '×', 'ink'),
        grid(second, ({ weight = 0 }) => ({ shape: 'class="cell plain"', value: weight })),
        textAt(second + width + gap / 2 - 4, height / 2 + 4, '=', 'ink'),
        grid(third, ({ product = 0 }) => signed(product, largest)),
      ].join('')
    : '';
  const right = isWeighted ? third + width : width;
  const elided = rows.length * columns.length < terms.length ? ' (the ends of a larger window)' : '';
  const words = `${label}${elided}`;
  return {
    width: right + (words === '' ? 0 : 16 + textWidth(words)),
    height,
    content: `${values}${weighted}${words === '' ? '' : textAt(right + 16, height / 2 + 4, words, 'faint')}`,
  };
}

/** Positions in rising order; of many, the first and the last. */
function ends(positions: readonly number[]): readonly number[] {
  const sorted = positions.toSorted((a, b) => a - b);
  const half = Math.ceil(mostCells / 2);
  return sorted.length <= mostCells ? sorted : [...sorted.slice(0, half), ...sorted.slice(half - mostCells)];
}

/** How a cell is filled and written; `ink` where the page's own would not show on it. */
interface Look {
  readonly shape: string;
  readonly value: number;
  readonly ink?: string;
}

function drawCell(x: number, y: number, { shape, value, ink }: Look): string {
  const colour = ink === undefined ? '' : ` style="fill:${ink}"`;
  const rect = `<rect x="${x}" y="${y}" width="${cellWidth}" height="${cellHeight}" ${shape}/>`;
  const text = `<text class="ink small"${colour} x="${x + cellWidth / 2}" y="${y + 15}">${shortText(value)}</text>`;
  return `${rect}${text}`;
}

/** A value as the grey that it is in the picture. */
function shade(value: number, white: number): Look {
  const inside = Number.isNaN(value) ? 0 : Math.min(white, Math.max(0, value));
  const grey = Math.round((255 * inside) / white);
  return { shape: `class="cell" fill="rgb(${grey},${grey},${grey})"`, value, ink: grey > 140 ? '#1f2328' : '#ffffff' };
}

/** A product by its sign, the stronger the larger. */
function signed(value: number, largest: number): Look {
  const strength = largest > 0 && largest < Infinity ? Math.abs(value) / largest : 0;
  const opacity = (strength * 0.6).toFixed(2);
  return { shape: `class="cell ${value < 0 ? 'below' : 'above'}" fill-opacity="${opacity}"`, value };
}
