// The same in a worker thread.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  new Worker(new URL(import.meta.url)).once('message', (result) => console.log(JSON.stringify(result)));
} else {
  const { result } = await import('./main.mjs');
  parentPort.postMessage(result());
}
