// npm run bench: which layers and contenders, how long, and what becomes of the results.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { checkFolder, chooseContenders, chooseMeasured, listText, readResult, UsageError } from './choice.js';
import { agreement, comparisonLines } from './compare.js';
import { Absent } from './contender.js';
import { differenceLines } from './differences.js';
import { drawResult } from './drawing.js';
import { describeMachine, LimitMeter, type Machine } from './machine.js';
import { peerVersions } from './peers.js';
import { root } from './programs.js';
import { conditions, replaceTables, shortTables, wholeTables } from './readme.js';
import { layerReport } from './report.js';
import type { Pace, Result } from './result.js';
import { LayerRun, type Skipped } from './run.js';
import { summaryLines } from './summary.js';
import { textTable } from './table.js';

interface Options {
  readonly list?: boolean;
  readonly alone?: boolean;
  readonly only?: string;
  readonly with?: string;
  readonly from?: readonly string[];
  readonly json?: string;
  readonly svg?: string;
  readonly against?: string;
  readonly readme?: boolean;
  readonly quick?: boolean;
}

const paces: Record<'quick' | 'whole', Pace> = {
  quick: { launches: 4, rounds: 3, turnSeconds: 0.015 },
  whole: { launches: 5, rounds: 3, turnSeconds: 0.05 },
};

const program = new Command('npm run bench --')
  .description(
    'Times sepconv and its peers on layers and whole networks, against each other and against the limits of this machine.',
  )
  .option('--list', 'show the names of layers and contenders, and measure nothing')
  .option('--only <pattern>', 'layers and networks whose name matches; write x, ^2 and -> for ×, ² and →')
  .option('--with <pattern>', 'contenders whose name matches, beside auto and the WASM kernels')
  .option('--alone', 'auto and the WASM kernels, and no others')
  .option('--from <file...>', 'take the figures from --json of earlier runs of the same pace, and measure nothing')
  .option('--quick', 'fewer launches, fewer and shorter rounds')
  .option('--json <file>', 'write every figure')
  .option('--svg <file>', 'draw the speeds: of what --with chose, else of the contenders that stand for their kind')
  .option('--against <file>', 'compare with the JSON of an earlier run')
  .option('--readme', 'put the tables into README.md and bench/README.md')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(bench);

async function bench(options: Options): Promise<void> {
  if (options.list) return print(listText());
  const before = options.against === undefined ? undefined : readResult(options.against, '--against');
  checkFolder('--json', options.json);
  checkFolder('--svg', options.svg);
  const result =
    options.from === undefined
      ? await measure(options)
      : joined(options.from.map((path) => readResult(path, '--from')));
  for (const [name, reason] of Object.entries(result.skipped)) print(`skipped: ${name}: ${reason}\n`);
  print(`\n${textTable(summaryLines(result))}`);
  print(`\n${textTable(differenceLines(result.layers))}`);
  print(`\n${conditions(result)}\n`);
  if (before !== undefined) print(`\n${textTable(comparisonLines(before, result))}\n${agreement(before, result)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result)}\n`);
  if (options.svg !== undefined) writeFileSync(options.svg, await drawResult(result, options.with !== undefined));
  if (options.readme) {
    writeTables('README.md', shortTables(result));
    writeTables('bench/README.md', wholeTables(result));
  }
}

/** What several runs of one machine measured, under the description of the first one. */
function joined(results: readonly Result[]): Result {
  return {
    ...results[0],
    skipped: Object.assign({}, ...results.map(({ skipped }) => skipped)),
    layers: results.flatMap(({ layers }) => layers),
  };
}

/** The launches of a layer are a whole pass over the layers apart, so that they differ as those of another run do. */
async function measure(options: Options): Promise<Result> {
  const chosen = chooseContenders(options.with, options.alone);
  const measured = chooseMeasured(options.only);
  const machine = describeMachine();
  const skipped: Skipped = new Map();
  const place = { machine, meter: makeMeter(machine, skipped) };
  const pace = paces[options.quick ? 'quick' : 'whole'];
  if (machine.cores.length === 0) skipped.set('a core for each process', 'taskset is not here');
  print(`${machine.processor}, Node ${machine.node}, priority: ${machine.priority}\n`);
  const runs = measured.map((each) => new LayerRun(each, chosen, place, skipped));
  try {
    for (let launch = 1; launch <= pace.launches; launch++) {
      print(`launch ${launch} of ${pace.launches}\n`);
      for (const run of runs) {
        await run.launch(pace);
        if (launch === pace.launches) print(layerReport(run.result()));
      }
    }
  } finally {
    place.meter?.end();
    for (const run of runs) run.end();
  }
  return {
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    date: new Date().toISOString(),
    machine,
    versions: peerVersions(),
    pace,
    wasm: wasmSize(),
    skipped: Object.fromEntries(skipped),
    layers: runs.map((run) => run.result()),
  };
}

function wasmSize(): Result['wasm'] {
  const bytes = readFileSync(join(root, 'dist/kernels.wasm'));
  return { plain: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length };
}

function writeTables(file: string, tables: string): void {
  const path = join(root, file);
  writeFileSync(path, replaceTables(readFileSync(path, 'utf8'), tables));
}

function print(text: string): void {
  process.stdout.write(text);
}

function makeMeter(machine: Machine, skipped: Skipped): LimitMeter | undefined {
  try {
    return new LimitMeter(machine);
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    skipped.set('limits of the machine', error.message);
    return undefined;
  }
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  program.error(`error: ${error.message}`);
}
