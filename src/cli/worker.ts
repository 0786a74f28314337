// sepconv worker: takes pictures from a queue until it is told to end.
import { createServer, type Server } from 'node:http';
import { availableParallelism } from 'node:os';
import { shownAddress } from '../batch/queue/redis.js';
import { type RunningWorker, startWorker } from '../batch/queue/worker.js';
import { version } from '../batch/version.js';
import { invalid, SepconvError } from '../core/errors.js';
import { createRuntime } from '../entries/node.js';
import { readCountText } from '../image/option-texts.js';
import { type MachineTexts, readRuntimeOptions } from './convolve.js';
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
  const count = (name: string, text: string) => readCountText(name, text);
  const concurrency = options.concurrency ? count('concurrency', options.concurrency) : availableParallelism();
  const say = (sentence: string) => void process.stderr.write(`sepconv: ${sentence.replace(/\s*\n\s*/g, ' ')}\n`);
  const grace = count('grace', options.grace);
  const running = await startWorker({
    queue,
    root,
    allowedHosts: options.allowHost ?? [],
    concurrency,
    maxPixels: options.maxPixels === undefined ? undefined : count('max-pixels', options.maxPixels),
    maxBytes: count('max-bytes', options.maxBytes),
    maxSeconds: count('max-seconds', options.maxSeconds),
    lockSeconds: count('lock-seconds', options.lockSeconds),
    on: await createRuntime(readRuntimeOptions(options)),
    say,
  });
  const port = options.healthPort === undefined ? undefined : count('health-port', options.healthPort);
  const health = port === undefined ? undefined : await serveHealth(running, port);
  say(`worker ${version} takes pictures below ${root} from ${shownAddress(queue)}, ${concurrency} at once`);
  await untilStopped();
  say(`finishing what is in hand, for ${grace} s at most`);
  await interruptible(
    () => {},
    () => running.close(grace),
  );
  health?.close();
  say(`${running.counts.done} done, ${running.counts.failed} failed`);
}

/** The first SIGTERM or Ctrl-C. */
async function untilStopped(): Promise<void> {
  await interruptible(
    () => process.emit('SIGTERM'),
    () => new Promise<void>((resolve) => process.once('SIGTERM', () => resolve())),
  );
}

/** `/healthz`: 200 while the queue answers, else 503; `/metrics`: for Prometheus. */
async function serveHealth({ counts, isConnected }: RunningWorker, port: number): Promise<Server> {
  const { Gauge, Registry } = await import('prom-client').catch((cause) => {
    const fix = 'npm install prom-client';
    throw new SepconvError('ERR_BACKEND_UNAVAILABLE', `health-port: needs prom-client; ${fix}`, { fix }, cause);
  });
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `sepconv_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('pictures_done', 'Pictures that this worker has done.', () => counts.done);
  gauge('pictures_failed', 'Tries of pictures that failed on this worker.', () => counts.failed);
  gauge('restarts', 'Connections that were begun anew because no job came.', () => counts.restarts);
  gauge('queue_connected', '1 while the queue answers.', () => Number(isConnected()));
  const server = createServer(async ({ url }, response) => {
    if (url === '/metrics') {
      response.setHeader('content-type', registry.contentType).end(await registry.metrics());
    } else if (url === '/healthz')
      response.writeHead(isConnected() ? 200 : 503).end(isConnected() ? 'ok\n' : 'no queue\n');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(invalid('ERR_OPTION', 'health-port', 'a free port', `${port} (${cause.message})`, 'choose another one')),
    );
    server.listen(port, resolve);
  });
  return server;
}
