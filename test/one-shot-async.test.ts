// The asynchronous twins of the one-shot calls: the bits of the others, ends by a signal, errors by rejection.
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { Kernels } from '../src/core/kernels.js';
import { createRuntime, depthwiseConv2d, depthwiseConv2dAsync, sepFilter2dAsync } from '../src/entries/node.js';
import { operationsOn, ops } from '../src/ops/index.js';
import { ramp } from './support/allocated.js';
import { opCases } from './support/async-cases.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { callOf, oneShot, oneShotAsync, outputOf } from './support/cases.js';
import { withCode } from './support/errors.js';

const backends = [{ name: 'reference', kernels: reference as Kernels }, ...everyBackend];
const [filter, image] = [ramp(3, 3, 8, 1), ramp(1, 40, 40, 8)];

test('every operation has a twin and a case', () => {
  const operations = operationsOn(() => reference);
  for (const name of Object.keys(ops)) expect(operations).toHaveProperty(`${name}Async`);
  expect(new Set(opCases.map(({ name }) => name))).toEqual(new Set(Object.keys(ops)));
});

describe.each(backends)('$name', ({ kernels }) => {
  test.each(opCases)('$name: the bits of the synchronous call', async ({ name, about }) => {
    const call = callOf(name, about);
    const answer = outputOf(reference, call);
    const out = { data: answer.data.slice().fill(7), shape: answer.shape };
    const results = [oneShotAsync(kernels, call), oneShotAsync(kernels, call, { out })];
    expect(await results[1]).toBe(out);
    for (const result of results) expectSameBits(name, await result, answer, call.layout, about);
  });
});

describe.each(opCases)('$name', ({ name, about }) => {
  const call = callOf(name, about);
  const reason = new Error('enough');

  test('aborted before or during, it rejects with the reason', async () => {
    const controller = new AbortController();
    const run = oneShotAsync(reference, call, { signal: controller.signal });
    controller.abort(reason);
    await expect(run).rejects.toBe(reason);
    await expect(oneShotAsync(reference, call, { signal: controller.signal })).rejects.toBe(reason);
  });

  test('a wrong argument is a rejection', async () => {
    const refused = (argument: string, more: object) =>
      expect(oneShotAsync(reference, call, more)).rejects.toThrow(withCode('ERR_OPTION', argument));
    await refused('signal', { signal: 1 });
    await refused('layout', { layout: 'NWHC' });
    await expect(oneShotAsync(reference, { ...call, input: undefined as never })).rejects.toThrow(
      withCode('ERR_SHAPE'),
    );
  });

  test('a signal is of no use to the synchronous call', () => {
    const options = { ...call.options, signal: new AbortController().signal };
    expect(() => oneShot(reference, { ...call, options })).toThrow(withCode('ERR_OPTION'));
  });
});

test('on the default runtime, and on one by name', async () => {
  const expected = depthwiseConv2d(image, filter, { padding: 'same' });
  const runtime = await createRuntime({ backend: 'wasm' });
  for (const { depthwiseConv2dAsync: twin } of [{ depthwiseConv2dAsync }, runtime]) {
    expectSameBits('twin', await twin(image, filter, { padding: 'same' }), expected);
  }
  await expect(sepFilter2dAsync(image, [1] as never, [1] as never)).rejects.toThrow(withCode('ERR_DTYPE', 'rowFilter'));
});

test('a runtime that fails to load is a rejection', async () => {
  const operations = operationsOn(() => {
    throw new Error('no kernels');
  });
  await expect(operations.depthwiseConv2dAsync(image, filter)).rejects.toThrow('no kernels');
  const { activateAsync, sepFilter2dAsync: filterAsync } = operations;
  await expect(activateAsync(image, 'relu')).rejects.toThrow('no kernels');
  await expect(filterAsync(image, Float32Array.of(1), Float32Array.of(1))).rejects.toThrow('no kernels');
});
