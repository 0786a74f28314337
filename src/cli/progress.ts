// Life signs on the terminal while the program computes: from a thread of its own, since the computing blocks this one.
import { Worker } from 'node:worker_threads';

/** Erases the line and returns to its beginning. */
const clear = '\r\x1b[K';

/** Says every second what goes on, from the first second on; to stderr itself, since its stream waits for this thread. */
const source = `
const { writeSync } = require('node:fs');
const { workerData: { label, clear } } = require('node:worker_threads');
let seconds = 0;
setInterval(() => { writeSync(2, clear + label + ' … ' + ++seconds + ' s'); }, 1000);
`;

/** Runs something, and where it takes more than a second says so on a terminal. */
export async function inProgress<Result>(label: string, work: () => Result | Promise<Result>): Promise<Result> {
  if (!process.stderr.isTTY) return await work();
  const worker = new Worker(source, { eval: true, execArgv: [], workerData: { label, clear } });
  // Where no thread can be started there are no life signs.
  worker.once('error', () => {});
  worker.unref();
  const begin = performance.now();
  try {
    return await work();
  } finally {
    const ended = worker.terminate();
    // Of something short nothing was said, and its end is not waited for.
    if (performance.now() - begin > 900) {
      await ended;
      process.stderr.write(clear);
    }
  }
}
