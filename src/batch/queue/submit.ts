// Puts pictures on the queue and tells what becomes of them, whoever takes them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../journal.js';
import type { Assignment } from '../outputs.js';
import { idOf, jobOptions, type PictureAnswer, type PictureJob, queueName } from './picture-job.js';
import { checkAnswers, connectionOf, loadBullmq } from './redis.js';

/** What became of a picture on some worker. */
export type QueueOutcome = Assignment &
  (({ readonly status: 'done' } & Partial<PictureAnswer>) | { readonly status: 'failed'; readonly reason: string });

export interface SubmitSettings {
  readonly queue: string;
  readonly root: string;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Whether jobs that nobody has taken yet stay on the queue then. */
  readonly keep: boolean;
}

/** Jobs that are put on the queue, or asked after, at once. */
const atOnce = 200;

/**
 * Tells the outcome of each picture as it is known. A job that is on the queue already, or was done and its result is there,
 * is not put on it again; one that failed is.
 *
 * @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE`, `ERR_OPTION`, `ERR_LIMIT`, `ERR_FILE`
 * @returns how many jobs were taken back after the signal
 */
export async function* submit(
  jobs: readonly (Assignment & { readonly job: PictureJob })[],
  { queue: address, root, signal, keep }: SubmitSettings,
): AsyncGenerator<QueueOutcome, number, undefined> {
  const { Queue } = await loadBullmq();
  await checkAnswers(address);
  const queue = new Queue<PictureJob, PictureAnswer>(queueName, { connection: connectionOf(address) });
  queue.on('error', () => {});
  const pending = new Map<string, Assignment>();
  const ours: string[] = [];
  try {
    for (let at = 0; at < jobs.length && !signal.aborted; at += atOnce) {
      const entries = await Promise.all(
        jobs.slice(at, at + atOnce).map(async ({ job, input, output }) => {
          const id = await idOf(job, root);
          pending.set(id, { input, output });
          const known = await queue.getJob(id);
          const state = await known?.getState();
          const isThere = known?.returnvalue?.fileSha256 === (await fileSha256(join(root, job.output)));
          if (state === 'failed' || (state === 'completed' && !isThere)) await known?.remove();
          const isNew = state === undefined || state === 'unknown';
          return { name: 'picture', data: job, opts: { ...jobOptions, jobId: id }, isNew };
        }),
      );
      await queue.addBulk(entries.map(({ isNew, ...entry }) => entry));
      ours.push(...entries.filter(({ isNew }) => isNew).map(({ opts }) => opts.jobId));
    }
    while (pending.size > 0 && !signal.aborted) {
      let isIdle = true;
      for (const [id, assignment] of [...pending].slice(0, atOnce)) {
        const job = await queue.getJob(id);
        const state = job === undefined ? 'completed' : await job.getState();
        // Those that were asked after stand at the end, so that all have their turn.
        pending.delete(id);
        if (state === 'completed') yield { ...assignment, status: 'done', ...job?.returnvalue };
        else if (state === 'failed') yield { ...assignment, status: 'failed', reason: job?.failedReason ?? 'unknown' };
        else pending.set(id, assignment);
        if (state === 'completed' || state === 'failed') isIdle = false;
      }
      if (isIdle) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return signal.aborted && !keep ? await takeBack() : 0;
  } finally {
    await queue.close();
  }

  async function takeBack(): Promise<number> {
    let count = 0;
    for (const id of ours.filter((each) => pending.has(each))) {
      // A job that a worker has in hand stays, and is finished.
      const isRemoved = await queue.remove(id).catch(() => 0);
      count += Number(isRemoved);
    }
    return count;
  }
}

async function fileSha256(path: string): Promise<string | undefined> {
  return readFile(path).then(sha256, () => undefined);
}
