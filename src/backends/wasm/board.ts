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
 * What a thread computes in a job, and what each worker of a pool does. Text, because a worker starts from a text on every
 * host and in every bundle: what it knows stands in here, the kernels come to it in a message.
 */
export const workerText = `'use strict';
const at = ${JSON.stringify(at)};
function join(words) {
  for (;;) {
    const state = Atomics.load(words, at.state);
    const count = state & ${countMask};
    if ((state & ${open}) === 0 || count >= ((state >> ${limitShift}) & ${countMask})) return -1;
    if (Atomics.compareExchange(words, at.state, state, state + 1) === state) return count;
  }
}
function takeParts(words, kernels, place) {
  const units = words[at.units], per = words[at.unitsPerPart], parts = words[at.parts];
  const kernel = kernels[words[at.kernel]], params = words[at.params], operands = words[at.operands];
  const scratch = (words[at.scratch] >>> 0) + place * words[at.scratchStep];
  for (let part; (part = Atomics.add(words, at.next, 1)) < parts; ) {
    kernel(params, operands, scratch, part * per, Math.min((part + 1) * per, units));
  }
}
function serve({ module, memory, board, names }, post) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = names.map((name) => exports[name]);
  const words = new Int32Array(memory.buffer, board, ${words.length});
  post('ready');
  for (;;) {
    const wake = Atomics.load(words, at.wake);
    const place = join(words);
    if (place < 0) {
      Atomics.wait(words, at.wake, wake);
      continue;
    }
    const message = words[at.message];
    try {
      takeParts(words, kernels, place);
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
