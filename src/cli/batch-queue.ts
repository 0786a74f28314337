// sepconv batch --queue: the pictures as jobs for whatever workers there are.
import { realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { isAddress, isInside } from '../batch/inputs.js';
import { Journal } from '../batch/journal.js';
import { type Assignment, journalOf } from '../batch/outputs.js';
import { realFolder } from '../batch/queue/confine.js';
import type { QueueOutcome, Submission } from '../batch/queue/queued-batch.js';
import { submit } from '../batch/queue/submit.js';
import { version } from '../batch/version.js';
import { invalid } from '../core/errors.js';
import { isFilterFile } from '../image/filters.js';
import { type JobTexts, textsOf } from '../image/named-job.js';
import type { Range } from '../image/pixels.js';
import type { BatchOptions, Line } from './batch.js';

/**
 * Tells what becomes of the pictures on the queue.
 *
 * @throws SepconvError (rejects) `ERR_OPTION` where a file lies outside of the root, and what the queue throws
 */
export async function* queued(
  assignments: readonly Assignment[],
  options: BatchOptions,
  signal: AbortSignal,
  say: (sentence: string) => void,
): AsyncGenerator<Line> {
  const root = options.root ?? '.';
  const base = { version, texts: await textsBelow(root, textsOf(options)), range: options.range as Range | undefined };
  const submissions: Submission[] = [];
  for (const { input, output } of assignments) {
    const names = { input: await below(root, input), output: await below(root, output) };
    submissions.push({ input, output, job: { ...base, ...names, hash: options.json === true } });
  }
  const { outDir, queue = '', keep = false } = options;
  const journal = isAddress(outDir) ? undefined : await Journal.read(journalOf(outDir));
  try {
    const settings = { queue, root, journal, signal, keep, say };
    for await (const outcome of submit(submissions, settings)) yield lineOf(outcome);
  } finally {
    await journal?.close();
  }
}

/** The place of a file as workers have it; an address is the same for all. */
async function below(root: string, path: string): Promise<string> {
  if (isAddress(path)) return path;
  const place = resolve(path);
  const real = await realpath(dirname(place)).then(
    (folder) => join(folder, place.slice(dirname(place).length)),
    () => place,
  );
  const realRoot = await realFolder(root);
  if (isInside(real, realRoot)) return relative(realRoot, real);
  if (isInside(place, resolve(root))) return relative(resolve(root), place);
  throw invalid('ERR_OPTION', 'root', 'a folder that all files of a queued batch lie in', path, 'name it with --root');
}

async function textsBelow(root: string, texts: JobTexts): Promise<JobTexts> {
  const file = async (text: string | undefined) =>
    text !== undefined && isFilterFile(text) ? await below(root, text) : text;
  const [kernel, pointwise] = [await file(texts.kernel), await file(texts.pointwise)];
  return { ...texts, ...(kernel !== undefined && { kernel }), ...(pointwise !== undefined && { pointwise }) };
}

function lineOf(outcome: QueueOutcome): Line {
  const { input, output } = outcome;
  if (outcome.status === 'failed') {
    const [, code = null, message] = /^(?:(ERR_\w+): )?([\s\S]*)$/.exec(outcome.reason)!;
    return { input, output, status: 'failed', error: { code, message } };
  }
  if (outcome.status === 'skipped') return { input, output, status: 'skipped' };
  const { milliseconds, sha256, notes } = outcome;
  return { input, output, status: 'done', milliseconds, sha256, notes };
}
