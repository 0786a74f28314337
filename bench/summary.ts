// The figures that the speeds are held to, of one run.
import { median } from '../src/measure/sampler.js';
import { contenders } from './contenders/index.js';
import { peakOf } from './machine.js';
import { type Estimate, estimate, geometricMean, ratios, shares } from './ratio.js';
import { type LayerResult, type Result, rowOf } from './result.js';
import { duration, intervalText, percent, rangeText, times } from './table.js';
import { type Target, targets, wasmBytes } from './targets.js';

/** A layer's figure in each launch. */
type Figures = readonly number[];

/**
 * A header and a line for each target that this run says something about. `peak` is what as many cores did in this run
 * with the contender's instructions, in GFLOP/s, as the median and range over the launches of these layers.
 */
export function summaryLines({ layers, wasm }: Result): string[][] {
  const header = ['', 'contender', 'against', 'measured', '95 %', 'wanted', 'met', 'peak', 'layers'];
  const lines = targets.flatMap((target) => {
    const chosen = layers.filter((result) => target.layers(result.layer) && figuresOf(target, result) !== undefined);
    return chosen.length === 0 ? [] : [lineOf(target, chosen)];
  });
  const sizes = [
    sizeLine('kernels.wasm', wasm.plain, wasmBytes.plain),
    sizeLine('kernels.wasm, gzipped', wasm.gzipped, wasmBytes.gzipped),
  ];
  return [header, ...lines, ...sizes];
}

/** How many times faster than a peer a contender is, over the layers that both have; undefined where there is none. */
export function speedup(layers: readonly LayerResult[], contender: string, peer: string): Estimate | undefined {
  const figures = layers.flatMap((result) => {
    const figure = figuresOf({ contender, measure: { peer } }, result);
    return figure === undefined ? [] : [figure];
  });
  return figures.length === 0 ? undefined : meanOf(figures);
}

function lineOf(target: Target, layers: readonly LayerResult[]): string[] {
  const { what, contender, measure, wanted, worst } = target;
  const figures = layers.map((result) => figuresOf(target, result)!);
  const isTime = measure === 'seconds';
  const measured = worst ? worstOf(figures, isTime) : meanOf(figures);
  const text = isTime ? duration : measure === 'share' ? percent : times;
  const isMet = isTime ? measured.value <= wanted : measured.value >= wanted;
  return [
    what,
    contender,
    typeof measure === 'object' ? measure.peer : measure === 'share' ? 'the roofline' : '',
    text(measured.value),
    intervalText(measured, text),
    `${isTime ? '≤' : '≥'} ${text(wanted)}`,
    isMet ? 'yes' : 'no',
    peakText(contender, layers),
    `${layers.length}`,
  ];
}

function figuresOf(
  { contender, measure }: Pick<Target, 'contender' | 'measure'>,
  result: LayerResult,
): Figures | undefined {
  const row = rowOf(result, contender);
  if (row === undefined) return undefined;
  if (measure === 'seconds') return row.launches.map(median);
  if (measure === 'share') return row.share === null ? undefined : shares(row.roofline, row.launches);
  const peer = rowOf(result, measure.peer);
  return peer && ratios(peer.launches, row.launches);
}

/** The layers' geometric mean launch by launch: what disturbs all layers of a launch shows between launches. */
function meanOf(figures: readonly Figures[]): Estimate {
  return estimate(figures[0].map((_, launch) => geometricMean(figures.map((layer) => layer[launch]))));
}

function worstOf(figures: readonly Figures[], isTime: boolean): Estimate {
  const estimates = figures.map(estimate).toSorted((a, b) => a.value - b.value);
  return estimates.at(isTime ? -1 : 0)!;
}

function peakText(name: string, layers: readonly LayerResult[]): string {
  const contender = contenders.find((candidate) => candidate.name === name);
  const limits = layers.flatMap((result) => result.limits);
  return contender && limits.length > 0 ? rangeText(limits.map((each) => peakOf(contender, each) / 1e9)) : '';
}

function sizeLine(what: string, bytes: number, most: number): string[] {
  const text = (size: number) => `${(size / 1024).toFixed(1)} KB`;
  return [what, '', '', text(bytes), '', `≤ ${text(most)}`, bytes <= most ? 'yes' : 'no', '', ''];
}
