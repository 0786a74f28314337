// Asynchronous runs: the bits of synchronous ones, a loop that goes on, an end that ends, and memory that stays.
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { Kernels } from '../src/core/kernels.js';
import type { Operator } from '../src/core/operator.js';
import { createRuntime, type Runtime, type Tensor, tensor } from '../src/entries/node.js';
import { operationsOn } from '../src/ops/index.js';
import { placed, ramp } from './support/allocated.js';
import { opCases } from './support/async-cases.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { callOf, outputOf, prepare } from './support/cases.js';
import { withCode } from './support/errors.js';

const shape = [2, 40, 40, 24];
const input = ramp(...shape);
const mix = ramp(24, 24);
const expected = operationsOn(() => reference).pointwiseConv2d(input, mix);
const backends = [{ name: 'reference', kernels: reference as Kernels }, ...everyBackend];
/** One of each kind. */
const kinds = backends.filter(
  ({ kernels }, i) => i === backends.findIndex((b) => b.kernels.backend === kernels.backend),
);

const pointwise = (kernels: Kernels) => operationsOn(() => kernels).preparePointwiseConv2d(mix);
const empty = () => tensor(new Float32Array(expected.data.length), expected.shape);
const detach = (data: Float32Array) => structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] });

/** A call that goes through many parts or slices. */
function longCall(kernels: Kernels): { operator: Operator; image: Tensor } {
  const [height, channels] = { native: [160, 128], wasm: [128, 64], reference: [48, 32] }[kernels.backend];
  const operator = operationsOn(() => kernels).prepareConv2d(ramp(3, 3, channels, channels), { padding: 'same' });
  return { operator, image: ramp(1, height, height, channels) };
}

describe.each(backends)('$name', ({ kernels }) => {
  test.each(opCases.map((aCase) => [aCase.about.image.join('×'), aCase] as const))(
    'the bits of a synchronous run, %s',
    async (_, { name, about }) => {
      const call = callOf(name, about);
      const operator = prepare(kernels, call);
      const { input: image, residual } = call;
      const options = residual === undefined ? {} : { residual };
      const answer = outputOf(reference, call);
      const out = { data: answer.data.slice(), shape: answer.shape };
      const results = await Promise.all([
        operator.runAsync(image, options),
        operator.runAsync(image, { ...options, out }),
        operator.runAsync(image, options),
      ]);
      expect(results[1]).toBe(out);
      for (const result of results) expectSameBits(name, result, answer, call.layout, about);
      operator[Symbol.dispose]();
    },
  );
});

describe.each(kinds)('$name', ({ kernels }) => {
  test('leaves the loop free', async () => {
    const { operator, image } = longCall(kernels);
    let turns = 0;
    let isOver = false;
    const run = operator.runAsync(image).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await turn();
      turns++;
    }
    await run;
    expect(turns).toBeGreaterThan(5);
  });

  test('no steps are no work', async () => {
    await kernels.start([]);
  });

  test('takes its copies at the call', async () => {
    const operator = pointwise(kernels);
    const image = { data: input.data.slice(), shape };
    const run = operator.runAsync(image);
    image.data.fill(NaN);
    expectSameBits('overwritten', await run, expected);
    const other = { data: input.data.slice(), shape };
    const second = operator.runAsync(other);
    detach(other.data);
    expectSameBits('transferred', await second, expected);
  });

  test('a transferred out gives an error, and the next run works', async () => {
    const operator = pointwise(kernels);
    const out = empty();
    const run = operator.runAsync(input, { out });
    detach(out.data);
    await expect(run).rejects.toThrow(withCode('ERR_BUFFER', 'out.data'));
    expectSameBits('afterwards', await operator.runAsync(input, { out: empty() }), expected);
  });

  test('arrays on shared memory are used where they stand', async () => {
    const operator = pointwise(kernels);
    const shared = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length));
    const image = { data: shared(input.data.length), shape };
    image.data.set(input.data);
    const out = { data: shared(expected.data.length), shape: expected.shape };
    expect(await operator.runAsync(image, { out })).toBe(out);
    expectSameBits('shared', out, expected);
  });

  test('arrays on memory that only says it is shared are copied', async () => {
    const pretended = (length: number) => {
      const data = new Float32Array(length);
      Object.defineProperty(data.buffer, Symbol.toStringTag, { value: 'SharedArrayBuffer' });
      return data;
    };
    const image = { data: pretended(input.data.length), shape };
    image.data.set(input.data);
    const out = { data: pretended(expected.data.length), shape: expected.shape };
    const operator = pointwise(kernels);
    const run = operator.runAsync(image);
    const refused = expect(operator.runAsync(input, { out })).rejects.toThrow(withCode('ERR_BUFFER', 'out.data'));
    detach(image.data);
    detach(out.data);
    expectSameBits('transferred', await run, expected);
    await refused;
  });

  test('weights disposed of under a run stay until it ends', async () => {
    const operator = pointwise(kernels);
    const runs = [1, 2, 3].map(() => operator.runAsync(input));
    operator[Symbol.dispose]();
    await expect(operator.runAsync(input)).rejects.toThrow(withCode('ERR_DISPOSED', 'operator'));
    for (const run of runs) expectSameBits('disposed', await run, expected);
  });

  test('an operator that is dropped and collected under its runs', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const runs = Array.from({ length: 10 }, () => pointwise(kernels).runAsync(input));
    for (let turns = 0; turns < 5; turns++) {
      collect();
      await turn();
      // Takes the place of weights that were freed too early.
      pointwise(kernels)[Symbol.dispose]();
    }
    for (const run of runs) expectSameBits('collected', await run, expected);
  });

  test('asyncDispose waits for what runs', async () => {
    const operator = pointwise(kernels);
    const ended: string[] = [];
    const run = operator.runAsync(input).then(() => ended.push('run'));
    await operator[Symbol.asyncDispose]().then(() => ended.push('dispose'));
    await run;
    expect(ended).toEqual(['run', 'dispose']);
    await operator[Symbol.asyncDispose]();
  });

  test('aborted before, nothing is computed', async () => {
    const operator = pointwise(kernels);
    const out = empty();
    const reason = new Error('before');
    await expect(operator.runAsync(input, { out, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(out.data).toEqual(new Float32Array(out.data.length));
  });

  test('aborted during, it ends soon and leaves no listener; after the end an abort does nothing', async () => {
    const { operator, image } = longCall(kernels);
    const controller = new AbortController();
    const { signal } = controller;
    const run = operator.runAsync(image, { signal });
    await turn();
    controller.abort('enough');
    await expect(run).rejects.toBe('enough');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const later = new AbortController();
    expectSameBits('whole', await pointwise(kernels).runAsync(input, { signal: later.signal }), expected);
    later.abort();
  });

  test('one signal ends many runs by one listener, and those that ended before leave it there', async () => {
    const { operator, image } = longCall(kernels);
    const controller = new AbortController();
    const { signal } = controller;
    await operator.runAsync(ramp(1, 8, 8, image.shape[3]), { signal });
    const runs = Array.from({ length: 12 }, () => operator.runAsync(image, { signal }));
    const ended = Promise.allSettled(runs);
    await turn();
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    controller.abort('enough');
    expect((await ended).at(-1)).toEqual({ status: 'rejected', reason: 'enough' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('an aborted run harms no other', async () => {
    const operator = pointwise(kernels);
    for (let round = 0; round < 100; round++) {
      const controller = new AbortController();
      const doomed = operator.runAsync(input, { signal: controller.signal });
      const other = operator.runAsync(input);
      if (round % 2 === 0) await turn();
      controller.abort();
      await Promise.allSettled([doomed]);
      expectSameBits(`round ${round}`, await other, expected);
    }
  });

  test('short work is done at once, and is a promise still', async () => {
    const operator = operationsOn(() => kernels).prepareDepthwiseConv2d(ramp(1, 1, 3, 1));
    const image = ramp(1, 2, 2, 3);
    const out = tensor(new Float32Array(12), [1, 2, 2, 3]);
    const run = operator.runAsync(image, { out });
    expectSameBits('at once', out, operationsOn(() => reference).depthwiseConv2d(image, ramp(1, 1, 3, 1)));
    expect(await run).toBe(out);
    expect((await operator.runAsync(tensor(new Float32Array(0), [0, 2, 2, 3]))).shape).toEqual([0, 2, 2, 3]);
  });

  test('signals of other libraries, which have less and may fail', async () => {
    const operator = pointwise(kernels);
    const signal = { aborted: false, addEventListener() {}, removeEventListener() {} };
    const failing = () => {
      throw new Error('mine');
    };
    const run = (changes: object) => operator.runAsync(input, { signal: { ...signal, ...changes } as never });
    expectSameBits('without a method to throw', await run({}), expected);
    expectSameBits('that fails at the end', await run({ removeEventListener: failing }), expected);
    await expect(run({ addEventListener: failing })).rejects.toThrow('mine');
    await expect(run({ aborted: true })).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await expect(run({ aborted: true, reason: 'own' })).rejects.toBe('own');
    expectSameBits('afterwards', await operator.runAsync(input), expected);
  });

  test.each([
    ['signal', { signal: {} }, 'ERR_OPTION'],
    ['signal', { signal: null }, 'ERR_OPTION'],
    ['options', { sgnal: undefined, signl: 1 }, 'ERR_OPTION'],
    ['out.data', { out: { data: new Float32Array(3), shape: expected.shape } }, 'ERR_SHAPE'],
    ['out.shape', { out: { data: new Float32Array(3), shape: [1, 1, 1, 3] } }, 'ERR_SHAPE'],
  ] as const)('refuses a wrong %s by a rejection', async (argument, options, code) => {
    await expect(pointwise(kernels).runAsync(input, options as never)).rejects.toThrow(withCode(code, argument));
  });
});

describe.each(kinds.map(({ kernels }) => kernels.backend))("%s: tensors of the runtime's own", (backend) => {
  const own = async (): Promise<Runtime> => createRuntime({ backend });

  test('give the same bits, and may be disposed of meanwhile', async () => {
    const runtime = await own();
    const operator = runtime.preparePointwiseConv2d(mix);
    for (let round = 0; round < 30; round++) {
      const [image, out] = [placed(runtime, input), runtime.allocate(expected.shape)];
      const run = operator.runAsync(image, { out });
      const another = operator.runAsync(image);
      image[Symbol.dispose]();
      if (round % 2 === 0) out[Symbol.dispose]();
      // Takes the place of what was given back too early.
      const others = [runtime.allocate(shape), runtime.allocate(shape)];
      for (const { data } of others) data.fill(NaN);
      expectSameBits('another', await another, expected);
      const result = await run;
      if (round % 2 === 0) expect(() => result.data).toThrow(withCode('ERR_DISPOSED', 'tensor'));
      else expectSameBits('own', result, expected);
      for (const used of [...others, out]) used[Symbol.dispose]();
    }
  });

  test('whose buffer is transferred meanwhile', async () => {
    const runtime = await own();
    const operator = runtime.preparePointwiseConv2d(mix);
    const [image, out] = [placed(runtime, input), runtime.allocate(expected.shape)];
    const run = operator.runAsync(image, { out });
    for (const { data } of [image, out]) {
      try {
        detach(data);
      } catch {
        // The memory of WASM can not be transferred.
      }
    }
    await run.catch((error) => expect(error).toEqual(withCode('ERR_BUFFER', 'out')));
    expectSameBits('afterwards', await operator.runAsync(input), expected);
  });
});
