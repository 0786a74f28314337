// sepconv worker: takes pictures from a queue until it is told to end.
import { availableParallelism } from 'node:os';
import { shownAddress } from '../batch/queue/redis.js';
import { startWorker, type WorkerState } from '../batch/queue/worker.js';
import { version } from '../batch/version.js';
import { invalid } from '../core/errors.js';
import { createRuntime } from '../entries/node.js';
import { readCountText, readMaxPixels, readWholeText } from '../image/option-texts.js';
import { type MachineTexts, readRuntimeOptions } from './convolve.js';
import { serveHealth } from './health.js';
import { interruptible } from './interrupt.js';

export interface WorkerOptions extends MachineTexts {
  readonly queue?: string;
  readonly root: string;
  readonly allowHost?: readonly string[];
  readonly concurrency?: string;
  readonly maxPixels?: string;
  readonly maxBytes: string;
  readonly maxSeconds: string;
  readonly lockSeconds: string;
  readonly grace: string;
  readonly healthPort?: string;
}

/**
 * Works until SIGTERM or Ctrl-C, then finishes what is in hand.
 *
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_BACKEND_UNAVAILABLE`, `ERR_FILE` where the queue does not answer
 */
export async function worker(options: WorkerOptions): Promise<void> {
  const { queue, root } = options;
  if (!queue) {
    throw invalid('ERR_OPTION', 'queue', 'redis://HOST:PORT', 'none', 'name it with --queue or SEPCONV_QUEUE');
  }
  const concurrency =
    options.concurrency === undefined ? availableParallelism() : readCountText('concurrency', options.concurrency);
  const say = (sentence: string) => void process.stderr.write(`sepconv: ${sentence.replace(/\s*\n\s*/g, ' ')}\n`);
  const grace = readCountText('grace', options.grace);
  const settings = {
    queue,
    root,
    allowedHosts: options.allowHost ?? [],
    concurrency,
    maxPixels: readMaxPixels(options),
    maxBytes: readCountText('max-bytes', options.maxBytes),
    maxSeconds: readCountText('max-seconds', options.maxSeconds),
    lockSeconds: readCountText('lock-seconds', options.lockSeconds),
    on: await createRuntime(readRuntimeOptions(options)),
    say,
  };
  const state: WorkerState = { done: 0, failed: 0, restarts: 0, isConnected: false };
  const { healthPort } = options;
  const port =
    healthPort === undefined ? undefined : readWholeText('health-port', healthPort, 1, 65535, 'choose a free one');
  const health = port === undefined ? undefined : await serveHealth(state, port);
  try {
    const running = await startWorker(settings, state);
    say(`worker ${version} takes pictures below ${root} from ${shownAddress(queue)}, ${concurrency} at once`);
    await untilStopped();
    say(`finishing what is in hand, for ${grace} s at most`);
    const { isClosed, inHand } = await interruptible(
      () => {},
      () => running.close(grace),
    );
    say(`${state.done} done, ${state.failed} failed${inHand > 0 ? `, ${inHand} in hand, which others will take` : ''}`);
    // A picture that can not be stopped, or a server that does not answer, would keep the process.
    if (!isClosed) process.exit(0);
  } finally {
    health?.close();
  }
}

/** The first SIGTERM or Ctrl-C. */
async function untilStopped(): Promise<void> {
  await interruptible(
    () => process.emit('SIGTERM'),
    () => new Promise<void>((resolve) => process.once('SIGTERM', () => resolve())),
  );
}
