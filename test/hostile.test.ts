// Arguments that run code of the caller's while they are read: each property is read once, and what was read counts.
import { describe, expect, test } from 'vitest';
import { createRuntime, type Operator, type Tensor, tensor } from '../src/entries/node.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { generate } from './support/tensors.js';

const image = generate([1, 5, 6, 4], ([, y, x, c]) => y * 7 - x * 3 + c);
const filter = generate([3, 3, 4, 1], ([y, x, c]) => y - x + c / 4);

/** The same object, whose properties and elements count how often they are read; so for what it holds. */
function counted<T extends object>(value: T, counts: Map<string, number>, path = ''): T {
  return new Proxy(value, {
    get(target, name) {
      const read = Reflect.get(target, name);
      if (typeof name === 'symbol' || typeof read === 'function') return read;
      const full = `${path}${name}`;
      counts.set(full, (counts.get(full) ?? 0) + 1);
      return typeof read === 'object' && read !== null && !ArrayBuffer.isView(read)
        ? counted(read, counts, `${full}.`)
        : read;
    },
  });
}

const backends = [...new Set(everyBackend.map(({ kernels }) => kernels.backend))];

describe.each(backends)('%s', (backend) => {
  const prepared = async (): Promise<Operator> => {
    const runtime = await createRuntime({ backend });
    return runtime.prepareDepthwiseConv2d(filter, { padding: 'same' });
  };

  test.each([
    { strides: [1, 2], dilations: [2, 1], padding: [1, 2], bias: Float32Array.of(1, 2, 3, 4) },
    { padding: { top: 1, bottom: 0, left: 2, right: 1 }, activation: { type: 'clamp', min: -1, max: 5 } },
    { padding: 'same', activation: { type: 'elu', alpha: 0.5 } },
    { padding: 'same', activation: { type: 'prelu', slope: Float32Array.of(1, 2, 3, 4) } },
  ] as const)('options %o are read once', async (options) => {
    const runtime = await createRuntime({ backend });
    const counts = new Map<string, number>();
    const given = counted({ options, image, filter }, counts);
    const result = runtime.depthwiseConv2d(given.image, given.filter, given.options);
    expectSameBits(backend, result, runtime.depthwiseConv2d(image, filter, options));
    // A one-shot call asks the image's shape for its channels before the run reads it.
    const nested = [...counts].filter(([name]) =>
      /\.(strides|dilations|padding|activation|filter.shape)\./.test(`.${name}`),
    );
    expect(nested.length).toBeGreaterThan(0);
    expect(nested.filter(([name, count]) => count > 1 && !name.endsWith('length'))).toEqual([]);
    expect(counts.get('image.data')).toBe(1);
    expect(counts.get('filter.data')).toBe(1);
  });
  test('sizes that answer otherwise the second time', async () => {
    const operator = await prepared();
    let asked = 0;
    const shape = [1, 5, 6, 4];
    Object.defineProperty(shape, 1, { get: () => (asked++ === 0 ? 5 : 5000) });
    const result = operator.run({ data: image.data, shape });
    expect(asked).toBe(1);
    expectSameBits(backend, result, operator.run(image));
  });
  test('strides and sides that answer otherwise the second time', async () => {
    const runtime = await createRuntime({ backend });
    let asked = 0;
    const strides = [0, 1] as [number, number];
    Object.defineProperty(strides, 0, { get: () => (asked++ === 0 ? 2 : -1) });
    const sides = {
      bottom: 0,
      left: 1,
      right: 1,
      get top() {
        return asked++ === 1 ? 1 : -5;
      },
    };
    const result = runtime.depthwiseConv2d(image, filter, { strides, padding: sides });
    const padding = { top: 1, bottom: 0, left: 1, right: 1 };
    expectSameBits(backend, result, runtime.depthwiseConv2d(image, filter, { strides: [2, 1], padding }));
  });
  test('data that disposes the operator', async () => {
    const operator = await prepared();
    const input: Tensor = {
      shape: image.shape,
      get data() {
        operator[Symbol.dispose]();
        return image.data;
      },
    };
    expect(() => operator.run(input)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  });
  test.each(['out', 'residual'] as const)('%s that transfers the input', async (name) => {
    const operator = await prepared();
    const own = tensor(image.data.slice(), image.shape);
    const other: Tensor = {
      shape: image.shape,
      get data() {
        structuredClone(own.data.buffer, { transfer: [own.data.buffer as ArrayBuffer] });
        return new Float32Array(image.data.length);
      },
    };
    expect(() => operator.run(own, { [name]: other })).toThrow(expect.objectContaining({ code: 'ERR_BUFFER' }));
    expect(operator.run(image).shape).toEqual(image.shape);
  });
  test('a getter that runs the operator', async () => {
    const operator = await prepared();
    const expected = operator.run(image);
    const input: Tensor = {
      shape: image.shape,
      get data() {
        expectSameBits(backend, operator.run(image), expected);
        return image.data;
      },
    };
    expectSameBits(backend, operator.run(input), expected);
  });
});
