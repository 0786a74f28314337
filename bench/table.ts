// Text in columns, for terminals and for Markdown.
import { quantile } from '../src/measure/sampler.js';
import type { Estimate } from './ratio.js';

/** Lines of cells, the first one a header; every column but the first is aligned to the right. */
export function textTable(lines: readonly (readonly string[])[]): string {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const pad = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return lines.map((line) => `${line.map(pad).join('  ').trimEnd()}\n`).join('');
}

export function markdownTable([header, ...lines]: readonly (readonly string[])[]): string {
  const rule = header.map((_, i) => (i === 0 ? '---' : '---:'));
  return [header, rule, ...lines].map((line) => `| ${line.join(' | ')} |\n`).join('');
}

/** `12.3 µs`, `4.56 ms`: three digits. */
export function duration(seconds: number): string {
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, 'µs'] : seconds < 1 ? [seconds * 1e3, 'ms'] : [seconds, 's'];
  return `${digits(value)} ${unit}`;
}

/** Three digits, without an exponent. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

export function intervalText({ interval }: Estimate, text = (value: number) => value.toFixed(2)): string {
  return interval.map(text).join('–');
}

/** The median of some figures and, where they differ, their range: `61.3 (55.0–66.2)`. */
export function rangeText(values: readonly number[]): string {
  const [low, middle, high] = [0, 0.5, 1].map((share) => digits(quantile(values, share)));
  return low === high ? middle : `${middle} (${low}–${high})`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
