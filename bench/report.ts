// What is printed while a run goes on: a table a layer.
import { median } from '../src/measure/sampler.js';
import type { Limits } from './machine.js';
import type { LayerResult, Row } from './result.js';
import { digits, duration, intervalText, percent, textTable } from './table.js';

/** A layer's heading, its contenders by class with ratios to the best of each, and what went wrong. */
export function layerReport({ layer, multiplyAdds, bytes, limits, rows, failures, loads }: LayerResult): string {
  const megas = [`${digits((2 * multiplyAdds) / 1e6)} MFLOP`, `${digits(bytes / 1e6)} MB`, `load ${middle(loads)}`];
  const heading = [layer.name, ...megas, ...limitTexts(limits, middle)].join(' · ');
  const header = ['', 'median', 'spread', '× best', '95 %', 'GFLOP/s', 'roofline'];
  const lines = classesOf(rows).flatMap((members) => members.map((row) => lineOf(row, multiplyAdds)));
  const faults = Object.entries(failures).map(([name, fault]) => `  failed: ${name}: ${fault}\n`);
  return `\n${heading}\n${textTable([header, ...lines])}${faults.join('')}`;
}

type Show = (values: readonly number[]) => string;
const middle: Show = (values) => digits(median(values));

/** Each limit of one core, in 10⁹ operations or bytes a second, shown from its values in several launches. */
export function limitTexts(limits: readonly Limits[], show: Show): string[] {
  if (limits.length === 0) return [];
  const reads = limits[0].bandwidths.map((_, level) =>
    giga(
      limits.map(({ bandwidths }) => bandwidths[level]),
      show,
    ),
  );
  return [...peakTexts(limits, 'peaks', show), `read ${reads.join(' ')} GB/s`];
}

/** The peaks of one core, or of all together. */
export function peakTexts(limits: readonly Limits[], which: 'peaks' | 'together', show: Show): string[] {
  const names = Object.keys(limits[0]?.[which] ?? {});
  return names.map(
    (name) =>
      `${name} ${giga(
        limits.map((each) => each[which][name]),
        show,
      )}`,
  );
}

function giga(rates: readonly number[], show: Show): string {
  return show(rates.map((rate) => rate / 1e9));
}

/** The rows of each class, the fastest first. */
function classesOf(rows: readonly Row[]): Row[][] {
  const classes = ['native', 'wasm', 'javascript'] as const;
  const members = classes.map((name) => rows.filter((row) => row.class === name));
  return members.map((some) => some.toSorted((a, b) => a.median - b.median));
}

function lineOf({ contender, median: seconds, quartiles, share, timesBest }: Row, multiplyAdds: number): string[] {
  return [
    `  ${contender}`,
    duration(seconds),
    `±${percent((quartiles[1] - quartiles[0]) / 2 / seconds)}`,
    timesBest.value.toFixed(2),
    intervalText(timesBest),
    digits((2 * multiplyAdds) / seconds / 1e9),
    share === null ? '' : percent(share.value),
  ];
}
