// The program of a worker of a page; build/worker-texts.js has it as text.
import { type WorkerStart, work } from './worker.js';

globalThis.onmessage = ({ data }: MessageEvent<WorkerStart>) =>
  work(data, (message) => globalThis.postMessage(message));
