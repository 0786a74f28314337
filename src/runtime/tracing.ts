// The events of runs and streams, on tracing channels as node:diagnostics_channel has them.
import type { Waited } from '../core/kernels.js';
import type { Shape } from '../core/shape.js';
import type { RunMessage, StreamMessage, Traced, Tracing } from '../core/tracing.js';

interface Channel {
  readonly hasSubscribers: boolean;
}

/** A TracingChannel of node:diagnostics_channel. */
interface TracingChannel {
  readonly start: Channel;
  readonly end: Channel;
  readonly asyncStart: Channel;
  readonly asyncEnd: Channel;
  readonly error: Channel;
  traceSync<Result>(traced: () => Result, message: object): Result;
  tracePromise<Result>(traced: () => Promise<Result>, message: object): Promise<Result>;
}

/** @param channel gives the channel of a name */
export function tracingOn(channel: (name: string) => TracingChannel): Tracing {
  const run = channel('sepconv:run');
  const stream = channel('sepconv:stream');
  return {
    run: new Subscribers(run),
    stream: new Subscribers(stream),
    traceRun(traced, input, compute) {
      const message = runMessage(traced, input);
      return run.traceSync(() => timed(message, compute), message);
    },
    traceRunAsync(traced, input, compute) {
      const message = runMessage(traced, input);
      return run.tracePromise(() => timedAsync(message, compute), message);
    },
    traceStream(traced, concurrency, source, results) {
      const message: StreamMessage = { ...about(traced), concurrency, inputs: 0 };
      return tracedStream(stream, message, source, results);
    },
  };
}

/**
 * Whether a channel has any, which those of Bun do not tell by themselves. It is asked at every run: engines make loads of
 * the getter of a class, and a call of that of an object literal.
 */
class Subscribers implements Channel {
  readonly #channel: TracingChannel;

  constructor(channel: TracingChannel) {
    this.#channel = channel;
  }

  get hasSubscribers(): boolean {
    const { start, end, asyncStart, asyncEnd, error } = this.#channel;
    return (
      start.hasSubscribers ||
      end.hasSubscribers ||
      asyncStart.hasSubscribers ||
      asyncEnd.hasSubscribers ||
      error.hasSubscribers
    );
  }
}

function about({ op, kernels }: Traced) {
  return { op: op.name, backend: kernels.backend, isa: kernels.isa };
}

function runMessage(traced: Traced, input: unknown): RunMessage {
  return { ...about(traced), shape: shapeOf(input) };
}

/** As it was given: nothing is checked yet. */
function shapeOf(input: unknown): Shape {
  return (input as { shape: Shape } | null | undefined)?.shape as Shape;
}

function timed<Result>(message: RunMessage, compute: () => Result): Result {
  const from = performance.now();
  try {
    return compute();
  } finally {
    message.queueTime = 0;
    message.runTime = performance.now() - from;
  }
}

async function timedAsync<Result>(
  message: RunMessage | StreamMessage,
  compute: (waited: Waited) => Promise<Result>,
): Promise<Result> {
  const from = performance.now();
  let told: number | undefined;
  const setTimes = (otherwise: number) => {
    const time = performance.now() - from;
    message.queueTime = Math.min(told ?? otherwise, time);
    message.runTime = time - message.queueTime;
  };
  try {
    const result = await compute((milliseconds) => {
      told = milliseconds;
    });
    setTimes(0);
    return result;
  } catch (error) {
    // What was never begun has waited all the time.
    setTimes(Infinity);
    throw error;
  }
}

async function* tracedStream<Item, Result>(
  channel: TracingChannel,
  message: StreamMessage,
  source: AsyncIterator<Item> | Iterator<Item>,
  stream: (source: AsyncIterator<Item>) => AsyncGenerator<Result, void, undefined>,
): AsyncGenerator<Result, void, undefined> {
  let end = () => {};
  let fail = (_error: unknown) => {};
  let items = source as AsyncIterator<Item>;
  const told = channel.tracePromise(
    () =>
      timedAsync(message, (waited) => {
        items = watched(source, message, waited);
        return new Promise<void>((resolve, reject) => {
          end = resolve;
          fail = reject;
        });
      }),
    message,
  );
  told.catch(() => {});
  try {
    yield* stream(items);
  } catch (error) {
    fail(error);
    throw error;
  } finally {
    // Also where the consumer leaves it.
    end();
    await told.catch(() => {});
  }
}

/** The same source, whose items are counted. */
function watched<Item>(
  source: AsyncIterator<Item> | Iterator<Item>,
  message: StreamMessage,
  waited: Waited,
): AsyncIterator<Item> {
  const from = performance.now();
  return {
    async next() {
      const next = await source.next();
      if (!next.done && message.inputs++ === 0) {
        const item = next.value as { input?: unknown } | null | undefined;
        message.shape = shapeOf(item?.input ?? item);
        waited(performance.now() - from);
      }
      return next;
    },
    async return() {
      return (await source.return?.()) ?? { done: true, value: undefined };
    },
  };
}
