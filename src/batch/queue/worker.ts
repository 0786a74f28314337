// Takes pictures from the queue, as many at once as it was told, until it is closed.
import type { Job, Worker } from 'bullmq';
import { SepconvError } from '../../core/errors.js';
import { isFilterFile } from '../../image/filters.js';
import type { Operations } from '../../ops/index.js';
import { processPicture } from '../process-picture.js';
import { type Recipe, readRecipe } from '../recipe.js';
import { version } from '../version.js';
import { type Bounds, download, readable, writable } from './confine.js';
import { isAddress, type PictureAnswer, type PictureJob, queueName } from './picture-job.js';
import { answered, checkAnswers, connectionOf, loadBullmq } from './redis.js';

export interface WorkerSettings extends Bounds {
  readonly queue: string;
  readonly on: Operations;
  readonly concurrency: number;
  readonly maxPixels: number | undefined;
  readonly maxSeconds: number;
  /** After which another worker takes the job of one that says nothing. */
  readonly lockSeconds: number;
  /** Says what happened, in one line. */
  readonly say: (sentence: string) => void;
}

export interface RunningWorker {
  readonly counts: { done: number; failed: number; restarts: number };
  readonly isConnected: () => boolean;
  /** Takes no more, finishes what is in hand, or after the grace gives it back. */
  close(graceSeconds: number): Promise<void>;
}

/** A job may be stopped so often with its worker before it counts as failed: it need not be at fault. */
const maxStalledCount = 5;

/** Errors after which another try could do better. */
const passing = ['ERR_FILE', 'ERR_MEMORY', 'ERR_ABORTED'];

/**
 * @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE`, `ERR_OPTION`, `ERR_FILE` where the queue does not answer
 */
export async function startWorker(settings: WorkerSettings): Promise<RunningWorker> {
  const { queue: address, concurrency, lockSeconds, say } = settings;
  const { Queue, UnrecoverableError, Worker: QueueWorker } = await loadBullmq();
  const connection = connectionOf(address);
  const counts = { done: 0, failed: 0, restarts: 0 };
  let inHand = 0;
  let isConnected = true;
  let lastSign = performance.now();
  const process = async (job: Job<PictureJob>, _?: string, signal?: AbortSignal): Promise<PictureAnswer> => {
    inHand++;
    lastSign = performance.now();
    try {
      return await work(job.data, settings, signal);
    } catch (error) {
      const isPassing = !(error instanceof SepconvError) || passing.includes(error.code);
      throw isPassing ? error : new UnrecoverableError(`${(error as SepconvError).code}: ${(error as Error).message}`);
    } finally {
      inHand--;
      lastSign = performance.now();
    }
  };
  await checkAnswers(address);
  const watch = new Queue(queueName, { connection });
  watch.on('error', () => {});
  const start = (): Worker => {
    const worker = new QueueWorker(queueName, process, {
      connection,
      concurrency,
      lockDuration: lockSeconds * 1000,
      stalledInterval: lockSeconds * 500,
      maxStalledCount,
    });
    worker.on('completed', () => counts.done++);
    worker.on('failed', (job, error) => {
      counts.failed++;
      say(`failed: ${job?.data.input ?? 'a job'}: ${error.message}`);
    });
    worker.on('ready', () => {
      isConnected = true;
    });
    worker.on('error', ({ message }) => {
      if (isConnected) say(`the queue: ${message.split('\n')[0]}`);
      isConnected = false;
    });
    return worker;
  };
  let worker = start();
  // After a fail-over a worker may wait for ever on a connection that nobody answers.
  const watchdog = setInterval(async () => {
    const waiting = await answered(address, watch.getWaitingCount()).catch(() => undefined);
    isConnected = waiting !== undefined;
    if (!waiting || inHand > 0 || performance.now() - lastSign < 3 * lockSeconds * 1000) return;
    counts.restarts++;
    lastSign = performance.now();
    say('no job came though some wait; connecting again');
    const silent = worker;
    worker = start();
    await silent.close(true).catch(() => {});
  }, lockSeconds * 1000);
  return {
    counts,
    isConnected: () => isConnected,
    async close(graceSeconds) {
      clearInterval(watchdog);
      const timer = setTimeout(() => worker.cancelAllJobs('the worker ends'), graceSeconds * 1000);
      await worker.close().catch(() => {});
      clearTimeout(timer);
      await watch.close().catch(() => {});
    },
  };
}

async function work(job: PictureJob, settings: WorkerSettings, cancelled?: AbortSignal): Promise<PictureAnswer> {
  if (job.version !== version) {
    const message = `version: this worker is ${version}, and the results are to be those of ${job.version}; install the same`;
    throw new SepconvError('ERR_OPTION', message, { argument: 'version', expected: job.version, received: version });
  }
  const limit = AbortSignal.timeout(settings.maxSeconds * 1000);
  const signal = cancelled ? AbortSignal.any([cancelled, limit]) : limit;
  try {
    const output = await writable(job.output, settings);
    const input = isAddress(job.input)
      ? await download(job.input, settings, signal)
      : await readable('input', job.input, settings);
    const recipe = await recipeOf(job, settings);
    const answer = await processPicture({ input, output }, recipe, { force: true }, signal);
    if (answer.status === 'skipped') throw new Error('nothing is passed over without a journal');
    const { milliseconds, notes, sha256, fileSha256 } = answer;
    return { milliseconds, notes, sha256, fileSha256 };
  } catch (error) {
    if (!limit.aborted || error !== limit.reason) throw error;
    throw new SepconvError('ERR_LIMIT', `${job.input}: took more than ${settings.maxSeconds} s; raise --max-seconds`);
  }
}

/** A filter in a file is confined as pictures are. */
async function recipeOf({ texts, range, hash }: PictureJob, settings: WorkerSettings): Promise<Recipe> {
  const confined = async (name: 'kernel' | 'pointwise') => {
    const text = texts[name];
    return text !== undefined && isFilterFile(text) ? await readable(name, text, settings) : text;
  };
  const [kernel, pointwise] = [await confined('kernel'), await confined('pointwise')];
  const given = { ...texts, ...(kernel !== undefined && { kernel }), ...(pointwise !== undefined && { pointwise }) };
  return readRecipe({ ...given, range, hash, maxPixels: settings.maxPixels, on: settings.on });
}
