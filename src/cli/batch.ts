// sepconv batch [pictures...]: many pictures through one mode, each into a file.
import { text } from 'node:stream/consumers';
import { filterPictures, type PictureOutcome } from '../batch/filter-pictures.js';
import { findInputs } from '../batch/inputs.js';
import { Journal } from '../batch/journal.js';
import { type Assignment, assignOutputs, checkOutputs, defaultName, journalOf } from '../batch/outputs.js';
import { keyOf } from '../batch/process-picture.js';
import { type RecipeOptions, readRecipe } from '../batch/recipe.js';
import { invalid, SepconvError } from '../core/errors.js';
import { createRuntime } from '../entries/node.js';
import { makeFolder, readBytes, writeStdout } from '../image/files.js';
import type { JobTexts } from '../image/named-job.js';
import { readCountText } from '../image/option-texts.js';
import type { Range } from '../image/pixels.js';
import { batchProgress } from './batch-progress.js';
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
  const list = names.includes('-') ? await text(process.stdin) : undefined;
  const assignments = assignOutputs(await findInputs(names, outDir, list), outDir, name);
  if (!force) await checkOutputs(assignments, outDir, resume);
  const job = await readJobOptions(options);
  if (options.dryRun) return plan(assignments, job, outDir, resume, json);
  const concurrency = options.concurrency === undefined ? undefined : readCountText('concurrency', options.concurrency);
  await readRecipe(job);
  await makeFolder(outDir);
  const journal = journalOf(outDir);
  let isInterrupted = false;
  function* untilInterrupt() {
    for (const assignment of assignments) {
      if (isInterrupted) return;
      yield assignment;
    }
  }
  const progress = batchProgress(assignments.length);
  const interrupt = () => {
    isInterrupted = true;
    progress.say('sepconv: finishing what is in hand; Ctrl-C again ends at once');
  };
  const outcomes = filterPictures(untilInterrupt(), { ...job, concurrency, ordered: false, force, journal, resume });
  const counts = { done: 0, skipped: 0, failed: 0 };
  const begin = performance.now();
  try {
    await interruptible(interrupt, async () => {
      for await (const outcome of outcomes) {
        counts[outcome.status]++;
        progress.advance(outcome.status === 'failed');
        if (outcome.status === 'failed') progress.say(`sepconv: failed: ${sentenceOf(outcome.input, outcome.error)}`);
        if (json) await writeStdout(`${JSON.stringify(lineOf(outcome))}\n`);
      }
    });
  } finally {
    progress.end();
  }
  conclude(counts, assignments.length, (performance.now() - begin) / 1000, isInterrupted);
}

async function readJobOptions(options: BatchOptions): Promise<RecipeOptions> {
  const { outDir, name, range, maxPixels, concurrency, resume, dryRun, json, force, ...rest } = options;
  const { backend, isa, threads, ...texts } = rest;
  return {
    ...texts,
    range: range as Range | undefined,
    maxPixels: maxPixels === undefined ? undefined : readCountText('max-pixels', maxPixels),
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

/** What --json tells of a picture. */
function lineOf(outcome: PictureOutcome): object {
  const { input, output, status } = outcome;
  if (status === 'skipped') return { input, output, status };
  if (status === 'done') {
    const { milliseconds, sha256, notes } = outcome;
    return { input, output, status, milliseconds, sha256, notes };
  }
  const { error } = outcome;
  const code = error instanceof SepconvError ? error.code : null;
  return { input, output, status, error: { code, message: error.message } };
}

/** Errors of files and codecs name their picture; others do not. */
function sentenceOf(input: string | Uint8Array, { message }: Error): string {
  const line = message.replace(/\s*\n\s*/g, ' ');
  return line.includes(String(input)) ? line : `${input}: ${line}`;
}

function conclude(
  { done, skipped, failed }: Record<PictureOutcome['status'], number>,
  all: number,
  seconds: number,
  isInterrupted: boolean,
): void {
  const parts = [`${done} done`, skipped > 0 && `${skipped} done before`, failed > 0 && `${failed} failed`];
  const told = parts.filter((part) => part !== false).join(', ');
  if (isInterrupted) throw new Interrupted(`interrupted: ${told}, of ${all} pictures; --resume goes on`);
  if (failed > 0) throw invalid('ERR_FILE', 'batch', `${all} pictures to be done`, told, 'see above which ones failed');
  process.stderr.write(`sepconv: ${told} in ${seconds.toFixed(1)} s\n`);
}
