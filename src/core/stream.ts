// Many inputs through one asynchronous step: results in order, a bounded number of them under way, and every way to end.
import { onAbort, reasonOf } from './aborts.js';
import { invalid } from './errors.js';
import { checkOptions, readSignal, type Signal } from './options.js';

export interface StreamOptions {
  /** Inputs that are taken from the source and not yet handed on as results. Default: threads and one more. */
  readonly concurrency?: number | undefined;
  /** Whether results come in the order of their inputs, as by default, or as they are ready. */
  readonly ordered?: boolean | undefined;
  /** Ends the stream: the consumer gets `signal.reason`. */
  readonly signal?: Signal | undefined;
  /** Whether results are written into a ring of outputs, each valid until the next one is asked for. Default false. */
  readonly reuse?: boolean | undefined;
}

/** Whatever gives one item after another, or a list of promises of them; the last is a ReadableStream. */
export type Source<Item> =
  | Iterable<PromiseLike<Item>>
  | Iterable<Item>
  | AsyncIterable<Item>
  | { getReader(): Reader<Item> };

interface Reader<Item> {
  read(): Promise<{ readonly done: boolean; readonly value?: Item | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

/** @internal */
export interface ReadStreamOptions {
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly signal: AbortSignal | undefined;
  readonly reuse: boolean;
}

/** @internal */
export function readStreamOptions(options: StreamOptions | undefined, byDefault: number): ReadStreamOptions {
  checkOptions(options, ['concurrency', 'ordered', 'signal', 'reuse']);
  const { concurrency = byDefault, ordered = true, reuse = false, signal } = options ?? {};
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    const fix = 'leave it out for threads and one more';
    throw invalid('ERR_OPTION', 'concurrency', 'an integer of at least 1', concurrency, fix);
  }
  for (const [name, value] of Object.entries({ ordered, reuse })) {
    if (typeof value !== 'boolean') throw invalid('ERR_OPTION', name, 'true or false', value, 'give one of them');
  }
  return { concurrency, ordered, reuse, signal: readSignal(signal) };
}

/** An item under way, or its result. */
interface Entry<Result> {
  outcome?: PromiseSettledResult<Result>;
  ended?: Promise<void>;
}

/**
 * @internal Takes items from a source and gives their results.
 *
 * @param start begins one item; its signal ends it when the stream ends early
 */
export async function* streamOf<Item, Result>(
  source: AsyncIterator<Item> | Iterator<Item>,
  start: (item: Item, signal: AbortSignal) => Promise<Result>,
  { concurrency, ordered, signal }: ReadStreamOptions,
): AsyncGenerator<Result, void, undefined> {
  const entries: Entry<Result>[] = [];
  const stop = new AbortController();
  let wake = () => {};
  let isPulling = false;
  let isExhausted = false;
  let failure: { readonly error: unknown } | undefined;

  const begin = (item: Item) => {
    const entry: Entry<Result> = {};
    entry.ended = Promise.allSettled([start(item, stop.signal)]).then(([outcome]) => {
      entry.outcome = outcome;
      wake();
    });
    entries.push(entry);
  };
  const pull = async () => {
    let isGiven = false;
    isPulling = true;
    try {
      const { done, value } = await source.next();
      isGiven = !done;
      const item = await value;
      if (isGiven && !stop.signal.aborted) begin(item);
    } catch (error) {
      failure ??= { error };
    } finally {
      isExhausted = !isGiven;
      isPulling = false;
      wake();
    }
  };
  const abort = () => {
    failure = { error: reasonOf(signal as AbortSignal) };
    wake();
  };

  let leave = () => {};
  try {
    leave = onAbort(signal, abort);
    if (signal?.aborted) abort();
    for (;;) {
      if (failure !== undefined) throw failure.error;
      if (!isExhausted && !isPulling && entries.length < concurrency) void pull();
      const at = entries.findIndex(({ outcome }) => ordered || outcome !== undefined);
      const outcome = entries[at]?.outcome;
      if (outcome !== undefined) {
        entries.splice(at, 1);
        if (outcome.status === 'rejected') failure = { error: outcome.reason };
        else yield outcome.value;
      } else if (isExhausted && entries.length === 0) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    leave();
    stop.abort();
    await Promise.all(entries.map(({ ended }) => ended));
    if (!isExhausted) {
      // A source that is still to answer is not waited for. As in a loop, its error is told unless there is an earlier one.
      const closed = (async () => source.return?.())();
      const quiet = closed.catch(() => {});
      if (!isPulling) await (failure === undefined ? closed : quiet);
    }
  }
}

/** @internal The iterator of a source. @throws SepconvError `ERR_OPTION` */
export function iteratorOf<Item>(source: Source<Item>): AsyncIterator<Item> | Iterator<Item> {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return source[Symbol.iterator]() as Iterator<Item>;
    if ('getReader' in source) return readerIterator(source.getReader());
  }
  const expected = 'an iterable or a ReadableStream of tensors';
  throw invalid('ERR_OPTION', 'source', expected, source, 'give a list or a generator');
}

/** For hosts whose streams are not iterable yet. */
function readerIterator<Item>(reader: Reader<Item>): AsyncIterator<Item> {
  return {
    next: () => reader.read() as Promise<IteratorResult<Item>>,
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
