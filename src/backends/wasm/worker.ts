// What each worker of a pool does.
import * as at from './board.js';

/** What comes to a worker when it starts. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The address of the board. */
  readonly board: number;
  /** Of the kernels, by their index. */
  readonly names: readonly string[];
}

type RunUnits = (params: number, operands: number, scratch: number, begin: number, end: number) => void;

/** Joins every job that has room; never returns. */
export function work({ module, memory, board, names }: WorkerStart, post: (message: string) => void): never {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, RunUnits>;
  const words = new Int32Array(memory.buffer, board, at.boardWords);
  post('ready');
  for (let looks = 0; ; ) {
    const wake = Atomics.load(words, at.wake);
    const state = Atomics.load(words, at.state);
    const place = state & at.countMask;
    if ((state & at.open) === 0 || place >= ((state >> at.limitShift) & at.countMask)) {
      Atomics.add(words, at.watching, 1);
      for (; looks > 0 && Atomics.load(words, at.wake) === wake; looks--);
      Atomics.sub(words, at.watching, 1);
      Atomics.wait(words, at.wake, wake);
    } else if (Atomics.compareExchange(words, at.state, state, state + 1) === state) {
      takeParts(kernels[names[words[at.kernel]]], words, place);
      leave(words, post);
      looks = at.mostLooks;
    }
  }
}

function takeParts(run: RunUnits, words: Int32Array, place: number): void {
  const [parts, per, units, , params, operands, scratch, step] = words.subarray(at.parts);
  const own = (scratch >>> 0) + place * step;
  try {
    for (let part = Atomics.add(words, at.next, 1); part < parts; part = Atomics.add(words, at.next, 1)) {
      run(params, operands, own, part * per, Math.min((part + 1) * per, units));
    }
  } catch {
    Atomics.store(words, at.failed, 1);
  }
}

function leave(words: Int32Array, post: (message: string) => void): void {
  const hasMessage = words[at.message] !== 0;
  Atomics.and(words, at.state, ~at.open);
  const left = (Atomics.sub(words, at.state, 1) - 1) & at.countMask;
  if (left > 0) return;
  if (hasMessage) post('over');
  else Atomics.notify(words, at.state);
}
