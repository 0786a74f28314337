// What is printed while a run goes on: a table a layer.

import { ratioOf } from './ratio.js';
import type { LayerResult, Row } from './run.js';
import { digits, duration, percent, textTable } from './table.js';

/** A layer's heading, its contenders by class with ratios to the best of each, and what went wrong. */
export function layerReport(result: LayerResult): string {
  const { layer, multiplyAdds, bytes, limits, rows, failures, load } = result;
  const megas = [`${digits((2 * multiplyAdds) / 1e6)} MFLOP`, `${digits(bytes / 1e6)} MB`, `load ${load.toFixed(1)}`];
  const peaks = Object.entries(limits?.peaks ?? {}).map(([name, peak]) => `${name} ${digits(peak / 1e9)}`);
  const reads = limits ? [`read ${limits.bandwidths.map((rate) => digits(rate / 1e9)).join(' ')} GB/s`] : [];
  const heading = [layer.name, ...megas, ...peaks, ...reads].join(' · ');
  const header = ['', 'median', 'spread', '× best', 'quartiles', 'GFLOP/s', 'roofline'];
  const lines = classesOf(rows).flatMap((members) => members.map((row) => lineOf(row, members[0], multiplyAdds)));
  const faults = Object.entries(failures).map(([name, fault]) => `  failed: ${name}: ${fault}\n`);
  return `\n${heading}\n${textTable([header, ...lines])}${faults.join('')}`;
}

/** The rows of each class, the fastest first. */
export function classesOf(rows: readonly Row[]): Row[][] {
  const classes = ['native', 'wasm', 'javascript'] as const;
  const members = classes.map((name) => rows.filter((row) => row.class === name));
  return members.filter(({ length }) => length > 0).map((some) => some.toSorted((a, b) => a.median - b.median));
}

function lineOf(row: Row, best: Row, multiplyAdds: number): string[] {
  const { contender, median, quartiles, roofline } = row;
  const ratio = ratioOf(row, best);
  return [
    `  ${contender}`,
    duration(median),
    `±${percent((quartiles[1] - quartiles[0]) / 2 / median)}`,
    ratio.median.toFixed(2),
    ratio.quartiles.map((value) => value.toFixed(2)).join('–'),
    digits((2 * multiplyAdds) / median / 1e9),
    roofline === null ? '' : percent(roofline / median),
  ];
}
