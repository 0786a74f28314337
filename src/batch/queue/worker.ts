// Takes pictures from the queue, as many at once as it was told, until it is closed.
import type { Job, Worker } from 'bullmq';
import { SepconvError } from '../../core/errors.js';
import { isAddress } from '../inputs.js';
import { realFolder } from './confine.js';
import { shownUrl } from './http.js';
import { type PictureAnswer, type PictureJob, queueName } from './picture-job.js';
import { answered, checkAnswers, connectionFault, connectionOf, end, loadBullmq, shownAddress } from './redis.js';
import { tellable, type WorkSettings, work } from './work.js';

export interface WorkerSettings extends WorkSettings {
  readonly queue: string;
  readonly concurrency: number;
  /** After which another worker takes the job of one that says nothing. */
  readonly lockSeconds: number;
  /** Says what happened, in one line. */
  readonly say: (sentence: string) => void;
}

/** What a worker has done, and whether it can do more. */
export interface WorkerState {
  done: number;
  /** Tries of pictures. */
  failed: number;
  restarts: number;
  isConnected: boolean;
}

export interface RunningWorker {
  /**
   * Takes no more, finishes what is in hand, or after the grace gives it back.
   *
   * @returns whether it came to an end, and how many pictures could not be given back; others take them when their locks
   * have run out
   */
  close(graceSeconds: number): Promise<{ readonly isClosed: boolean; readonly inHand: number }>;
}

/** A job may be stopped so often with its worker before it counts as failed: it need not be at fault. */
const maxStalledCount = 5;

/** Errors after which another try could do better. */
const passing = ['ERR_FILE', 'ERR_MEMORY', 'ERR_ABORTED'];

/** For what is cancelled to come to its end, in milliseconds. */
const lastMoments = 2000;

/**
 * @param state is kept up to date
 * @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE`, `ERR_OPTION`, `ERR_FILE` where the queue does not answer
 */
export async function startWorker(given: WorkerSettings, state: WorkerState): Promise<RunningWorker> {
  const settings = { ...given, root: await realFolder(given.root) };
  const { queue: address, concurrency, lockSeconds, say } = settings;
  const { Queue, UnrecoverableError, WaitingError, Worker: QueueWorker } = await loadBullmq();
  await checkAnswers(address);
  const connection = connectionOf(address);
  let isOver = false;
  let inHand = 0;
  let lastSign = performance.now();
  const process = async (job: Job<PictureJob>, token?: string, signal?: AbortSignal): Promise<PictureAnswer> => {
    inHand++;
    lastSign = performance.now();
    try {
      return await work(job.data, settings, job.attemptsStarted > 1, signal);
    } catch (error) {
      if (isOver) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const isPassing = !(error instanceof SepconvError) || passing.includes(error.code);
      throw new (isPassing ? Error : UnrecoverableError)(tellable(error, settings));
    } finally {
      inHand--;
      lastSign = performance.now();
    }
  };
  const connected = (isConnected: boolean, reason = '') => {
    if (state.isConnected && !isConnected) say(`${shownAddress(address)} does not answer${reason}; waiting for it`);
    state.isConnected = isConnected;
  };
  const start = (): Worker => {
    const worker = new QueueWorker(queueName, process, {
      connection,
      concurrency,
      lockDuration: lockSeconds * 1000,
      stalledInterval: lockSeconds * 500,
      maxStalledCount,
    });
    worker.on('completed', () => state.done++);
    worker.on('failed', (job, error) => {
      state.failed++;
      say(`failed: ${job ? nameOf(job.data) : 'a job'}: ${error.message}`);
    });
    worker.on('ready', () => connected(true));
    worker.on('error', (error) => {
      const fault = connectionFault(error);
      if (fault !== undefined) connected(false, ` (${fault})`);
      else say(`the queue: ${error.message}`);
    });
    // Another worker has what was taken for stalled.
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id, 'another worker has taken the picture');
    });
    return worker;
  };
  let worker = start();
  state.isConnected = true;
  const watch = new Queue(queueName, { connection });
  watch.on('error', () => {});
  // After a fail-over a worker may wait for ever on a connection that nobody answers.
  const watchdog = setInterval(async () => {
    const waiting = await answered(address, watch.getWaitingCount()).catch(() => undefined);
    connected(waiting !== undefined);
    if (!waiting || inHand > 0 || performance.now() - lastSign < 3 * lockSeconds * 1000) return;
    state.restarts++;
    lastSign = performance.now();
    say('no job came though some wait; connecting again');
    const silent = worker;
    worker = start();
    await silent.close(true).catch(() => {});
  }, lockSeconds * 1000);
  return {
    async close(graceSeconds) {
      clearInterval(watchdog);
      const cancelling = setTimeout(() => {
        isOver = true;
        worker.cancelAllJobs('the worker ends');
      }, graceSeconds * 1000);
      const closed = Promise.all([worker.close(), end(watch)]);
      const most = (inHand > 0 ? graceSeconds * 1000 : 0) + lastMoments;
      const isClosed = await answered(address, closed, most).then(
        () => true,
        () => false,
      );
      clearTimeout(cancelling);
      return { isClosed, inHand };
    },
  };
}

function nameOf({ input }: PictureJob): string {
  return isAddress(input) ? shownUrl(input) : input;
}
