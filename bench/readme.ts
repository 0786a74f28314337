// The tables of bench/README.md, between their markers.
import type { Result } from './result.js';
import { summaryLines } from './summary.js';
import { duration, markdownTable } from './table.js';

const [begin, end] = ['<!-- bench: begin -->', '<!-- bench: end -->'];

/** The text with the tables of a run in place of those between the markers. */
export function replaceTables(text: string, result: Result): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`bench/README.md has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${tablesOf(result)}\n${text.slice(to)}`;
}

function tablesOf(result: Result): string {
  const { version, date, machine, versions, skipped } = result;
  const peers = Object.entries(versions).map(([name, number]) => `${name} ${number}`);
  const about = [
    `sepconv ${version}, ${date.slice(0, 10)}, ${machine.processor}, ${machine.platform}, Node ${machine.node}; `,
    `${peers.join(', ')}.`,
  ];
  const absent = Object.entries(skipped).map(([name, reason]) => `- skipped: ${name}: ${reason}\n`);
  const classes = ['native', 'wasm', 'javascript'] as const;
  const tables = classes.map((name) => `### Medians: ${name}\n\n${markdownTable(medianLines(result, name))}`);
  const summary = `### Against the targets\n\n${markdownTable(summaryLines(result))}`;
  return `${about.join('')}\n\n${[summary, ...tables, ...(absent.length > 0 ? [absent.join('')] : [])].join('\n')}`;
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
