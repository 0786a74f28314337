// The tables of bench/README.md, and the short one of README.md, between their markers.
import { differenceLines } from './differences.js';
import { meansText, networkLines, overviewLines } from './overview.js';
import { limitTexts, peakTexts } from './report.js';
import type { Result } from './result.js';
import { summaryLines } from './summary.js';
import { duration, markdownTable, rangeText } from './table.js';

const [begin, end] = ['<!-- bench: begin -->', '<!-- bench: end -->'];

/** The text with other tables in place of those between the markers. */
export function replaceTables(text: string, tables: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the text has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${tables}\n${text.slice(to)}`;
}

/** Networks and chains, then the means of single layers, each with the words that it uses. */
export function shortTables(result: Result): string {
  const { date, machine, layers } = result;
  const load = rangeText(layers.flatMap(({ loads }) => loads));
  const cores = `${machine.threads} processors with a load of ${load}`;
  const place = `One core of ${machine.processor}, Node ${machine.node}, ${date.slice(0, 10)}; ${cores}.`;
  const networks = (['native', 'wasm'] as const)
    .map((name) => networkLines(result, name))
    .filter((lines) => lines.length > 1);
  const means = overviewLines(result);
  return [
    ...networks.map(markdownTable),
    ...(networks.length > 0 ? [`${networkWords}\n`] : []),
    ...(means.length > 1 ? [`${layerWords}\n`, markdownTable(means), `Means of ${meansText(result)}.\n`] : []),
    `${place}\n`,
  ].join('\n');
}

const networkWords = `Time of a call; behind a peer's, how many times as long as the first column it took. _auto_ and
_wasm/simd128_ are the library as a program calls it: prepared operators on plain arrays, two of them for the outputs in
turn. _New output_: every layer's is new. _One-shot_: nothing is prepared. _Allocated_: tensors of \`runtime.allocate\`, on
cache lines and in the memory of WASM. _Fast_: \`precision: 'fast'\`. _native/…_: an instruction set by name. _× 2_: two
threads. _onnxruntime-node_ is as installed; _tuned_ keeps glibc from giving memory back after every call.
_TensorFlow.js WASM_ keeps its tensors in its memory; _copies_ counts the way of plain arrays in and out.`;

const layerWords = `One layer alone, how many times faster as a geometric mean. It hides what a layer costs its neighbours:
onnxruntime reorders its tensors at both ends of a model, so that a model of one layer pays twice for what a network pays
once, and caches are warm with the one input. The networks above decide.`;

/** What was measured on what, the targets, how builds differ, and the median of every contender on every layer. */
export function wholeTables(result: Result): string {
  const absent = Object.entries(result.skipped).map(([name, reason]) => `- skipped: ${name}: ${reason}\n`);
  const classes = ['native', 'wasm', 'javascript'] as const;
  const tables = classes.map((name) => `### Medians: ${name}\n\n${markdownTable(medianLines(result, name))}`);
  const summary = `### Against the targets\n\n${markdownTable(summaryLines(result))}`;
  const differences = `### Values in which builds of one library differ\n\n${markdownTable(differenceLines(result.layers))}`;
  return `${aboutText(result)}\n\n${[summary, differences, ...tables, ...(absent.length > 0 ? [absent.join('')] : [])].join('\n')}`;
}

function aboutText(result: Result): string {
  const { version, date, machine, versions } = result;
  const peers = Object.entries(versions).map(([name, number]) => `${name} ${number}`);
  const place = `${machine.processor}, ${machine.platform}, Node ${machine.node}`;
  return `sepconv ${version}, ${date.slice(0, 10)}, ${place}; ${peers.join(', ')}.\n\n${conditions(result)}`;
}

/** How busy the machine was, and what its limits were: the median of all launches and their range. */
export function conditions({ layers, pace }: Result): string {
  const loads = layers.flatMap((result) => result.loads);
  const limits = layers.flatMap((result) => result.limits);
  const together = peakTexts(limits, 'together', rangeText);
  return [
    `${pace.launches} launches of ${pace.rounds} rounds of ${pace.turnSeconds} s; load ${rangeText(loads)}.`,
    ...(limits.length > 0 ? [`One core, 10⁹ a second: ${limitTexts(limits, rangeText).join(', ')}.`] : []),
    ...(together.length > 0 ? [`All cores at once: ${together.join(', ')}.`] : []),
  ].join('\n');
}

/** A line a layer, a column a contender of one class. */
function medianLines({ layers }: Result, name: string): string[][] {
  const rows = layers.map((result) => result.rows.filter((row) => row.class === name));
  const contenders = [...new Set(rows.flat().map(({ contender }) => contender))];
  const lines = layers.map(({ layer }, i) => {
    const cells = contenders.map((contender) => {
      const row = rows[i].find((candidate) => candidate.contender === contender);
      return row === undefined ? '' : duration(row.median);
    });
    return [layer.name, ...cells];
  });
  return [['', ...contenders], ...lines];
}
