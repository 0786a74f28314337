// A host without memory for an array: a typed error, whoever needed the array, and the next call works.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { type OperationName, ops } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { type Call, callOf, oneShot, outputOf, prepare, runPrepared } from './support/cases.js';

/** Lets no array of more elements be made. */
function limitArrays(limit: number): void {
  for (const type of ['Float32Array', 'Uint8Array', 'ArrayBuffer'] as const) {
    const construct = (target: typeof Float32Array, [first, ...rest]: unknown[]) => {
      if (typeof first === 'number' && first > limit) throw new RangeError(`Invalid typed array length: ${first}`);
      return Reflect.construct(target, [first, ...rest]);
    };
    vi.stubGlobal(type, new Proxy(globalThis[type], { construct }));
  }
}

function expectNoMemory(run: () => unknown): void {
  expect(run).toThrow(expect.objectContaining({ name: 'SepconvError', code: 'ERR_MEMORY' }));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const names = Object.keys(ops) as OperationName[];

/** Whether a run needs an array beside its operands: the reference between two passes. */
const needsMemory = (name: OperationName, backend: string) =>
  backend === 'reference' && /separable|sepFilter/.test(name);

const backends = [
  { name: 'reference', kernels: reference },
  ...everyBackend.filter(({ kernels }) => kernels.threads === 1),
];

describe.each(backends)('$name', ({ kernels }) => {
  const expectAnswer = (call: Call) =>
    expectSameBits('afterwards', outputOf(kernels, call), outputOf(reference, call), call.layout);

  test.each(names)('%s: the output', (name) => {
    const call = callOf(name, { image: [4, 16, 16, 5], options: name === 'add' ? { activation: 'relu' } : {} });
    limitArrays(9);
    expectNoMemory(() => oneShot(kernels, call));
    vi.unstubAllGlobals();
    expectAnswer(call);
  });

  test.each(names)('%s: what a layout or a second pass needs in between', (name) => {
    for (const layout of ['NHWC', 'NCHW'] as const) {
      const call = callOf(name, { image: [4, 16, 16, 5], layout });
      const operator = prepare(kernels, call);
      const shape = operator.outputShape(call.input.shape);
      const out = { data: new Float32Array(shape.reduce((a, b) => a * b)).fill(7), shape };
      const run = () => operator.run(call.input, call.residual ? { out, residual: call.residual } : { out });
      limitArrays(9);
      if (needsMemory(name, kernels.backend)) expectNoMemory(run);
      else run();
      vi.unstubAllGlobals();
      if (needsMemory(name, kernels.backend)) expect(out.data.every((value) => value === 7)).toBe(true);
      expectSameBits('afterwards', runPrepared(operator, call), outputOf(reference, call), layout);
      operator[Symbol.dispose]();
    }
  });

  test('the weights', () => {
    const call = callOf('conv2d', { image: [1, 6, 6, 20], outputs: 30, bias: true, filters: 'pytorch' });
    limitArrays(29);
    expectNoMemory(() => prepare(kernels, call));
    vi.unstubAllGlobals();
    expectAnswer(call);
  });
});

test.each(backends)('$name: a tensor in its memory', ({ kernels }) => {
  const bytes = 2 ** 52;
  expectNoMemory(() => kernels.allocate(bytes));
  const message = expect.stringMatching(
    /\b4503599627370496\b.*dispose.*smaller batch or image|smaller batch or image.*dispose/,
  );
  expect(() => kernels.allocate(bytes)).toThrow(expect.objectContaining({ message }));
  const memory = kernels.allocate(10);
  expect(new Uint8Array(memory.buffer, memory.byteOffset, memory.bytes)).toEqual(new Uint8Array(10));
  memory.release();
});
