// sepconv batch [pictures...]: many pictures through one mode, each into a file.
import { text } from 'node:stream/consumers';
import { filterPictures, type PictureOutcome } from '../batch/filter-pictures.js';
import { findInputs, isAddress } from '../batch/inputs.js';
import { Journal } from '../batch/journal.js';
import { type Assignment, assignOutputs, checkOutputs, defaultName, journalOf } from '../batch/outputs.js';
import { keyOf } from '../batch/process-picture.js';
import { type RecipeOptions, readRecipe } from '../batch/recipe.js';
import { invalid, SepconvError } from '../core/errors.js';
import { createRuntime } from '../entries/node.js';
import { makeFolder, readBytes, writeStdout } from '../image/files.js';
import type { JobTexts } from '../image/named-job.js';
import { readCountText, readMaxPixels } from '../image/option-texts.js';
import type { Range } from '../image/pixels.js';
import { removeLeftovers } from '../image/temporaries.js';
import { batchProgress } from './batch-progress.js';
import { queued } from './batch-queue.js';
import { type MachineTexts, readRuntimeOptions } from './convolve.js';
import { Interrupted, interruptible } from './interrupt.js';

export interface BatchOptions extends JobTexts, MachineTexts {
  readonly outDir: string;
  readonly name?: string;
  readonly range?: string;
  readonly maxPixels?: string;
  readonly concurrency?: string;
  readonly resume?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly force?: boolean;
  readonly queue?: string;
  readonly root?: string;
  readonly keep?: boolean;
}

/**
 * Filters pictures and writes the results below a folder.
 *
 * @param names files, folders and patterns; `-` is a list of files on standard input
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_FILE` and others before any work; `ERR_FILE` at the end where pictures
 * failed. Interrupted (rejects) after Ctrl-C
 */
export async function batch(names: readonly string[], options: BatchOptions): Promise<void> {
  const { outDir, name = defaultName, resume = false, force = false, json = false } = options;
  const concurrency = options.concurrency === undefined ? undefined : readCountText('concurrency', options.concurrency);
  const list = names.includes('-') ? await text(process.stdin) : undefined;
  const assignments = assignOutputs(await findInputs(names, outDir, list), outDir, name);
  const queue = options.queue || undefined;
  checkAddresses(assignments, queue !== undefined, force);
  checkQueueOptions(options, queue !== undefined);
  if (!force) await checkOutputs(assignments, outDir, resume);
  const job = await readJobOptions(options);
  if (options.dryRun) return plan(assignments, job, outDir, resume && !queue, json);
  await readRecipe(job);
  if (!isAddress(outDir)) await makeFolder('out-dir', outDir);
  if (resume && !queue) await removeLeftovers(assignments.map(({ output }) => output));
  const stop = new AbortController();
  const progress = await batchProgress(assignments.length);
  const say = (sentence: string) => progress.say(`sepconv: ${sentence}`);
  const outcomes = queue
    ? queued(assignments, options, stop.signal, say)
    : here(assignments, { ...job, concurrency }, options, stop.signal);
  const interrupt = () => {
    stop.abort();
    say(`${queue ? 'leaving the queue' : 'finishing what is in hand'}; Ctrl-C again ends at once`);
  };
  const counts = { done: 0, skipped: 0, failed: 0 };
  const begin = performance.now();
  try {
    await interruptible(interrupt, async () => {
      for await (const line of outcomes) {
        counts[line.status]++;
        progress.advance(line.status === 'failed');
        if (line.error) say(`failed: ${sentenceOf(line.input, line.error.message)}`);
        if (json) await writeStdout(`${JSON.stringify(line)}\n`);
      }
    });
  } finally {
    progress.end();
  }
  const goesOn = queue && options.keep ? 'the jobs stay on the queue' : '--resume goes on';
  conclude(counts, assignments.length, (performance.now() - begin) / 1000, stop.signal.aborted ? goesOn : undefined);
}

function checkQueueOptions({ concurrency, maxPixels, root, keep }: BatchOptions, isQueued: boolean): void {
  const [place, given] = isQueued
    ? ['sepconv worker', { concurrency, 'max-pixels': maxPixels }]
    : ['a batch with --queue', { root, keep }];
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined)
      throw invalid('ERR_OPTION', name, `none, for it is an option of ${place}`, value, 'leave it out');
  }
}

/** Addresses are for workers, who say which hosts they reach; what a result at one replaces can not be seen from here. */
function checkAddresses(assignments: readonly Assignment[], isQueued: boolean, force: boolean): void {
  const found = assignments.flatMap(({ input, output }) => [input, output]).find(isAddress);
  if (found !== undefined && !isQueued) {
    throw invalid('ERR_OPTION', 'queue', 'a queue whose workers reach addresses', 'none', 'add --queue, or give files');
  }
  const output = assignments.map((each) => each.output).find(isAddress);
  if (output !== undefined && !force) {
    throw invalid('ERR_FILE', 'output', 'leave to replace what is at an address', output, 'add --force');
  }
}

/** What is told of a picture. */
export interface Line {
  readonly input: string;
  readonly output: string;
  readonly status: PictureOutcome['status'];
  readonly milliseconds?: object | undefined;
  readonly sha256?: string | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly error?: { readonly code: string | null; readonly message: string };
}

/** The pictures on this machine; after the signal no more are begun. */
async function* here(
  assignments: readonly Assignment[],
  job: RecipeOptions & { readonly concurrency: number | undefined },
  { outDir, resume, force }: BatchOptions,
  signal: AbortSignal,
): AsyncGenerator<Line> {
  function* untilInterrupt() {
    for (const assignment of assignments) {
      if (signal.aborted) return;
      yield assignment;
    }
  }
  const outcomes = filterPictures(untilInterrupt(), {
    ...job,
    ordered: false,
    force,
    resume,
    journal: journalOf(outDir),
  });
  for await (const outcome of outcomes) yield lineOf(outcome);
}

async function readJobOptions(options: BatchOptions): Promise<RecipeOptions> {
  const { outDir, name, range, maxPixels, concurrency, resume, dryRun, json, force, ...more } = options;
  const { queue, root, keep, ...rest } = more;
  const { backend, isa, threads, ...texts } = rest;
  return {
    ...texts,
    range: range as Range | undefined,
    maxPixels: readMaxPixels({ maxPixels }),
    hash: json,
    on: await createRuntime(readRuntimeOptions({ backend, isa, threads })),
  };
}

/** Says what would be done. */
async function plan(
  assignments: readonly Assignment[],
  job: RecipeOptions,
  folder: string,
  resume: boolean,
  json: boolean,
): Promise<void> {
  const recipe = await readRecipe(job);
  const journal = await Journal.read(journalOf(folder));
  for (const { input, output } of assignments) {
    const isDone = resume && (await journal.isDone(output, keyOf(await readBytes('picture', input), recipe)));
    const status = isDone ? 'skipped' : 'planned';
    const line = json ? JSON.stringify({ input, output, status }) : `${input} → ${output}${isDone ? ' (done)' : ''}`;
    await writeStdout(`${line}\n`);
  }
}

function lineOf(outcome: PictureOutcome): Line {
  const { status } = outcome;
  const names = { input: String(outcome.input), output: String(outcome.output) };
  if (status === 'skipped') return { ...names, status };
  if (status === 'done') {
    const { milliseconds, sha256, notes } = outcome;
    return { ...names, status, milliseconds, sha256, notes };
  }
  const { error } = outcome;
  return {
    ...names,
    status,
    error: { code: error instanceof SepconvError ? error.code : null, message: error.message },
  };
}

/** Errors of files and codecs name their picture; others do not. */
function sentenceOf(input: string, message: string): string {
  const line = message.replace(/\s*\n\s*/g, ' ');
  return line.includes(input) ? line : `${input}: ${line}`;
}

function conclude(
  { done, skipped, failed }: Record<PictureOutcome['status'], number>,
  all: number,
  seconds: number,
  interrupted: string | undefined,
): void {
  const parts = [`${done} done`, skipped > 0 && `${skipped} done before`, failed > 0 && `${failed} failed`];
  const told = parts.filter((part) => part !== false).join(', ');
  if (interrupted) throw new Interrupted(`interrupted: ${told}, of ${all} pictures; ${interrupted}`);
  if (failed > 0) throw invalid('ERR_FILE', 'batch', `${all} pictures to be done`, told, 'see above which ones failed');
  process.stderr.write(`sepconv: ${told} in ${seconds.toFixed(1)} s\n`);
}
