// Runs that are started: the bits of the synchronous ones, the event loop free meanwhile, and a stop that stops.
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { TensorData } from '../src/core/arrays.js';
import type { Kernels, Memory, Step } from '../src/core/kernels.js';
import { type OperationName, ops } from '../src/ops/index.js';
import { everyBackend, type NamedKernels } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { type Call, callOf, outputOf } from './support/cases.js';
import { namedCases } from './support/named-cases.js';
import { prestart, startedOutput } from './support/started.js';

const slicing: NamedKernels[] = [
  { name: 'reference', kernels: reference },
  ...everyBackend.filter(({ kernels }) => kernels.backend === 'wasm'),
];

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Some 60 slices on any backend: the estimates see to it where the clock does not. */
const long = callOf('conv2d', { image: [1, 40, 40, 32], kernel: [3, 3], outputs: 32, options: { padding: 'same' } });
const longer = callOf('conv2d', { image: [2, 80, 80, 64], kernel: [3, 3], outputs: 64, options: { padding: 'same' } });
const longOn = (kernels: Kernels): Call => (kernels === reference ? long : longer);
const small = callOf('separableConv2d', { image: [1, 9, 7, 8], outputs: 12, options: { padding: 'same' }, bias: true });
const answers = new Map([long, longer, small].map((call) => [call, outputOf(reference, call)]));
const answerOf = (call: Call) => answers.get(call) as ReturnType<typeof outputOf>;

describe.each(slicing)('$name', ({ name, kernels }) => {
  const longCall = longOn(kernels);

  test.each(Object.keys(ops) as OperationName[])('%s has the same bits', async (op) => {
    for (const aCase of namedCases[op]) {
      for (const layout of [{ layout: 'NHWC', filters: 'tensorflow' } as const, { layout: 'NCHW' } as const]) {
        const call = callOf(op, { ...aCase, ...layout });
        expectSameBits(
          `${op} on ${name}`,
          await startedOutput(kernels, call),
          outputOf(reference, call),
          call.layout,
          aCase,
        );
      }
    }
  });

  test('timers and immediates have their turns', async () => {
    const { steps, out } = prestart(kernels, longCall);
    let isOver = false;
    const started = kernels.start(steps).then(() => {
      isOver = true;
    });
    let [timers, turns] = [0, 0];
    const timer = setInterval(() => timers++, 1);
    while (!isOver) {
      await turn();
      turns++;
    }
    clearInterval(timer);
    await started;
    expectSameBits(name, out, answerOf(longCall));
    expect(turns).toBeGreaterThan(20);
    expect(timers).toBeGreaterThan(0);
  });

  test('nothing is computed in the call itself', async () => {
    const { steps, out } = prestart(kernels, small);
    const before = out.data.slice();
    const started = kernels.start(steps);
    expect(isSame(out.data, before)).toBe(true);
    await started;
    expectSameBits(name, out, answerOf(small));
  });

  test('aborted before, it writes nothing', async () => {
    for (let i = 0; i < 200; i++) {
      const { operator, steps, out } = prestart(kernels, small);
      const before = out.data.slice();
      await expect(kernels.start(steps, AbortSignal.abort(`reason ${i}`))).rejects.toBe(`reason ${i}`);
      operator[Symbol.dispose]();
      await turn();
      expect(isSame(out.data, before)).toBe(true);
    }
  });

  test('aborted at once or on the way, it stops and leaves no listener', async () => {
    const { steps, out } = prestart(kernels, longCall);
    const answer = answerOf(longCall);
    for (let i = 0; i < 100; i++) {
      const controller = new AbortController();
      const reason = new Error('enough');
      const ended = kernels.start(steps, controller.signal).catch((error: unknown) => error);
      for (let turns = 0; turns < i % 4; turns++) await turn();
      controller.abort(reason);
      const error = await ended;
      // After some turns a quick backend may be done: then it is done whole.
      if (i % 4 > 0 && error === undefined) expectSameBits(name, out, answer);
      else expect(error).toBe(reason);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      if (i % 20 !== 0) continue;
      const stopped = out.data.slice();
      for (let turns = 0; turns < 5; turns++) await turn();
      expect(isSame(out.data, stopped)).toBe(true);
    }
    await kernels.start(steps);
    expectSameBits(name, out, answer);
  });

  test('an abort while others wait is not late', async () => {
    const others = [prestart(kernels, longCall), prestart(kernels, longCall)];
    const all = Promise.all(others.map(({ steps }) => kernels.start(steps)));
    const controller = new AbortController();
    const { steps } = prestart(kernels, longCall);
    const stopped = kernels.start(steps, controller.signal);
    controller.abort('now');
    await expect(Promise.race([stopped, all.then(() => 'the others first')])).rejects.toBe('now');
    await all;
    for (const { out } of others) expectSameBits(name, out, answerOf(longCall));
  });

  test('an abort after the end does nothing', async () => {
    const { steps, out } = prestart(kernels, small);
    const controller = new AbortController();
    await kernels.start(steps, controller.signal);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    await turn();
    expectSameBits(name, out, answerOf(small));
  });

  test('hundreds at once, synchronous runs between them', async () => {
    const runs = Array.from({ length: 300 }, () => prestart(kernels, small));
    const started = runs.map(async ({ operator, steps, out }, i) => {
      const run = kernels.start(steps);
      operator[Symbol.dispose]();
      await run;
      if (i % 10 === 0) expectSameBits('sync', outputOf(kernels, small), answerOf(small));
      expectSameBits(`run ${i}`, out, answerOf(small));
    });
    await turn();
    expectSameBits('sync', outputOf(kernels, small), answerOf(small));
    await Promise.all(started);
  });

  test('several steps are computed one after another', async () => {
    const first = prestart(kernels, small);
    const chained = callOf('activate', { image: [1, 9, 7, 12], options: { activation: 'gelu' } });
    const second = prestart(kernels, chained, { input: first.out as never });
    await kernels.start([...first.steps, ...second.steps]);
    const expected = prestart(reference, chained, { input: answerOf(small) as never });
    await reference.start(expected.steps);
    expectSameBits(name, second.out, expected.out);
  });

  test('a place that is too short is a typed error, and the next run works', async () => {
    const { steps, out } = prestart(kernels, small);
    const short: Step[] = [{ ...steps[0], output: { ...steps[0].output, byteOffset: 4 } }];
    await expect(kernels.start(short)).rejects.toMatchObject({ code: 'ERR_BUFFER' });
    await kernels.start(steps);
    expectSameBits(name, out, answerOf(small));
  });

  test('memory is held until the end, also where it was released and grows meanwhile', async () => {
    for (let i = 0; i < 100; i++) {
      const isLong = i % 25 === 0;
      const call = isLong ? longCall : small;
      const { operator, steps, out } = prestart(kernels, call);
      const [input, output] = [call.input, out].map(({ data }) => kernels.allocate(data.byteLength));
      floatsOf(input).set(call.input.data);
      const placed = [
        { ...steps[0], input: { memory: input, byteOffset: 0 }, output: { memory: output, byteOffset: 0 } },
      ];
      output.retain();
      const started = kernels.start(placed);
      for (const memory of [input, output]) memory.release();
      operator[Symbol.dispose]();
      const others: Memory[] = [];
      for (let turns = 0; turns < 3; turns++) {
        others.push(kernels.allocate(call.input.data.byteLength));
        floatsOf(others[turns]).fill(NaN);
        if (isLong) kernels.allocate(2 ** 24).release();
        await turn();
      }
      await started;
      out.data.set(floatsOf(output));
      for (const memory of [output, ...others]) memory.release();
      expectSameBits(name, out, answerOf(call));
    }
  });
});

const isSame = (one: TensorData, other: TensorData) =>
  Buffer.from(one.buffer, one.byteOffset, one.byteLength).equals(
    Buffer.from(other.buffer, other.byteOffset, other.byteLength),
  );

const floatsOf = ({ buffer, byteOffset, bytes }: Memory) => new Float32Array(buffer, byteOffset, bytes / 4);
