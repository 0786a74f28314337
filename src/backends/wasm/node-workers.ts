// worker_threads of Node, Deno and Bun.
import { nodeWorker } from '../../../build/worker-texts.js';
import { builtin } from '../native-host.js';
import type { StartWorker } from './pool.js';

/** Throws the reason where there are none. */
export function nodeWorkers(): StartWorker {
  const threads = builtin('node:worker_threads');
  if (threads === undefined) throw new Error('this host has no worker threads');
  return (workerData, { onMessage, onEnd }) => {
    const worker = new threads.Worker(nodeWorker, { eval: true, execArgv: [], name: 'sepconv', workerData });
    worker.on('message', onMessage);
    worker.on('error', onEnd);
    worker.on('exit', (code) => onEnd(new Error(`exit code ${code}`)));
    return worker;
  };
}
