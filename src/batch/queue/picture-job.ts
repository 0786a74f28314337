// What is put on the queue for one picture: names only, so that it is small, and the same for the same work.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid } from '../../core/errors.js';
import { isFilterFile } from '../../image/filters.js';
import type { JobTexts } from '../../image/named-job.js';
import type { Range } from '../../image/pixels.js';
import { isAddress } from '../inputs.js';
import { sha256 } from '../journal.js';
import { version } from '../version.js';

export const queueName = 'sepconv';

export interface PictureJob {
  /** Of the library that the results are to be of. */
  readonly version: string;
  /** A path below the root, or an address. */
  readonly input: string;
  /** A path below the root, or an address. */
  readonly output: string;
  readonly texts: JobTexts;
  readonly range?: Range | undefined;
  readonly hash: boolean;
}

/** What a worker says of a picture. */
export interface PictureAnswer {
  readonly milliseconds: { readonly decode: number; readonly kernel: number; readonly encode: number };
  readonly notes: readonly string[];
  readonly sha256?: string | undefined;
  /** Of the file that was written. */
  readonly fileSha256?: string | undefined;
}

/** Bytes of a job as JSON. */
const most = 1024;

/** How often a job is tried, and what the queue keeps of those that are over, in seconds and in number. */
export const jobOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: { age: 86_400, count: 10_000 },
  removeOnFail: { age: 7 * 86_400, count: 10_000 },
  // Where an error arose is of a worker's machine.
  stackTraceLimit: 0,
} as const;

/**
 * The job's name on the queue: the same for the same bytes, options, filters, output and version.
 *
 * @throws SepconvError (rejects) `ERR_FILE`, `ERR_LIMIT` where it is too large for the queue
 */
export async function idOf(job: PictureJob, root: string): Promise<string> {
  const text = JSON.stringify(job);
  const size = Buffer.byteLength(text);
  if (size > most) {
    const fix = 'put the numbers of a filter into a file below --root';
    throw invalid('ERR_LIMIT', 'queue', `jobs of at most ${most} bytes`, size, fix);
  }
  const files = [job.texts.kernel, job.texts.pointwise].filter((name) => name !== undefined && isFilterFile(name));
  if (!isAddress(job.input)) files.push(job.input);
  const contents = await Promise.all(
    // A worker says what is wrong with a file that can not be read.
    files.map((name) => readFile(join(root, name as string)).then(sha256, () => 'unread')),
  );
  return sha256(`${text} ${contents.join(' ')} ${version}`);
}
