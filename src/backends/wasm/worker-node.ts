// The program of a worker thread of Node, Deno or Bun; build/worker-texts.js has it as text.
import { type WorkerStart, work } from './worker.js';

const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
work(workerData as WorkerStart, (message) => parentPort?.postMessage(message));
