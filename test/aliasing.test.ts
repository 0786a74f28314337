// Arrays that share memory, or are not what they say: in place, partly over each other, one memory behind two buffer
// objects, with properties of their own.
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { TensorData } from '../src/core/arrays.js';
import type { Tensor } from '../src/core/tensor.js';
import { type OperationName, operationsOn, ops } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { type Call, type Case, callOf, oneShot } from './support/cases.js';
import { expectError } from './support/errors.js';

const names = Object.keys(ops) as OperationName[];
const inPlace: readonly OperationName[] = ['activate', 'add'];

const same = { padding: 'same' } as const;

/** The options with which an output is as large as its input. */
const options: Record<OperationName, NonNullable<Case['options']>> = {
  depthwiseConv2d: same,
  pointwiseConv2d: {},
  separableConv2d: same,
  conv2d: same,
  convTranspose2d: same,
  maxPool2d: { ...same, strides: 1 },
  avgPool2d: { ...same, strides: 1 },
  globalMaxPool2d: {},
  globalAvgPool2d: {},
  activate: { activation: 'prelu' },
  add: { activation: 'prelu' },
  sepFilter2d: {},
};

function sameSize(name: OperationName, layout: 'NHWC' | 'NCHW' = 'NHWC'): Call {
  const size = name.startsWith('global') ? 1 : 5;
  return callOf(name, { image: [1, size, size, 6], outputs: 6, layout, options: options[name] });
}

/** The tensor on other memory, from element `at`. */
function placed(buffer: ArrayBufferLike, at: number, { data, shape }: Tensor<TensorData>): Tensor {
  const copy = new Float32Array(buffer, at * 4, data.length);
  copy.set(data);
  return { data: copy, shape };
}

const layouts = ['NHWC', 'NCHW'] as const;

describe.each([{ name: 'reference', kernels: reference }, ...everyBackend])('$name', ({ kernels }) => {
  test.each(inPlace)('%s in place', (name) => {
    for (const layout of layouts) {
      const call = sameSize(name, layout);
      const expected = oneShot(kernels, call);
      const input = placed(new ArrayBuffer(4 * 151), 1, call.input);
      expect(oneShot(kernels, { ...call, input }, input)).toBe(input);
      expectSameBits('out = input', input, expected, layout);
      if (call.residual === undefined) continue;
      const residual = placed(new ArrayBuffer(4 * 151), 1, call.residual);
      expectSameBits('out = residual', oneShot(kernels, { ...call, residual }, residual), expected, layout);
      const doubled = oneShot(kernels, { ...call, residual: call.input as Tensor });
      const both = placed(new ArrayBuffer(600), 0, call.input);
      const own = { ...call, input: both, residual: both };
      expectSameBits('out = input = residual', oneShot(kernels, own, both), doubled, layout);
    }
  });

  test.each(names)('%s refuses to write over a part of what it reads', (name) => {
    const call = sameSize(name);
    const buffer = new ArrayBuffer(1200);
    const steps = inPlace.includes(name) ? [1, 5] : [0, 1, 5];
    for (const at of steps) {
      const input = placed(buffer, 0, call.input);
      const out = { data: new Float32Array(buffer, at * 4, input.data.length), shape: input.shape };
      expectError(() => oneShot(kernels, { ...call, input }, out), 'ERR_OVERLAP', 'out', 'input');
      expect([...input.data]).toEqual([...call.input.data]);
    }
  });

  test.each(names)('%s on one shared memory behind two buffer objects', (name) => {
    const call = sameSize(name);
    const expected = oneShot(kernels, call);
    const shared = new SharedArrayBuffer(1200);
    const input = placed(shared, 0, call.input);
    const other = structuredClone(shared);
    expect(other).not.toBe(shared);
    for (const at of [0, 3]) {
      input.data.set(call.input.data);
      const out = { data: new Float32Array(other, at * 4, input.data.length), shape: input.shape };
      expect(oneShot(kernels, { ...call, input }, out)).toBe(out);
      expectSameBits('out on a clone', out, expected);
    }
  });

  test('a residual on the shared memory of out', () => {
    const { add } = operationsOn(() => kernels);
    const shape = [1, 1, 2, 2];
    const shared = new SharedArrayBuffer(20);
    const residual = placed(shared, 0, { data: Float32Array.of(1, 2, 3, 4), shape });
    const out = { data: new Float32Array(structuredClone(shared), 4, 4), shape };
    add({ data: new Float32Array(4).fill(10), shape }, residual, { out });
    expect([...out.data]).toEqual([11, 12, 13, 14]);
  });

  test('arrays with a length of their own', () => {
    const { depthwiseConv2d, pointwiseConv2d } = operationsOn(() => kernels);
    const shape = [1, 4, 4, 3];
    const filter = { data: Float32Array.of(2, 3, 4), shape: [1, 1, 3, 1] };
    const liar = (data: Float32Array, length: number) => Object.defineProperty(data, 'length', { value: length });
    const image = { data: new Float32Array(48).fill(1), shape };
    const short = { data: liar(new Float32Array(1), 48), shape };
    const run = (...given: [Tensor, object?]) => depthwiseConv2d(given[0], filter, given[1]);
    expectError(() => run(short), 'ERR_SHAPE', 'input.data');
    expectError(() => run(image, { out: short }), 'ERR_SHAPE', 'out.data');
    expectError(() => run(image, { residual: short }), 'ERR_SHAPE', 'residual.data');
    expectError(() => run(image, { bias: liar(new Float32Array(1), 3) }), 'ERR_SHAPE', 'bias');
    expectError(() => pointwiseConv2d(image, { data: short.data, shape: [3, 16] }), 'ERR_SHAPE', 'filter.data');
    const honest = { data: liar(new Float32Array(48).fill(1), 1e9), shape };
    const out = { data: liar(new Float32Array(48), 7), shape };
    expect([...run(honest, { out }).data.subarray(0, 3)]).toEqual([2, 3, 4]);
  });

  test.each(layouts)("Node's Buffer as a picture, %s", (layout) => {
    const { sepFilter2d } = operationsOn(() => kernels);
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => (i * 37) % 256);
    const shape = [1, 2, 4, 3];
    const taps = Float32Array.of(0.25, 0.5, 0.25);
    const expected = sepFilter2d({ data: bytes, shape }, taps, taps, { layout });
    const input = { data: Buffer.from(bytes), shape };
    const out: Tensor<Uint8Array> = { data: Buffer.alloc(24), shape };
    expectSameBits('a new array', sepFilter2d<Uint8Array>(input, taps, taps, { layout }), expected);
    expectSameBits('out', sepFilter2d<Uint8Array>(input, taps, taps, { layout, out }), expected);
    expect([...input.data]).toEqual([...bytes]);
  });
});
