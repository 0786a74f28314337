// The figures that the speeds are held to, of one run.
import { geometricMean, ratioOf } from './ratio.js';
import { type Result, rowOf } from './result.js';
import type { LayerResult } from './run.js';
import { percent } from './table.js';
import { type Target, targets } from './targets.js';

/** A header and a line for each target that this run says something about. */
export function summaryLines({ layers }: Result): string[][] {
  const header = ['', 'contender', 'against', 'measured', 'wanted', 'layers'];
  const lines = targets.flatMap((target) => {
    const figures = layers.filter(({ layer }) => target.layers(layer)).flatMap((result) => figureOf(target, result));
    return figures.length === 0 ? [] : [lineOf(target, figures)];
  });
  return [header, ...lines];
}

function figureOf({ contender, peer }: Target, result: LayerResult): number[] {
  const row = rowOf(result, contender);
  if (row === undefined) return [];
  if (peer === undefined) return row.roofline === null ? [] : [row.roofline / row.median];
  const other = rowOf(result, peer);
  return other === undefined ? [] : [ratioOf(other, row).median];
}

function lineOf({ what, contender, peer, atLeast, worst }: Target, figures: readonly number[]): string[] {
  const measured = worst ? Math.min(...figures) : geometricMean(figures);
  const text = (value: number) => (peer === undefined ? percent(value) : `${value.toFixed(2)}×`);
  return [what, contender, peer ?? 'the roofline', text(measured), `≥ ${text(atLeast)}`, `${figures.length}`];
}
