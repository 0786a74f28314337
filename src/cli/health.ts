// What a worker says of itself over HTTP: /healthz, 200 while the queue answers, else 503; /metrics, for Prometheus.
import { createServer, type Server } from 'node:http';
import type { WorkerState } from '../batch/queue/worker.js';
import { invalid, SepconvError } from '../core/errors.js';

/** @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE` without prom-client, `ERR_OPTION` where the port is taken */
export async function serveHealth(state: WorkerState, port: number): Promise<Server> {
  const registry = await registryOf(state);
  const server = createServer(async ({ url }, response) => {
    if (url === '/metrics') {
      response.setHeader('content-type', registry.contentType).end(await registry.metrics());
    } else if (url === '/healthz') {
      response.writeHead(state.isConnected ? 200 : 503).end(state.isConnected ? 'ok\n' : 'no queue\n');
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(invalid('ERR_OPTION', 'health-port', 'a free port', `${port} (${cause.message})`, 'choose another one')),
    );
    server.listen(port, resolve);
  });
  return server;
}

async function registryOf(state: WorkerState) {
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
  gauge('pictures_done', 'Pictures that this worker has done.', () => state.done);
  gauge('pictures_failed', 'Tries of pictures that failed on this worker.', () => state.failed);
  gauge('restarts', 'Connections that were begun anew because no job came.', () => state.restarts);
  gauge('queue_connected', '1 while the queue answers.', () => Number(state.isConnected));
  return registry;
}
