// An explained pixel as tables for people: one for each sum, a line for each term.
import { settingsText } from '../../image/named-job.js';
import { columns } from '../table.js';
import { channelName, exactText } from './numbers.js';
import type { ExplainedPixel } from './pixel.js';
import type { Position, Term, TracedStage, TracedSum } from './trace.js';

/** More than these are left out of the middle; JSON has all. */
const mostTerms = 40;
const mostSums = 12;

/** One table for each sum of each stage. */
export function pixelTables(pixel: ExplainedPixel): string {
  const { at, outputShape, inputShape, mode, settings, stages, notes, backend, results } = pixel;
  const sizes = `${inputShape.slice(1).join('×')} → ${outputShape.slice(1).join('×')}`;
  const blocks = [
    `${settingsText(mode, settings)}: ${sizes}\n`,
    ...notes.map((note) => `${note}\n`),
    `pixel ${at.join(',')} of the result (row,column), each product and each sum rounded to float32${beyondText(pixel)}\n`,
    ...stages.flatMap((stage, index) => stageTables(pixel, stage, index)),
    `${backend} computes ${results.map(exactText).join(', ')}: the same bits\n`,
  ];
  return blocks.join('\n');
}

/** Says what stands beyond the edges, where the window reaches over them. */
function beyondText({ stages, inputShape: [, height, width], settings: { border } }: ExplainedPixel): string {
  const isOutside = ({ pixel: [y, x] }: Term) => y < 0 || x < 0 || y >= height || x >= width;
  const isBeyond = stages[0].sums.some(({ terms }) => terms.some(isOutside));
  return isBeyond ? `;\nbeyond the edges, as at -1,0, border ${border} continues the picture` : '';
}

function stageTables(pixel: ExplainedPixel, stage: TracedStage, index: number): string[] {
  const tables = stage.sums.slice(0, mostSums).map((sum) => sumTable(pixel, stage, index, sum));
  const more = stage.sums.length - mostSums;
  return more > 0 ? [...tables, `… ${more} more sums of this stage: --json has all\n`] : tables;
}

function sumTable(pixel: ExplainedPixel, stage: TracedStage, index: number, sum: TracedSum): string {
  const { stages, range, white, samples } = pixel;
  const isLast = index === stages.length - 1;
  const channels = isLast ? pixel.outputShape[3] : new Set(stage.sums.map(({ channel }) => channel)).size;
  const row = sum.row === undefined ? '' : `, row ${sum.row}`;
  const title = `${stages.length > 1 ? `${index + 1} ` : ''}${titles[stage.name]}, ${channelName(sum.channel, channels)}${row}`;
  const shown = header(stage, sum);
  const width = shown.length;
  const line = (name: string, value: string) => [name, ...Array<string>(width - 2).fill(''), value];
  const rows = [shown];
  if (stage.name !== 'largest') rows.push(line(stage.name === 'mean' ? 'start' : 'bias', exactText(sum.bias)));
  rows.push(...elided(sum.terms).map((term) => (typeof term === 'string' ? line(term, '') : termRow(stage, term))));
  if (sum.skipped > 0) rows.push(line(skippedText(stage, sum), ''));
  if (sum.divisor !== undefined) rows.push(line(`divided by ${sum.divisor}`, exactText(sum.result)));
  else if (stage.name !== 'largest') rows.push(line(`activation ${sum.activation}`, exactText(sum.result)));
  if (isLast) rows.push(line(`sample 0–${white}, range ${range}`, String(samples[sum.channel])));
  return `${title}\n${columns(rows, 1)}`;
}

function skippedText({ name }: TracedStage, { skipped }: TracedSum): string {
  return name === 'transposed' ? `${skipped} do not reach it` : `${skipped} in the padding`;
}

const titles: Record<TracedStage['name'], string> = {
  depthwise: 'depthwise',
  pointwise: 'pointwise',
  standard: 'standard',
  transposed: 'transposed',
  rows: 'row filter',
  columns: 'column filter',
  largest: 'maxpool',
  mean: 'avgpool',
};

/** The columns that the terms of a sum fill. */
function header(stage: TracedStage, { terms }: TracedSum): string[] {
  const isOfChannels = hasChannels(stage);
  const first = [isOfChannels ? 'channel' : 'tap', ...(isOfChannels && terms[0]?.tap ? ['tap'] : []), 'pixel'];
  if (stage.name === 'largest') return [...first, 'value', 'largest'];
  if (stage.name === 'mean') return [...first, 'value', 'sum'];
  return [...first, 'value', 'weight', 'product', 'sum'];
}

function termRow(stage: TracedStage, { tap, pixel, channel, value, weight, product, sum }: Term): string[] {
  const where = [...(hasChannels(stage) ? [String(channel)] : []), ...(tap ? [pairText(tap)] : []), pairText(pixel)];
  const numbers = weight === undefined || product === undefined ? [value, sum] : [value, weight, product, sum];
  return [...where, ...numbers.map(exactText)];
}

/** Whether a sum goes over channels. */
function hasChannels({ name }: TracedStage): boolean {
  return name === 'pointwise' || name === 'standard' || name === 'transposed';
}

function elided(terms: readonly Term[]): readonly (Term | string)[] {
  if (terms.length <= mostTerms) return terms;
  const ends = mostTerms / 2;
  return [...terms.slice(0, ends), `… ${terms.length - mostTerms} more`, ...terms.slice(-ends)];
}

function pairText(position: Position): string {
  return position.join(',');
}
