// Workers as the hosts have them: worker_threads of Node, Deno and Bun, Web Workers of pages.
import { workerText } from './board.js';

type Listener = (message: unknown) => void;

/** One worker, and whether it keeps the process alive, as it does at first. */
export interface Thread {
  ref(): void;
  unref(): void;
}

interface ThreadEvents {
  readonly onMessage: Listener;
  readonly onError: (cause: unknown) => void;
}

/** Starts workers, each with what it is to be served with; throws the reason where the host has none. */
export function threadStarter(): (data: object, events: ThreadEvents) => Thread {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (threads !== undefined) return (data, events) => startNodeWorker(threads, data, events);
  if (typeof Worker === 'undefined') throw new Error('this host has no worker threads');
  if (!globalThis.crossOriginIsolated) {
    throw new Error(
      'this page shares no memory: serve it with Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp',
    );
  }
  return startWebWorker;
}

function startNodeWorker(
  { Worker }: typeof import('node:worker_threads'),
  workerData: object,
  { onMessage, onError }: ThreadEvents,
): Thread {
  const text =
    `${workerText}const { parentPort, workerData } = require('node:worker_threads');` +
    'serve(workerData, (message) => parentPort.postMessage(message));';
  const worker = new Worker(text, { eval: true, execArgv: [], name: 'sepconv', workerData });
  worker.on('message', onMessage);
  worker.on('error', onError);
  return worker;
}

function startWebWorker(data: object, { onMessage, onError }: ThreadEvents): Thread {
  const text = `${workerText}onmessage = ({ data }) => serve(data, (message) => postMessage(message));`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'sepconv' });
  worker.onmessage = ({ data: message }) => {
    URL.revokeObjectURL(url);
    onMessage(message);
  };
  worker.onerror = (event) => onError(new Error(event.message || 'the worker could not be started'));
  worker.postMessage(data);
  return { ref() {}, unref() {} };
}
