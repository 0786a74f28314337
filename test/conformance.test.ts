// The promise: every backend, instruction set and thread count gives the bits of the reference.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { TensorData } from '../src/core/arrays.js';
import type { Tensor } from '../src/core/tensor.js';
import { type OperationName, ops } from '../src/ops/index.js';
import { everyBackend, fusedKernels, missing, skipped } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { type Call, type Case, callOf, oneShot, outputOf, prepare, runPrepared } from './support/cases.js';
import { millionValues, namedCases } from './support/named-cases.js';
import { reportedIsas } from './support/processor.js';
import { runCount, runSeed } from './support/random.js';
import { randomCases } from './support/random-cases.js';

describe('backends here', () => {
  test.each(everyBackend)('$name', ({ kernels }) => expect(kernels.threads).toBeGreaterThan(0));
  for (const reason of skipped) test.skip(reason);
  test('the required ones are here', () => expect(missing(), skipped.join('\n')).toEqual([]));
  test('an addon has every instruction set that the processor reports', () => {
    const native = [...everyBackend.map(({ kernels }) => kernels), ...fusedKernels].filter(
      ({ backend }) => backend === 'native',
    );
    const isas = new Set(native.map(({ isa }) => isa));
    const absent = reportedIsas().filter((isa) => !isas.has(isa));
    if (native.length > 0) expect(absent, skipped.join('\n')).toEqual([]);
  });
});

/** Compares one way of calling on every backend with the reference's answer, computed once. */
function expectEverywhere(call: Call, expected: Tensor<TensorData>, way: typeof outputOf = outputOf): void {
  for (const { name, kernels } of everyBackend) {
    expectSameBits(`${call.name} on ${name}`, way(kernels, call), expected, call.layout, call.about);
  }
}

const inLayouts: readonly Partial<Case>[] = [
  { layout: 'NHWC', filters: 'tensorflow' },
  { layout: 'NCHW', filters: 'pytorch' },
];

const imageSizes = [
  [1, 5, 7],
  [2, 1, 1],
  [1, 16, 17],
  [0, 3, 3],
  [3, 2, 5],
  [1, 5, 7],
] as const;

describe.each(Object.keys(ops) as OperationName[])('%s', (name) => {
  test.each(namedCases[name])('$title', (aCase) => {
    for (const layout of inLayouts) {
      const call = callOf(name, { ...aCase, ...layout });
      expectEverywhere(call, outputOf(reference, call));
    }
  });

  test(`random cases (SEED=${runSeed})`, () => {
    const property = fc.property(randomCases[name], (aCase) => {
      const call = callOf(name, aCase);
      expectEverywhere(call, outputOf(reference, call));
    });
    fc.assert(property, { numRuns: runCount, seed: runSeed });
  });

  test('one-shot calls', () => {
    for (const aCase of namedCases[name].filter((_, index) => index % 7 === 0)) {
      const call = callOf(name, aCase);
      expectEverywhere(call, outputOf(reference, call), oneShot);
    }
  });

  test.each(inLayouts)('one operator on many image sizes, $layout', (layout) => {
    const aCase = millionValues[name];
    const calls = imageSizes.map(([n, h, w]) => {
      return callOf(name, { ...aCase, ...layout, image: [n, h, w, aCase.image[3]] });
    });
    const expected = calls.map((call) => outputOf(reference, call));
    for (const { name: backend, kernels } of everyBackend) {
      const operator = prepare(kernels, calls[0]);
      calls.forEach((call, i) => {
        expectSameBits(`${name} on ${backend}`, runPrepared(operator, call), expected[i], call.layout, call.about);
      });
      operator[Symbol.dispose]();
    }
  });

  test(`a million random values (SEED=${runSeed})`, () => {
    const call = callOf(name, { ...millionValues[name], seed: runSeed });
    const expected = outputOf(reference, call);
    expect(expected.data.length).toBeGreaterThanOrEqual(1e6);
    expectEverywhere(call, expected);
  });
});
