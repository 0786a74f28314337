// How the threads of a pool share out the units of a job: words in the memory that they share. A job is open until one of
// them finds no part left; until then threads join it, and it is over when all of them have left.

/** The words, in order. Those from `next` on are the job's, and are written while nobody is in it. */
export const words = [
  // Counts the jobs; threads without one wait for it to change.
  'wake',
  'state',
  // The next part that nobody has taken.
  'next',
  'failed',
  // Whether the last thread to leave posts a message.
  'message',
  'parts',
  'unitsPerPart',
  'units',
  'kernel',
  'params',
  'operands',
  'scratch',
  // Bytes of scratch for each thread.
  'scratchStep',
] as const;

type Word = (typeof words)[number];

/** Where each word stands. */
export const at = Object.fromEntries(words.map((name, index) => [name, index])) as Record<Word, number>;

/** In `state`: whether the job is open, how many threads may join, and how many are in it. */
export const open = 2 ** 30;
export const limitShift = 8;
export const countMask = 255;

/** More than any job has parts: stops one that is under way. */
export const noPartLeft = 2 ** 30;

/**
 * What each worker of a pool does. Text, because a worker starts from a text on every host and in every bundle: what it
 * knows stands in here, the kernels come to it in a message.
 */
export const workerText = `'use strict';
const at = ${JSON.stringify(at)};
function serve({ module, memory, board, names }, post) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const words = new Int32Array(memory.buffer, board, ${words.length});
  post('ready');
  for (;;) {
    const wake = Atomics.load(words, at.wake);
    const state = Atomics.load(words, at.state);
    const place = state & ${countMask};
    if ((state & ${open}) === 0 || place >= ((state >> ${limitShift}) & ${countMask})) {
      Atomics.wait(words, at.wake, wake);
      continue;
    }
    if (Atomics.compareExchange(words, at.state, state, state + 1) !== state) continue;
    const [message, parts, per, units, kernel, params, operands, scratch, step] = words.subarray(at.message);
    const own = (scratch >>> 0) + place * step;
    try {
      for (let part; (part = Atomics.add(words, at.next, 1)) < parts; ) {
        exports[names[kernel]](params, operands, own, part * per, Math.min((part + 1) * per, units));
      }
    } catch {
      Atomics.store(words, at.failed, 1);
    }
    Atomics.and(words, at.state, ${~open});
    const left = (Atomics.sub(words, at.state, 1) - 1) & ${countMask};
    if (left > 0) continue;
    if (message) post('over');
    else Atomics.notify(words, at.state);
  }
}
`;
