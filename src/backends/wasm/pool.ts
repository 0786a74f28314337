// Workers over one memory, which compute one job at a time. The thread that asks for a job may take part in it.
import { onAbort, throwIfAborted } from '../../core/aborts.js';
import { SepconvError } from '../../core/errors.js';
import { kernelNames } from '../../core/kernel-table.js';
import * as at from './board.js';
import type { Heap } from './heap.js';
import type { WasmKernel } from './module.js';
import type { WorkerStart } from './worker.js';

/** One worker, and whether it keeps the process alive, as it does at first. */
export interface Thread {
  ref(): void;
  unref(): void;
  /** Ends it; nothing of it runs any more when the promise resolves. */
  terminate(): unknown;
}

interface ThreadEvents {
  readonly onMessage: (message: unknown) => void;
  /** It failed, or it has ended without being told to. */
  readonly onEnd: (cause: unknown) => void;
}

/** Starts a worker (`worker.ts`) with this data. */
export type StartWorker = (data: WorkerStart, events: ThreadEvents) => Thread;

/** Units of one kernel to share out; every place is an address. */
export interface Job {
  readonly kernel: WasmKernel;
  readonly params: number;
  readonly operands: number;
  readonly units: number;
  /** About what all units take one thread on a slow machine. */
  readonly nanoseconds: number;
  /** Room for as many threads as compute. */
  readonly scratch: number;
  readonly scratchStep: number;
}

/** More would only wait for each other. */
const mostThreads = 64;

/** Parts are small enough to stop soon and to end together, and as large as that allows. */
const partNanoseconds = 1e6;
const partsPerThread = 4;

export class Pool {
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #board: number;
  readonly #words: Int32Array;
  readonly #start: StartWorker;
  readonly #threads: Thread[] = [];
  /** Whether the calling thread may wait for others, as that of a page may not. */
  readonly #mayWait: boolean;
  /** What has the workers or waits for them, and when the last of that is over. */
  #started = 0;
  #last = Promise.resolve();
  /** When those have others in their place that have ended. */
  #whole = Promise.resolve();
  #onOver = (_failure?: SepconvError) => {};

  constructor(module: WebAssembly.Module, heap: Heap, start: StartWorker) {
    this.#module = module;
    this.#memory = heap.memory;
    this.#start = start;
    this.#board = heap.allocate(at.boardWords * 4).address;
    this.#words = new Int32Array(heap.buffer, this.#board, at.boardWords);
    this.#words.fill(0);
    this.#mayWait = mayWait(this.#words);
  }

  /**
   * Starts workers until there are so many, or as many as there may be.
   *
   * @returns their number, when they are ready
   * @throws (rejects) the reason why they are not
   */
  async grow(wanted: number): Promise<number> {
    const count = Math.min(wanted, mostThreads);
    const starting: Promise<void>[] = [];
    while (this.#threads.length < count) starting.push(this.#startThread());
    await Promise.all(starting);
    return count;
  }

  #startThread(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isReady = false;
      const onMessage = (message: unknown) => {
        if (message !== 'ready') return this.#onOver();
        isReady = true;
        // While nothing is computed, none of them keeps the process alive.
        thread.unref();
        resolve();
      };
      const data = { module: this.#module, memory: this.#memory, board: this.#board, names: kernelNames };
      const onEnd = (cause: unknown) => {
        // Those that are replaced are no longer among them.
        const index = this.#threads.indexOf(thread);
        if (index < 0) return;
        if (isReady) {
          this.#whole = this.#replaceThreads(cause);
        } else {
          this.#threads.splice(index, 1);
          reject(cause);
        }
      };
      const thread = this.#start(data, { onMessage, onEnd });
      this.#threads.push(thread);
    });
  }

  /** One has ended, perhaps in a job: nobody knows what it left undone. The job fails, and all of them begin anew. */
  async #replaceThreads(cause: unknown): Promise<void> {
    this.#started++;
    const threads = this.#threads.splice(0);
    await Promise.all(threads.map((thread) => thread.terminate()));
    this.#words.fill(0);
    await this.grow(threads.length).catch(() => {});
    this.#started--;
    this.#onOver(kernelError('a worker thread ended in the run', cause));
  }

  /** How many threads a job gets that is run now, the calling one among them. */
  threadsNow(threads: number): number {
    return this.#mayWait && this.#started === 0 ? threads : 1;
  }

  /** Computes a job together with the workers. */
  run(job: Job, threads: number): void {
    const board = this.#words;
    this.#post(job, threads, 1, false);
    try {
      const { kernel, params, operands, scratch, units } = job;
      const [parts, per] = [board[at.parts], board[at.unitsPerPart]];
      for (let part = Atomics.add(board, at.next, 1); part < parts; part = Atomics.add(board, at.next, 1)) {
        kernel.run(params, operands, scratch, part * per, Math.min((part + 1) * per, units));
      }
    } finally {
      Atomics.store(board, at.next, at.noPartLeft);
      Atomics.and(board, at.state, ~at.open);
      let state = Atomics.sub(board, at.state, 1) - 1;
      while ((state & at.countMask) > 0) {
        for (let i = 0; i < at.mostLooks && Atomics.load(board, at.state) === state; i++);
        Atomics.wait(board, at.state, state);
        state = Atomics.load(board, at.state);
      }
    }
    this.#check();
  }

  /**
   * Lets workers compute a job, after those that were started before it.
   *
   * @param begun called when they may take its units
   * @throws (rejects) the signal's reason where it is aborted; nobody computes any more then
   */
  async start(job: Job, threads: number, signal: AbortSignal | undefined, begun: () => void): Promise<void> {
    const before = this.#last;
    const { promise, resolve } = promiseOf();
    this.#last = promise;
    this.#started++;
    try {
      await untilAborted(before, signal);
      await untilAborted(this.#whole, signal);
      begun();
      await this.#compute(job, threads, signal);
    } finally {
      this.#started--;
      before.then(resolve);
    }
  }

  async #compute(job: Job, threads: number, signal: AbortSignal | undefined): Promise<void> {
    const stop = () => Atomics.store(this.#words, at.next, at.noPartLeft);
    // One of them keeps the process alive.
    const [keeper] = this.#threads;
    if (keeper === undefined)
      throw new SepconvError('ERR_KERNEL', 'the worker threads have ended, and no others start');
    const leave = onAbort(signal, stop);
    keeper.ref();
    const over = new Promise<SepconvError | undefined>((resolve) => {
      this.#onOver = resolve;
    });
    this.#post(job, threads, 0, true);
    const failure = await over;
    leave();
    keeper.unref();
    throwIfAborted(signal);
    if (failure !== undefined) throw failure;
    this.#check();
  }

  /** Opens a job for so many threads, of which `joined` are in it already. */
  #post(job: Job, threads: number, joined: number, message: boolean): void {
    const board = this.#words;
    const { units, nanoseconds } = job;
    const wanted = Math.max(threads * partsPerThread, Math.ceil(nanoseconds / partNanoseconds));
    const unitsPerPart = Math.ceil(units / Math.min(wanted, units));
    const parts = Math.ceil(units / unitsPerPart);
    const { kernel, params, operands, scratch, scratchStep } = job;
    // In the order of the board.
    const values = [0, 0, +message, parts, unitsPerPart, units, kernel.index, params, operands, scratch, scratchStep];
    board.set(values, at.next);
    Atomics.store(board, at.state, at.open | (threads << at.limitShift) | joined);
    Atomics.add(board, at.wake, 1);
    const watching = Atomics.load(board, at.watching);
    Atomics.notify(board, at.wake, Math.max(0, Math.min(threads, parts) - joined - watching));
  }

  #check(): void {
    if (this.#words[at.failed] !== 0) throw kernelError('a kernel failed in a worker thread');
  }
}

function kernelError(message: string, cause?: unknown): SepconvError {
  return new SepconvError('ERR_KERNEL', message, {}, cause);
}

function promiseOf(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Waits for what never rejects, at most until `signal` is aborted. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal);
  const aborted = promiseOf();
  const leave = onAbort(signal, aborted.resolve);
  await Promise.race([promise, aborted.promise]);
  leave();
  throwIfAborted(signal);
}

/** Whether this thread may wait for others; that of a page may not. */
function mayWait(board: Int32Array): boolean {
  try {
    return Atomics.wait(board, at.wake, -1) === 'not-equal';
  } catch {
    return false;
  }
}
