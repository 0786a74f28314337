// Puts pictures on the queue and tells what becomes of them, whoever takes them.
import type { Journal } from '../journal.js';
import { type PictureAnswer, type PictureJob, queueName } from './picture-job.js';
import { QueuedBatch, type QueueOutcome, type Submission, slices } from './queued-batch.js';
import { answered, checkAnswers, connectionFault, connectionOf, end, loadBullmq, shownAddress } from './redis.js';

export interface SubmitSettings {
  readonly queue: string;
  /** The folder that the workers share. */
  readonly root: string;
  /** Lists what was put on the queue. */
  readonly journal: Journal | undefined;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Whether jobs that nobody has taken yet stay on the queue then. */
  readonly keep: boolean;
  /** Says what happened, in one line. */
  readonly say: (sentence: string) => void;
}

/** After which every job is asked after where none was heard of, in milliseconds. */
const silence = 4000;

/**
 * Tells the outcome of each picture as it is known. A job that is on the queue already, or was done and its result is there,
 * is not put on it again; one that failed, or that the queue has lost, is.
 *
 * @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE`, `ERR_OPTION`, `ERR_LIMIT`, `ERR_FILE`
 */
export async function* submit(
  submissions: readonly Submission[],
  { queue: address, root, journal, signal, keep, say }: SubmitSettings,
): AsyncGenerator<QueueOutcome, void, undefined> {
  const { Queue, QueueEvents } = await loadBullmq();
  await checkAnswers(address);
  const connection = connectionOf(address);
  const queue = new Queue<PictureJob, PictureAnswer>(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  const batch = new QueuedBatch(queue, root, journal, signal);
  let isSilent = false;
  queue.on('error', (error) => {
    const fault = connectionFault(error);
    if (fault !== undefined && !isSilent) say(`${shownAddress(address)} does not answer (${fault}); waiting for it`);
    isSilent = true;
  });
  // Events can be missed, jobs can be lost with a server, and there may be nobody who takes any.
  let hasWorkers = true;
  const watch = lookWhenSilent(async () => {
    await batch.ask();
    isSilent = false;
    const couldHave = hasWorkers;
    hasWorkers = batch.pending === 0 || (await queue.getWorkersCount()) > 0;
    if (couldHave && !hasWorkers) say(noWorker(address, root));
  });
  const hear = ({ jobId }: { readonly jobId: string }) => {
    watch.heard();
    // What can not be asked now is asked when all are.
    batch.ask([jobId]).catch(() => {});
  };
  events.on('error', () => {});
  events.on('completed', hear);
  events.on('failed', hear);
  try {
    for (const part of slices(submissions)) {
      if (signal.aborted) break;
      await batch.put(part);
      yield* batch.known();
    }
    while (batch.pending > 0 && !signal.aborted) yield* await batch.outcomes();
    yield* batch.known();
    if (signal.aborted)
      say(await answered(address, leave(batch, keep), 3000).catch(() => 'what is on the queue stays there'));
  } finally {
    watch.end();
    await Promise.all([end(queue), end(events)]);
  }
}

/** Looks where nothing was heard for a while, one look at a time. */
function lookWhenSilent(look: () => Promise<void>): { heard(): void; end(): void } {
  let heardAt = performance.now();
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking || performance.now() - heardAt < silence) return;
    isLooking = true;
    // A server that does not answer now may answer the next time.
    await look().catch(() => {});
    heardAt = performance.now();
    isLooking = false;
  }, silence / 4);
  return {
    heard() {
      heardAt = performance.now();
    },
    end: () => clearInterval(timer),
  };
}

function noWorker(address: string, root: string): string {
  const command = `sepconv worker --queue ${shownAddress(address)} --root FOLDER`;
  return `no worker takes pictures from the queue; start one with the place of ${root} there: ${command}`;
}

async function leave(batch: QueuedBatch, keep: boolean): Promise<string> {
  if (keep) return `${batch.pending} jobs stay on the queue`;
  const removed = await batch.takeBack();
  return `took ${removed} jobs back from the queue; ${batch.pending - removed} are in hand or of other batches, and stay`;
}
