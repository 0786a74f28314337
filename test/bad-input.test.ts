// Every wrong tensor gets a typed error whose sentence names it; the next valid call works.
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  depthwiseConv2d,
  pointwiseConv2d,
  prepareDepthwiseConv2d,
  prepareSeparableConv2d,
  separableConv2d,
  tensor,
} from '../src/entries/node.js';
import { expectError, testEach, type Wrong } from './support/errors.js';
import { ones } from './support/tensors.js';

const maxInt32 = 2 ** 31 - 1;
const image = ones(1, 4, 5, 3);
const filter = ones(2, 2, 3, 1);
const mix = ones(3, 6);

afterEach(() => {
  vi.unstubAllGlobals();
  expect(depthwiseConv2d(ones(1, 1, 2, 1), ones(1, 2, 1, 1)).data).toEqual(Float32Array.of(2));
});

/** Not plain data but an array that holds itself. */
const endless: unknown[] = [];
endless.push(endless);

const wrongShapes: readonly Wrong[] = [
  ['undefined', undefined, 'ERR_SHAPE'],
  ['a number', 4, 'ERR_SHAPE'],
  ['a string', '1445', 'ERR_SHAPE'],
  ['a typed array', Int32Array.of(1, 2, 2, 1), 'ERR_SHAPE'],
  ['a negative size', [1, -2, 2, 1], 'ERR_SHAPE'],
  ['a fraction', [1, 1.5, 2, 1], 'ERR_SHAPE'],
  ['a size of 0 that is not the first', [1, 0, 2, 1], 'ERR_SHAPE'],
  ['NaN', [1, NaN, 2, 1], 'ERR_SHAPE'],
  ['Infinity', [1, Infinity, 2, 1], 'ERR_SHAPE'],
  ['a string among the sizes', [1, '2', 2, 1], 'ERR_SHAPE'],
  ['a BigInt among the sizes', [1, 2n, 2, 1], 'ERR_SHAPE', '2n'],
  // biome-ignore lint/suspicious/noSparseArray: the hole is the point
  ['a hole', [1, , 2, 1], 'ERR_SHAPE'],
  ['itself', endless, 'ERR_SHAPE'],
  ['a size beyond int32', [0, 2 ** 31, 1, 1], 'ERR_SHAPE', `${maxInt32}`],
  ['a product beyond int32', [1, 65536, 32768, 1], 'ERR_SHAPE', `${maxInt32}`],
  ['a product beyond float64', [1, maxInt32, maxInt32, maxInt32], 'ERR_SHAPE', `${maxInt32}`],
];

const wrongArrays: readonly Wrong[] = [
  ['undefined', undefined, 'ERR_DTYPE'],
  ['null', null, 'ERR_DTYPE'],
  ['a list of numbers', [1, 2, 3], 'ERR_DTYPE', 'Float32Array'],
  ['a Float64Array', new Float64Array(3), 'ERR_DTYPE', 'Float64Array'],
  ['an Int32Array', new Int32Array(3), 'ERR_DTYPE', 'Int32Array'],
  ['an ArrayBuffer', new ArrayBuffer(12), 'ERR_DTYPE', 'ArrayBuffer'],
  ['a DataView', new DataView(new ArrayBuffer(12)), 'ERR_DTYPE', 'DataView'],
  ['an object that calls itself one', { [Symbol.toStringTag]: 'Float32Array', length: 3 }, 'ERR_DTYPE'],
  [
    'another array that calls itself one',
    Object.defineProperty(new Uint16Array(3), Symbol.toStringTag, { value: 'Float32Array' }),
    'ERR_DTYPE',
  ],
];

describe('tensor', () => {
  testEach('shape', wrongShapes, (shape, code, says) => {
    expectError(() => tensor(new Float32Array(4), shape), code, 'shape', says);
  });
  testEach('data', wrongArrays, (data, code, says) => {
    expectError(() => tensor(data, [3]), code, 'data', says);
  });
  test('data shorter or longer than the shape', () => {
    expectError(() => tensor(new Float32Array(3), [4]), 'ERR_SHAPE', 'data', 'got "3"');
    expectError(() => tensor(new Float32Array(5), [4]), 'ERR_SHAPE', 'data', '4 elements');
  });
});

const notTensors: readonly Wrong[] = [
  ['undefined', undefined, 'ERR_SHAPE'],
  ['null', null, 'ERR_SHAPE', 'null'],
  ['a number', 3, 'ERR_SHAPE'],
  ['a Float32Array', new Float32Array(12), 'ERR_SHAPE', 'tensor(data, shape)'],
  ['an object without a shape', { data: new Float32Array(12) }, 'ERR_SHAPE'],
];

describe('tensors as arguments', () => {
  testEach('any of them', notTensors, (wrong, code, says) => {
    expectError(() => depthwiseConv2d(wrong, filter), code, 'input', says);
    expectError(() => depthwiseConv2d(image, wrong), code, 'filter', says);
    expectError(() => pointwiseConv2d(image, wrong), code, 'filter', says);
    expectError(() => separableConv2d(image, wrong, mix), code, 'depthwiseFilter', says);
    expectError(() => separableConv2d(image, filter, wrong), code, 'pointwiseFilter', says);
    if (wrong !== undefined) {
      expectError(() => pointwiseConv2d(image, mix, { residual: wrong }), code, 'residual', says);
      expectError(() => pointwiseConv2d(image, mix, { out: wrong }), code, 'out', says);
    }
  });
  testEach('the shape of an input', wrongShapes, (shape, code, says) => {
    const wrong = { data: new Float32Array(4), shape };
    expectError(() => depthwiseConv2d(wrong, filter), code, 'input.shape', says);
  });
  testEach('the data of an input, a filter, a residual, out', wrongArrays, (data, code, says) => {
    const wrong = { data, shape: [1, 1, 1, 3] };
    expectError(() => pointwiseConv2d(wrong, mix), code, 'input.data', says);
    expectError(() => pointwiseConv2d(image, { data, shape: [3, 1] }), code, 'filter.data', says);
    const pixel = ones(1, 1, 1, 3);
    expectError(() => depthwiseConv2d(pixel, ones(1, 1, 3, 1), { residual: wrong }), code, 'residual.data', says);
    expectError(() => depthwiseConv2d(pixel, ones(1, 1, 3, 1), { out: wrong }), code, 'out.data', says);
  });
  test('ranks', () => {
    expectError(() => depthwiseConv2d(ones(4, 5, 3), filter), 'ERR_SHAPE', 'input.shape', '[1, …]');
    expectError(() => depthwiseConv2d(ones(1, 1, 4, 5, 3), filter), 'ERR_SHAPE', 'input.shape');
    expectError(() => depthwiseConv2d(image, ones(2, 2, 3)), 'ERR_SHAPE', 'filter', '[H, W, C, M]');
    expectError(() => pointwiseConv2d(image, ones(1, 3, 6)), 'ERR_SHAPE', 'filter');
    expectError(() => pointwiseConv2d(image, ones(3)), 'ERR_SHAPE', 'filter');
  });
  test('sizes that do not fit each other', () => {
    expectError(() => depthwiseConv2d(image, ones(2, 2, 4, 1)), 'ERR_SHAPE', 'input', '4 channels in NHWC');
    expectError(() => pointwiseConv2d(image, ones(4, 6)), 'ERR_SHAPE', 'input', '4 channels');
    expectError(() => depthwiseConv2d(image, filter, { layout: 'NCHW' }), 'ERR_SHAPE', 'filter', 'multiplier');
    expectError(() => depthwiseConv2d(image, ones(4, 1, 2, 2), { filterLayout: 'OIHW' }), 'ERR_SHAPE', 'filter');
    expectError(() => depthwiseConv2d(image, ones(3, 2, 2, 2), { filterLayout: 'OIHW' }), 'ERR_SHAPE', 'filter');
    expectError(() => pointwiseConv2d(image, ones(3, 3, 3, 6)), 'ERR_SHAPE', 'filter', 'conv2d');
    expectError(() => separableConv2d(image, filter, ones(4, 6)), 'ERR_SHAPE', 'pointwiseFilter', '3 inputs');
    expectError(() => depthwiseConv2d(image, ones(0, 2, 3, 1)), 'ERR_SHAPE', 'filter');
    expectError(() => depthwiseConv2d(image, ones(5, 2, 3, 1)), 'ERR_SHAPE', 'input height', 'at least 5');
    expectError(() => depthwiseConv2d(image, ones(2, 3, 3, 1), { dilations: 3 }), 'ERR_SHAPE', 'input width');
  });
});

describe('sizes that overflow are refused before anything is allocated', () => {
  const far = { top: 0, bottom: 0, left: 0, right: 2 ** 30 };

  function expectRefused(run: () => unknown, argument: string): void {
    const lengths: unknown[] = [];
    const construct = (target: typeof Float32Array, [first, ...rest]: unknown[]) => {
      lengths.push(first);
      return Reflect.construct(target, [first, ...rest]);
    };
    vi.stubGlobal('Float32Array', new Proxy(Float32Array, { construct }));
    expectError(run, 'ERR_SHAPE', argument, `${maxInt32}`);
    vi.unstubAllGlobals();
    expect(lengths.filter((length) => typeof length === 'number' && length > 100)).toEqual([]);
  }

  test('an output', () => {
    expectRefused(() => depthwiseConv2d(image, filter, { padding: far }), 'output');
    expectRefused(() => prepareDepthwiseConv2d(filter, { padding: 30_000 }).outputShape([1, 4, 5, 3]), 'output');
  });
  test('the value between two stages', () => {
    const wide = ones(2, 2, 3, 4);
    const operator = prepareSeparableConv2d(wide, ones(12, 1), { padding: 'same' });
    expectRefused(() => operator.outputShape([1, 20_000, 20_000, 3]), 'output');
  });
  test('an input', () => {
    expectRefused(() => prepareDepthwiseConv2d(filter).outputShape([1, 40_000, 40_000, 3]), 'inputShape');
  });
  test('the extent of a filter', () => {
    expectRefused(
      () => depthwiseConv2d(image, ones(4, 1, 3, 1), { dilations: 2 ** 30, padding: 'same' }),
      'filter height',
    );
  });
});

test('a disposed operator', () => {
  const operator = prepareDepthwiseConv2d(filter);
  operator[Symbol.dispose]();
  operator[Symbol.dispose]();
  expect(() => operator.run(image)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  expect(() => operator.run(image)).toThrow(/^operator: .+; prepare a new one$/);
});
