// What runs and streams tell those who watch a program, where a host has a way to.
import type { Backend, Kernels, Waited } from './kernels.js';
import type { Op } from './settled.js';
import type { Shape } from './shape.js';

/** What every event of a run or a stream says; one object from its start to its end. */
interface TracedMessage {
  /** The name of the operation's function: `'depthwiseConv2d'`, `'add'` … */
  readonly op: string;
  readonly backend: Backend;
  readonly isa: string;
  /** What a run gave; there with `end` of `run` and with `asyncStart` of `runAsync`. */
  readonly result?: unknown;
  /** What it threw. */
  readonly error?: unknown;
  /**
   * Milliseconds that it waited, there at the end: a run for a thread, 0 where it is done at once; a stream for its first
   * input.
   */
  queueTime?: number;
  /** Milliseconds from then until the end. */
  runTime?: number;
}

/** The message of the events `tracing:sepconv:run:…` of `node:diagnostics_channel`. */
export interface RunMessage extends TracedMessage {
  /** Of the input, as it was given. */
  readonly shape: Shape;
}

/** The message of the events `tracing:sepconv:stream:…` of `node:diagnostics_channel`. */
export interface StreamMessage extends TracedMessage {
  /** Of the first input, once that is there. */
  shape?: Shape;
  /** Those that were taken from the source. */
  inputs: number;
  readonly concurrency: number;
}

/** @internal Which operator runs. */
export interface Traced {
  readonly op: Op<never>;
  readonly kernels: Kernels;
}

/** @internal */
export interface Tracing {
  readonly run: { readonly hasSubscribers: boolean };
  readonly stream: { readonly hasSubscribers: boolean };
  traceRun<Result>(traced: Traced, input: unknown, run: () => Result): Result;
  /** @param run may tell how long it waited; one that succeeds without that was done at once */
  traceRunAsync<Result>(traced: Traced, input: unknown, run: (waited: Waited) => Promise<Result>): Promise<Result>;
  /** @param stream runs what it is given in place of the source */
  traceStream<Item, Result>(
    traced: Traced,
    concurrency: number,
    source: AsyncIterator<Item> | Iterator<Item>,
    stream: (source: AsyncIterator<Item>) => AsyncGenerator<Result, void, undefined>,
  ): AsyncGenerator<Result, void, undefined>;
}

/** @internal Undefined where the host has none. */
export let tracing: Tracing | undefined;

/** @internal */
export function setTracing(value: Tracing | undefined): void {
  tracing = value;
}
