// npm run bench: which layers and contenders, how long, and what becomes of the results.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { comparisonLines } from './compare.js';
import { Absent } from './contender.js';
import { contenders } from './contenders/index.js';
import { drawResult } from './drawing.js';
import { everyLayer } from './layers.js';
import { describeMachine, LimitMeter, type Machine } from './machine.js';
import { peerVersions } from './peers.js';
import { root } from './programs.js';
import { replaceTables } from './readme.js';
import { layerReport } from './report.js';
import type { Result } from './result.js';
import { type LayerResult, type Pace, runLayer, type Skipped } from './run.js';
import { summaryLines } from './summary.js';
import { textTable } from './table.js';

interface Options {
  readonly only?: string;
  readonly with?: string;
  readonly json?: string;
  readonly svg?: string;
  readonly against?: string;
  readonly readme?: boolean;
  readonly quick?: boolean;
}

const paces: Record<'quick' | 'whole', Pace> = {
  quick: { rounds: 5, turnSeconds: 0.02 },
  whole: { rounds: 15, turnSeconds: 0.05 },
};

const readme = join(root, 'bench/README.md');

const program = new Command('npm run bench --')
  .description(
    'Times sepconv and its peers, layer by layer, against each other and against the limits of this machine.',
  )
  .option('--only <pattern>', 'layers whose name matches; write x, ^2 and -> for ×, ² and →')
  .option('--with <pattern>', 'contenders whose name matches, beside the best native and WASM kernels')
  .option('--quick', 'fewer and shorter rounds')
  .option('--json <file>', 'write every figure')
  .option('--svg <file>', 'draw the speeds')
  .option('--against <file>', 'compare with the JSON of an earlier run')
  .option('--readme', 'put the tables into bench/README.md')
  .action(bench);

async function bench(options: Options): Promise<void> {
  const before: Result | undefined = options.against && JSON.parse(readFileSync(options.against, 'utf8'));
  const result = await measure(options);
  for (const [name, reason] of Object.entries(result.skipped)) print(`skipped: ${name}: ${reason}\n`);
  print(`\n${textTable(summaryLines(result))}`);
  if (before !== undefined) print(`\n${textTable(comparisonLines(before, result))}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result)}\n`);
  if (options.svg !== undefined) writeFileSync(options.svg, await drawResult(result));
  if (options.readme) writeFileSync(readme, replaceTables(readFileSync(readme, 'utf8'), result));
}

async function measure(options: Options): Promise<Result> {
  const chosen = contenders.filter(({ name, always }) => always || matches(options.with, name));
  const machine = describeMachine();
  const skipped: Skipped = new Map();
  const meter = makeMeter(machine, skipped);
  const pace = paces[options.quick ? 'quick' : 'whole'];
  print(`${machine.processor}, Node ${machine.node}, priority: ${machine.priority}\n`);
  const layers: LayerResult[] = [];
  for (const layer of everyLayer.filter(({ name }) => matches(options.only, name))) {
    const result = await runLayer(layer, chosen, pace, { meter, levels: machine.levels }, skipped);
    print(layerReport(result));
    layers.push(result);
  }
  meter?.end();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const versions = peerVersions();
  return {
    version,
    date: new Date().toISOString(),
    machine,
    versions,
    pace,
    skipped: Object.fromEntries(skipped),
    layers,
  };
}

function print(text: string): void {
  process.stdout.write(text);
}

/** Whether a name matches, in the signs of a keyboard too. */
function matches(pattern: string | undefined, name: string): boolean {
  if (pattern === undefined) return true;
  const typed = name.replaceAll('×', 'x').replaceAll('²', '^2').replaceAll('→', '->');
  return [name, typed].some((text) => new RegExp(pattern, 'i').test(text));
}

function makeMeter({ levels }: Machine, skipped: Skipped): LimitMeter | undefined {
  try {
    return new LimitMeter(levels);
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    skipped.set('limits of the machine', error.message);
    return undefined;
  }
}

await program.parseAsync();
