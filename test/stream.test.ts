// Streams: order, how many are under way, back-pressure, and every way to end. The faults of other libraries have their
// names here: more under way than asked for with an asynchronous source, work begun after the consumer left, an abort
// after the source's end that nobody hears, listeners left behind, a source that is closed twice or not at all.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { iteratorOf, readStreamOptions, type Source, type StreamOptions, streamOf } from '../src/core/stream.js';
import { createRuntime, type Runtime, type Tensor, tensor } from '../src/entries/node.js';
import { operationsOn } from '../src/ops/index.js';
import { ramp } from './support/allocated.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { withCode } from './support/errors.js';

/** A step that is told when to end, and what became of the stream. */
class Desk {
  begun: number[] = [];
  underWay = 0;
  most = 0;
  readonly #ends = new Map<number, (outcome: Promise<number>) => void>();

  start = (item: number, signal: AbortSignal): Promise<number> => {
    this.begun.push(item);
    this.most = Math.max(this.most, ++this.underWay);
    return new Promise<number>((resolve, reject) => {
      this.#ends.set(item, resolve as never);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }).finally(() => {
      this.underWay--;
    });
  };

  /** Ends items in this order, each in a turn of its own. */
  async end(...items: number[]): Promise<void> {
    for (const item of items) {
      for (let i = 0; !this.#ends.has(item) && i < 100; i++) await turn();
      this.#ends.get(item)?.(Promise.resolve(item * 10));
      await turn();
    }
  }
}

/** A source that counts how often it is closed. */
function counted(items: Iterable<number>, isAsync = true) {
  const closed = vi.fn();
  const iterator = items[Symbol.iterator]();
  const next = () => iterator.next();
  const source = {
    pulled: 0,
    closed,
    next() {
      source.pulled++;
      return isAsync ? turn().then(next) : next();
    },
    return() {
      closed();
      return isAsync ? Promise.resolve({ done: true, value: undefined }) : { done: true, value: undefined };
    },
  };
  return source;
}

function open(desk: Desk, source: ReturnType<typeof counted>, options: StreamOptions = {}) {
  return streamOf<number, number>(source as never, desk.start, readStreamOptions(options, 3));
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const results: T[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

describe('a stream', () => {
  test('gives results in the order of the items, or as they are ready', async () => {
    for (const ordered of [true, false]) {
      const desk = new Desk();
      const results = collect(open(desk, counted([1, 2, 3]), { ordered }));
      await desk.end(3, 1, 2);
      expect(await results).toEqual(ordered ? [10, 20, 30] : [30, 10, 20]);
    }
  });

  test.each([true, false])(
    'never has more under way than asked for, with a source that is asynchronous: %s',
    async (isAsync) => {
      const desk = new Desk();
      const source = counted([1, 2, 3, 4, 5, 6, 7, 8], isAsync);
      const results = collect(open(desk, source, { concurrency: 2 }));
      await desk.end(2, 1, 3, 4, 6, 5, 8, 7);
      expect(await results).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
      expect(desk.most).toBe(2);
    },
  );

  test('holds the source back while the consumer is busy', async () => {
    const desk = new Desk();
    const source = counted(Array(100).keys());
    const stream = open(desk, source, { concurrency: 3 });
    const first = stream.next();
    await desk.end(0, 1, 2);
    expect(await first).toEqual({ done: false, value: 0 });
    for (let i = 0; i < 20; i++) await turn();
    expect(source.pulled).toBeLessThanOrEqual(4);
    await stream.return();
  });

  test('begins nothing after the consumer has left, and closes the source once', async () => {
    const desk = new Desk();
    const source = counted([1, 2, 3, 4, 5, 6]);
    const stream = open(desk, source, { concurrency: 2 });
    const first = stream.next();
    await desk.end(1);
    await first;
    const begun = desk.begun.length;
    await stream.return();
    for (let i = 0; i < 10; i++) await turn();
    expect(desk.begun.length).toBe(begun);
    expect(desk.underWay).toBe(0);
    expect(source.closed).toHaveBeenCalledTimes(1);
  });

  test('does not close a source that has ended', async () => {
    const desk = new Desk();
    const source = counted([1]);
    const results = collect(open(desk, source));
    await desk.end(1);
    await results;
    expect(source.closed).not.toHaveBeenCalled();
  });

  test('hears an abort after the source has ended', async () => {
    const desk = new Desk();
    const controller = new AbortController();
    const results = collect(open(desk, counted([1, 2]), { signal: controller.signal }));
    await desk.end(1);
    for (let i = 0; i < 10; i++) await turn();
    controller.abort('late');
    await expect(results).rejects.toBe('late');
    expect(desk.underWay).toBe(0);
  });

  test('hears an abort while the source is silent, and before the first item', async () => {
    const controller = new AbortController();
    const silent = {
      next: () => new Promise<never>(() => {}),
      return: vi.fn(async () => ({ done: true, value: undefined })),
    };
    const stream = streamOf(silent as never, new Desk().start, readStreamOptions({ signal: controller.signal }, 3));
    const first = stream.next();
    await turn();
    controller.abort('silent');
    await expect(first).rejects.toBe('silent');
    expect(silent.return).toHaveBeenCalledTimes(1);
    const source = counted([1]);
    await expect(open(new Desk(), source, { signal: AbortSignal.abort('before') }).next()).rejects.toBe('before');
    expect(source.pulled).toBe(0);
  });

  test('leaves no listener behind, however it ends', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const desk = new Desk();
    const whole = collect(open(desk, counted([1]), { signal }));
    await desk.end(1);
    await whole;
    const left = open(new Desk(), counted([1]), { signal });
    const first = left.next();
    await turn();
    controller.abort('left');
    await expect(first).rejects.toBe('left');
    expect(added).toHaveBeenCalledTimes(2);
    expect(removed).toHaveBeenCalledTimes(2);
  });

  test('an error of the source, of a step or of the consumer ends it and everything in it', async () => {
    const failing = function* () {
      yield 1;
      throw new Error('source');
    };
    const desk = new Desk();
    const source = counted(failing());
    await expect(collect(open(desk, source))).rejects.toThrow('source');
    expect([desk.underWay, source.closed.mock.calls.length]).toEqual([0, 0]);
    const other = counted([1, 2, 3]);
    const stop = vi.fn();
    const step = async (item: number, signal: AbortSignal) => {
      signal.addEventListener('abort', stop);
      if (item === 2) throw new Error('step');
      return item;
    };
    await expect(collect(streamOf(other as never, step, readStreamOptions({}, 3)))).rejects.toThrow('step');
    expect([stop.mock.calls.length > 0, other.closed.mock.calls.length]).toEqual([true, 1]);
    const third = counted([1, 2, 3]);
    const consumer = async () => {
      for await (const _ of streamOf(third as never, async (i: number) => i, readStreamOptions({}, 3)))
        throw new Error('mine');
    };
    await expect(consumer()).rejects.toThrow('mine');
    expect(third.closed).toHaveBeenCalledTimes(1);
  });

  test('an error of the source while it is closed hides no earlier one, and nothing is left under way', async () => {
    const closing = (items: readonly unknown[]) => ({
      ...counted(items as number[]),
      return: () => Promise.reject(new Error('closing')),
    });
    const desk = new Desk();
    const controller = new AbortController();
    const aborted = open(desk, closing([1, 2, 3]), { signal: controller.signal });
    const first = aborted.next();
    await desk.end(1);
    await first;
    for (let i = 0; i < 10; i++) await turn();
    controller.abort('enough');
    await expect(aborted.next()).rejects.toBe('enough');
    expect(desk.underWay).toBe(0);
    const step = async (item: number) => Promise.reject(new Error(`step ${item}`));
    const failed = collect(streamOf(closing([1, 2]) as never, step, readStreamOptions({ concurrency: 1 }, 3)));
    await expect(failed).rejects.toThrow('step 1');
    const left = open(desk, closing([4, 5, 6]));
    const fourth = left.next();
    await desk.end(4);
    await fourth;
    for (let i = 0; i < 10; i++) await turn();
    await expect(left.return()).rejects.toThrow('closing');
    expect(desk.underWay).toBe(0);
  });

  test('takes promises of items from a list, and closes one with a promise that is rejected', async () => {
    const step = async (item: number) => item * 10;
    const streamed = (items: readonly Promise<number>[]) => {
      const source = counted(items as never, false);
      return { source, results: collect(streamOf(source as never, step, readStreamOptions({}, 3))) };
    };
    const late = turn().then(() => 1);
    expect(await streamed([late, Promise.resolve(2)]).results).toEqual([10, 20]);
    const { source, results } = streamed([late, Promise.reject(new Error('item')), late]);
    await expect(results).rejects.toThrow('item');
    expect(source.closed).toHaveBeenCalledTimes(1);
  });
});

test.each([
  ['concurrency', { concurrency: 0 }],
  ['concurrency', { concurrency: 1.5 }],
  ['ordered', { ordered: 1 }],
  ['reuse', { reuse: 'yes' }],
  ['signal', { signal: {} }],
  ['options', { order: true }],
])('refuses a wrong %s before anything starts: %j', (argument, options) => {
  expect(() => readStreamOptions(options as never, 3)).toThrow(withCode('ERR_OPTION', argument));
});

test.each([[undefined], [null], [3], ['text'], [{}]])('refuses %j as a source', (source) => {
  expect(() => iteratorOf(source as never)).toThrow(withCode('ERR_OPTION', 'source'));
});

function readable(tensors: readonly Tensor[]): ReadableStream<Tensor> {
  const items = tensors.values();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = items.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

const mix = ramp(24, 24);
const images = Array.from({ length: 12 }, (_, i) => {
  const image = ramp(1, 40, i % 3 === 0 ? 40 : 41, 24);
  image.data[0] = i;
  return image;
});
const expected = images.map((image) => operationsOn(() => reference).pointwiseConv2d(image, mix));
const kinds = [...new Set(everyBackend.map(({ kernels }) => kernels.backend)), 'reference' as const];

describe.each(kinds)('%s', (backend) => {
  const own = async (): Promise<Runtime> => createRuntime({ backend });
  const sources: Readonly<Record<string, () => Source<Tensor>>> = {
    'a list': () => images,
    'an async generator': async function* () {
      for (const image of images) {
        await turn();
        yield image;
      }
    },
    'a ReadableStream': () => readable(images),
  };

  test.each(Object.keys(sources))('%s', async (name) => {
    const operator = (await own()).preparePointwiseConv2d(mix);
    for (const reuse of [false, true]) {
      let at = 0;
      for await (const output of operator.stream(sources[name](), { reuse })) {
        expectSameBits(`${name} ${at}`, output, expected[at++]);
      }
      expect(at).toBe(images.length);
    }
    operator[Symbol.dispose]();
  });

  test('outputs of a ring are used again, and freed with it', async () => {
    const operator = (await own()).preparePointwiseConv2d(mix);
    const seen = new Set<Tensor>();
    const many = Array.from({ length: 40 }, () => images[0]);
    for await (const output of operator.stream(many, { reuse: true, concurrency: 2 })) {
      expectSameBits('ring', output, expected[0]);
      seen.add(output);
    }
    expect(seen.size).toBeLessThanOrEqual(4);
    for (const output of seen) expect(() => output.data).toThrow(withCode('ERR_DISPOSED'));
  });

  test('inputs with a residual, and inputs that are none', async () => {
    const runtime = await own();
    const add = runtime.prepareAdd();
    const pairs = images.slice(0, 3).map((input) => ({ input, residual: input }));
    const sums = await collect(add.stream(pairs));
    for (const [i, sum] of sums.entries()) {
      expectSameBits('sum', sum, operationsOn(() => reference).add(images[i], images[i]));
    }
    // @ts-expect-error the type knows that it needs one
    await expect(collect(add.stream([images[0]]))).rejects.toThrow(withCode('ERR_SHAPE', 'residual'));
    await expect(collect(add.stream([null as never]))).rejects.toThrow(withCode('ERR_SHAPE', 'input'));
    const wrong = [images[0], tensor(new Float32Array(4), [1, 1, 1, 4])];
    await expect(collect(runtime.preparePointwiseConv2d(mix).stream(wrong))).rejects.toThrow(withCode('ERR_SHAPE'));
  });
});
