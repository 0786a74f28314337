// Computing on the calling thread without keeping it: in slices, between which the event loop has its turn.
import { throwIfAborted } from './aborts.js';
import type { Waited } from './kernels.js';
import { nextTurn } from './turns.js';

/** Work that can stop after any of its units and go on later. */
export interface Pass {
  readonly units: number;
  /** About what a unit takes on a slow machine: the clock of some hosts stands still while they compute. */
  readonly nanoseconds: number;
  run(begin: number, end: number): void;
}

/** A slice ends with the piece in which it reaches one of these, by the clock or by the estimate. */
const sliceMilliseconds = 4;
const sliceNanoseconds = 8e6;

/** The first piece of a pass, by the estimate; by the clock the others become larger or smaller than these. */
const firstPieceNanoseconds = 5e5;
const shortPieceMilliseconds = 0.5;
const longPieceMilliseconds = 2;

/** The slices of one started run. The loop waits for no more than one of them, or one unit where that takes longer. */
export class Slices {
  readonly #signal: AbortSignal | undefined;
  readonly #from = performance.now();
  #waited: Waited | undefined;
  #end = -Infinity;
  #nanosecondsLeft = 0;

  constructor(signal: AbortSignal | undefined, waited: Waited | undefined) {
    this.#signal = signal;
    this.#waited = waited;
  }

  /**
   * Runs a pass to its end.
   *
   * @throws (rejects) the signal's reason, where it is aborted before that
   */
  async run(pass: Pass): Promise<void> {
    let size = Math.max(1, Math.floor(firstPieceNanoseconds / pass.nanoseconds));
    let begin = 0;
    while (begin < pass.units) {
      if (this.#nanosecondsLeft <= 0 || performance.now() >= this.#end) await this.#nextSlice();
      const end = Math.min(begin + size, pass.units);
      const from = performance.now();
      pass.run(begin, end);
      const took = performance.now() - from;
      this.#nanosecondsLeft -= (end - begin) * pass.nanoseconds;
      begin = end;
      if (took > longPieceMilliseconds) size = Math.ceil(size / 2);
      else if (took > 0 && took < shortPieceMilliseconds) size *= 2;
    }
  }

  /** Tells how long the run has waited, the first time; also where others than slices begin it. */
  begin(): void {
    this.#waited?.(performance.now() - this.#from);
    this.#waited = undefined;
  }

  async #nextSlice(): Promise<void> {
    throwIfAborted(this.#signal);
    await nextTurn(this.#signal);
    throwIfAborted(this.#signal);
    this.begin();
    this.#end = performance.now() + sliceMilliseconds;
    this.#nanosecondsLeft = sliceNanoseconds;
  }
}
