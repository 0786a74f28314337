// What the tracing channels tell of runs and streams, and that nobody who listens, or throws, changes what is computed.
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test } from 'vitest';
import { setTracing, type Tracing, tracing } from '../src/core/tracing.js';
import {
  createRuntime,
  depthwiseConv2d,
  depthwiseConv2dAsync,
  type RunMessage,
  type StreamMessage,
} from '../src/entries/node.js';
import { operationsOn, ops } from '../src/ops/index.js';
import { ramp } from './support/allocated.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';

const names = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
type Message = RunMessage | StreamMessage;

let unsubscribe = () => {};
afterEach(() => unsubscribe());

/** The events of a channel from now on: the name of each, and its message as it was then. */
function listen(name: 'run' | 'stream') {
  const events: [string, Message][] = [];
  const listeners = names.map((event) => {
    const listener = (message: unknown) => events.push([event, { ...(message as Message) }]);
    return [`tracing:sepconv:${name}:${event}`, listener] as const;
  });
  for (const [event, listener] of listeners) channel(event).subscribe(listener);
  unsubscribe = () => {
    for (const [event, listener] of listeners) channel(event).unsubscribe(listener);
  };
  return events;
}

const namesOf = (events: readonly [string, Message][]) => events.map(([name]) => name);
const timed = { queueTime: expect.any(Number), runTime: expect.any(Number) };

const image = ramp(1, 64, 64, 8);
const small = ramp(1, 3, 3, 8);
const filter = ramp(3, 3, 8, 8);
const wrong = ramp(1, 3, 3, 5);
const backends = ['native', 'wasm', 'reference'].filter(
  (name) => name === 'reference' || everyBackend.some(({ kernels }) => kernels.backend === name),
) as ('native' | 'wasm' | 'reference')[];

describe.each(backends)('%s', (backend) => {
  const prepared = async (threads?: number) => {
    const { prepareConv2d, info } = await createRuntime({ backend, threads });
    const about = { op: 'conv2d', backend, isa: info.isa };
    return { operator: prepareConv2d(filter), about };
  };

  test('a synchronous run', async () => {
    const { operator, about } = await prepared();
    const events = listen('run');
    const result = operator.run(image);
    expect(events).toEqual([
      ['start', { ...about, shape: image.shape }],
      ['end', { ...about, shape: image.shape, ...timed, queueTime: 0, result }],
    ]);
  });

  test.each([
    ['that is started', image],
    ['that is short', small],
  ])('an asynchronous run %s', async (_, input) => {
    const { operator, about } = await prepared();
    const events = listen('run');
    const before = performance.now();
    const run = operator.runAsync(input);
    expect(namesOf(events)).toEqual(['start', 'end']);
    const result = await run;
    const over = { ...about, shape: input.shape, ...timed, result };
    expect(events.slice(2)).toEqual([
      ['asyncStart', over],
      ['asyncEnd', over],
    ]);
    const [[, first]] = events.slice(2);
    const { queueTime = NaN, runTime = NaN } = first;
    expect(Math.min(queueTime, runTime)).toBeGreaterThanOrEqual(0);
    expect(queueTime + runTime).toBeLessThanOrEqual(performance.now() - before);
    if (input === small) expect(queueTime).toBe(0);
  });

  test('those that wait for others say so', async () => {
    const { operator } = await prepared(backend === 'reference' ? undefined : 1);
    const events = listen('run');
    await Promise.all(Array.from({ length: 12 }, () => operator.runAsync(image)));
    const times = events.filter(([name]) => name === 'asyncEnd').map(([, { queueTime }]) => queueTime as number);
    expect(times).toHaveLength(12);
    expect(Math.max(...times)).toBeGreaterThan(Math.min(...times));
  });

  test('errors', async () => {
    const { operator } = await prepared();
    const events = listen('run');
    expect(() => operator.run(wrong)).toThrow('8 channels');
    await expect(operator.runAsync(wrong)).rejects.toThrow('8 channels');
    await expect(operator.runAsync(undefined as never)).rejects.toThrow('input');
    expect(namesOf(events)).toEqual([
      ...['start', 'error', 'end'],
      ...['start', 'end', 'error', 'asyncStart', 'asyncEnd'],
      ...['start', 'end', 'error', 'asyncStart', 'asyncEnd'],
    ]);
    const errors = events.filter(([name]) => name === 'error');
    for (const [, { error }] of errors) expect(error).toMatchObject({ code: 'ERR_SHAPE' });
    expect(errors.map(([, { shape }]) => shape)).toEqual([wrong.shape, wrong.shape, undefined]);
  });

  test('a run that is aborted before it is begun has waited all the time', async () => {
    const { operator } = await prepared();
    const events = listen('run');
    await expect(operator.runAsync(image, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    expect(events.find(([name]) => name === 'error')?.[1]).toMatchObject({ error: 'enough', ...timed, runTime: 0 });
  });

  test('a stream, and each of its runs', async () => {
    const { operator, about } = await prepared();
    const events = listen('stream');
    for await (const _ of operator.stream([small, image, small], { concurrency: 2 }));
    const message = { ...about, concurrency: 2 };
    const over = { ...message, inputs: 3, shape: small.shape, ...timed };
    expect(events).toEqual([
      ['start', { ...message, inputs: 0 }],
      ['end', { ...message, inputs: 0 }],
      ['asyncStart', over],
      ['asyncEnd', over],
    ]);
    unsubscribe();
    const runs = listen('run');
    for await (const _ of operator.stream([small, small]));
    expect(namesOf(runs).filter((name) => name === 'asyncEnd')).toHaveLength(2);
  });

  test('streams that end early', async () => {
    const { operator } = await prepared();
    const events = listen('stream');
    for await (const _ of operator.stream([small, small])) break;
    expect(namesOf(events)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    const read = async () => {
      for await (const _ of operator.stream([small, wrong]));
    };
    await expect(read()).rejects.toThrow('8 channels');
    expect(namesOf(events).slice(4)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(events.at(-1)?.[1]).toMatchObject({ inputs: 2, error: { code: 'ERR_SHAPE' } });
  });
});

test('every operation has the name of its function', async () => {
  expect(Object.entries(ops).map(([name, op]) => [name, op.name])).toEqual(
    Object.keys(ops).map((name) => [name, name]),
  );
  const events = listen('run');
  depthwiseConv2d(image, ramp(3, 3, 8, 1));
  await depthwiseConv2dAsync(image, ramp(3, 3, 8, 1));
  expect(new Set(events.map(([, { op }]) => op))).toEqual(new Set(['depthwiseConv2d']));
});

test('a subscriber that throws harms nothing', async () => {
  const { prepareConv2d, conv2d } = await createRuntime();
  const expected = conv2d(image, filter);
  const thrown: unknown[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => thrown.push(error));
  const listener = () => {
    throw new Error('of the listener');
  };
  const channels = ['run', 'stream'].flatMap((of) => names.map((name) => channel(`tracing:sepconv:${of}:${name}`)));
  for (const each of channels) each.subscribe(listener);
  try {
    const operator = prepareConv2d(filter);
    expectSameBits('run', operator.run(image), expected);
    expectSameBits('runAsync', await operator.runAsync(image), expected);
    for await (const result of operator.stream([image])) expectSameBits('stream', result, expected);
    expect(() => operator.run(wrong)).toThrow('8 channels');
    await new Promise(setImmediate);
  } finally {
    for (const each of channels) each.unsubscribe(listener);
    process.setUncaughtExceptionCaptureCallback(null);
  }
  // Node tells the process of each, apart from the run.
  expect(thrown).toHaveLength(2 + 4 + (4 + 4) + 3);
});

test('without a subscriber nothing is asked but whether there is one', async () => {
  const asked: string[] = [];
  const watched = (of: Tracing['run']) =>
    new Proxy(of, {
      get(target, name) {
        asked.push(String(name));
        return Reflect.get(target, name);
      },
    });
  const usual = tracing as Tracing;
  setTracing({ ...usual, run: watched(usual.run), stream: watched(usual.stream) });
  try {
    const operator = operationsOn(() => everyBackend[0].kernels).prepareConv2d(filter);
    operator.run(small);
    await operator.runAsync(image);
    for await (const _ of operator.stream([image]));
  } finally {
    setTracing(usual);
  }
  expect(new Set(asked)).toEqual(new Set(['hasSubscribers']));
});

test('an AsyncLocalStorage that is bound to the start follows the run', async () => {
  const { AsyncLocalStorage } = await import('node:async_hooks');
  const storage = new AsyncLocalStorage<string>();
  const { start } = tracingChannel('sepconv:run');
  start.bindStore(storage, (message) => (message as RunMessage).op);
  const seen: (string | undefined)[] = [];
  try {
    const { prepareConv2d } = await createRuntime();
    const operator = prepareConv2d(filter);
    const input = {
      get data() {
        seen.push(storage.getStore());
        return small.data;
      },
      shape: small.shape,
    };
    operator.run(input);
    await operator.runAsync(input);
  } finally {
    start.unbindStore(storage);
  }
  expect(seen).toEqual(['conv2d', 'conv2d']);
});
