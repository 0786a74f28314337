// Whose memory an array is: detached, resized, shared, of another realm, overlapping. Each has a defined answer.
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { Tensor } from '../src/core/tensor.js';
import { operationsOn } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';

type Floats = Float32Array<ArrayBuffer>;

const shape = [1, 2, 2, 3];
const numbers = Array.from({ length: 12 }, (_, i) => i + 1);
const filter: Tensor = { data: Float32Array.of(2, 3, 4), shape: [1, 1, 3, 1] };
const product = Float32Array.from(numbers, (value, i) => value * filter.data[i % 3]);

/** The numbers in a view 4 bytes into a buffer. */
function filled<B extends ArrayBufferLike>(buffer: B): Float32Array<B> {
  const data = new Float32Array(buffer, 4, 12);
  data.set(numbers);
  return data;
}

const resizable = (bytes: number): ArrayBuffer =>
  Reflect.construct(ArrayBuffer, [bytes, { maxByteLength: 2 * bytes }]) as ArrayBuffer;
const resize = (buffer: ArrayBuffer, bytes: number) => (buffer as { resize?: (n: number) => void }).resize?.(bytes);

const kinds: Readonly<Record<string, () => Float32Array>> = {
  plain: () => filled(new ArrayBuffer(52)),
  resizable: () => filled(resizable(52)),
  'resizable, following its buffer': () => {
    const data = new Float32Array(resizable(52), 4);
    data.set(numbers);
    return data;
  },
  shared: () => filled(new SharedArrayBuffer(52)),
  'shared and growable': () =>
    filled(Reflect.construct(SharedArrayBuffer, [52, { maxByteLength: 104 }]) as SharedArrayBuffer),
  'WebAssembly memory': () => filled(new WebAssembly.Memory({ initial: 1 }).buffer),
  'of another realm': () => runInNewContext('Float32Array.from(numbers)', { numbers }) as Float32Array,
  'a Node Buffer': () => {
    const pool = Buffer.from(new Float32Array(numbers).buffer);
    return new Float32Array(pool.buffer, pool.byteOffset, 12);
  },
};

describe.each([{ name: 'reference', kernels: reference }, ...everyBackend])('$name', ({ kernels }) => {
  const { depthwiseConv2d, prepareDepthwiseConv2d } = operationsOn(() => kernels);

  test.each(Object.keys(kinds))('an array that is %s', (kind) => {
    const input = { data: kinds[kind](), shape };
    const out = { data: kinds[kind](), shape };
    expect(depthwiseConv2d(input, filter).data).toEqual(product);
    expect(depthwiseConv2d(input, filter, { out })).toBe(out);
    expect([...out.data]).toEqual([...product]);
    const doubled = depthwiseConv2d(input, filter, { residual: out });
    expect(doubled.data).toEqual(product.map((value) => 2 * value));
    expect([...input.data]).toEqual(numbers);
  });

  test.each(['input', 'filter', 'bias', 'residual', 'out'])('a detached %s', (argument) => {
    const arrays: Record<string, Floats> = {
      input: filled(new ArrayBuffer(52)),
      filter: filter.data.slice(),
      bias: new Float32Array(3),
      residual: filled(new ArrayBuffer(52)),
      out: filled(new ArrayBuffer(52)),
    };
    const run = () =>
      depthwiseConv2d(
        { data: arrays.input, shape },
        { data: arrays.filter, shape: filter.shape },
        { bias: arrays.bias, residual: { data: arrays.residual, shape }, out: { data: arrays.out, shape } },
      );
    run();
    structuredClone(arrays[argument].buffer, { transfer: [arrays[argument].buffer] });
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_BUFFER', message: expect.stringContaining(argument) }));
  });

  test('a detached filter does no harm to an operator prepared before', () => {
    const weights = filter.data.slice();
    const operator = prepareDepthwiseConv2d({ data: weights, shape: filter.shape });
    structuredClone(weights.buffer, { transfer: [weights.buffer] });
    expect(operator.run({ data: Float32Array.from(numbers), shape }).data).toEqual(product);
  });

  test('a shrunk buffer', () => {
    const [fixed, following] = [resizable(52), resizable(52)];
    const run = (data: Float32Array) => depthwiseConv2d({ data, shape }, filter);
    const [fixedView, followingView] = [filled(fixed), new Float32Array(following, 4)];
    resize(fixed, 48);
    resize(following, 48);
    expect(() => run(fixedView)).toThrow(expect.objectContaining({ code: 'ERR_BUFFER' }));
    expect(() => run(followingView)).toThrow(expect.objectContaining({ code: 'ERR_SHAPE' }));
    resize(fixed, 104);
    expect(run(fixedView).shape).toEqual(shape);
  });

  test('an empty batch reads nothing, be its buffer attached or not', () => {
    const data = new Float32Array(0);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    const empty = depthwiseConv2d({ data, shape: [0, 2, 2, 3] }, filter);
    expect(empty).toEqual({ data: new Float32Array(0), shape: [0, 2, 2, 3] });
  });

  test('out beside, but not over, what is read', () => {
    const floats = new Float32Array(36);
    const at = (element: number): Tensor => ({ data: floats.subarray(element, element + 12), shape });
    const run = (input: Tensor, out: Tensor, residual?: Tensor) => () =>
      depthwiseConv2d(input, filter, { out, residual });
    floats.set(numbers, 12);
    for (const element of [0, 24]) {
      run(at(12), at(element))();
      expect(at(element).data).toEqual(product);
    }
    const overlap = (argument: string) =>
      expect.objectContaining({ code: 'ERR_OVERLAP', message: expect.stringContaining(argument) });
    for (const element of [1, 11, 12, 13, 23]) {
      expect(run(at(12), at(element))).toThrow(overlap('input'));
      expect(run({ data: product, shape }, at(element), at(12))).toThrow(overlap('residual'));
    }
    expect(at(12).data).toEqual(Float32Array.from(numbers));
  });

  test('filter and bias may lie in out: they are copied first', () => {
    const out: Tensor = { data: new Float32Array(12).fill(2), shape };
    const own = { data: out.data.subarray(0, 3), shape: filter.shape };
    const ones = { data: new Float32Array(12).fill(1), shape };
    expect(depthwiseConv2d(ones, own, { out, bias: out.data.subarray(9) }).data).toEqual(new Float32Array(12).fill(4));
  });

  test('out of another shape', () => {
    const input = { data: Float32Array.from(numbers), shape };
    for (const wrong of [
      [1, 4, 1, 3],
      [1, 1, 2, 3],
      [2, 2, 2, 3],
    ]) {
      const out = { data: new Float32Array(wrong.reduce((a, b) => a * b)), shape: wrong };
      expect(() => depthwiseConv2d(input, filter, { out })).toThrow(
        expect.objectContaining({ code: 'ERR_SHAPE', message: expect.stringContaining('[1,2,2,3]') }),
      );
    }
  });
});
