// worker_threads of Node, Deno and Bun.
import { builtin } from '../native-host.js';
import { workerText } from './board.js';
import type { StartWorker } from './pool.js';

const text = `${workerText}const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
serve(workerData, (message) => parentPort.postMessage(message));`;

/** Throws the reason where there are none. */
export function nodeWorkers(): StartWorker {
  const threads = builtin('node:worker_threads');
  if (threads === undefined) throw new Error('this host has no worker threads');
  return (workerData, { onMessage, onEnd }) => {
    const worker = new threads.Worker(text, { eval: true, execArgv: [], name: 'sepconv', workerData });
    worker.on('message', onMessage);
    worker.on('error', onEnd);
    worker.on('exit', (code) => onEnd(new Error(`exit code ${code}`)));
    return worker;
  };
}
