// Every wrong option gets a typed error whose sentence names it; the next valid call works.
import { afterEach, describe, expect, test } from 'vitest';
import {
  depthwiseConv2d,
  pointwiseConv2d,
  prepareDepthwiseConv2d,
  prepareSeparableConv2d,
  separableConv2d,
} from '../src/entries/node.js';
import { expectError, testEach, type Wrong } from './support/errors.js';
import { ones } from './support/tensors.js';

const image = ones(1, 4, 5, 3);
const filter = ones(2, 2, 3, 1);
const mix = ones(3, 6);

afterEach(() => {
  expect(depthwiseConv2d(ones(1, 1, 2, 1), ones(1, 2, 1, 1)).data).toEqual(Float32Array.of(2));
});

/** Wrong values of an option of depthwiseConv2d. */
const wrongOptions: Readonly<Record<string, readonly Wrong[]>> = {
  ...Object.fromEntries(
    ['strides', 'dilations'].map((name) => [
      name,
      [
        ['0', 0, 'ERR_OPTION', 'at least 1'],
        ['a negative number', -1, 'ERR_OPTION'],
        ['a fraction', 1.5, 'ERR_OPTION', '1.5'],
        ['NaN', NaN, 'ERR_OPTION'],
        ['Infinity', Infinity, 'ERR_OPTION'],
        ['beyond int32', 2 ** 31, 'ERR_OPTION'],
        ['a string', '2', 'ERR_OPTION'],
        ['a BigInt', 2n, 'ERR_OPTION'],
        ['null', null, 'ERR_OPTION'],
        ['a list of one', [1], 'ERR_OPTION', '[height, width]'],
        ['a list of three', [1, 1, 1], 'ERR_OPTION'],
        ['a list with 0', [1, 0], 'ERR_OPTION'],
        // biome-ignore lint/suspicious/noSparseArray: the hole is the point
        ['a hole', [1, ,], 'ERR_OPTION'],
        ['an object', { height: 1, width: 1 }, 'ERR_OPTION'],
      ] satisfies Wrong[],
    ]),
  ),
  padding: [
    ['an unknown name', 'full', 'ERR_PADDING', 'same-lower'],
    ['a negative number', -1, 'ERR_PADDING'],
    ['a fraction', 0.5, 'ERR_PADDING'],
    ['NaN', NaN, 'ERR_PADDING'],
    ['null', null, 'ERR_PADDING'],
    ['true', true, 'ERR_PADDING'],
    ['a list of one', [1], 'ERR_PADDING'],
    ['a list of three', [1, 1, 1], 'ERR_PADDING'],
    ['a list with a negative number', [0, -1], 'ERR_PADDING'],
    ['a list of four: names the order of WebNN', [1, 1, 1, 1], 'ERR_PADDING', '[top, bottom, left, right]'],
    ['a list of four: names the order of ONNX', [1, 1, 1, 1], 'ERR_PADDING', '[top, left, bottom, right]'],
    ['a side missing', { top: 1, bottom: 1, left: 1 }, 'ERR_PADDING'],
    ['a negative side', { top: 1, bottom: 1, left: 1, right: -1 }, 'ERR_PADDING'],
    ['a side too many', { top: 1, bottom: 1, left: 1, right: 1, front: 1 }, 'ERR_PADDING'],
    ['beyond int32', 2 ** 31, 'ERR_PADDING'],
    ['beyond int32 together', 2 ** 30, 'ERR_PADDING', '2147483647'],
  ],
  layout: [
    ['small letters', 'nhwc', 'ERR_OPTION', "'NHWC', 'NCHW'"],
    ['null', null, 'ERR_OPTION'],
    ['a number', 0, 'ERR_OPTION'],
  ],
  filterLayout: [
    ["another op's", 'HWIO', 'ERR_OPTION', "'HWCM', 'OIHW'"],
    ['null', null, 'ERR_OPTION'],
  ],
  groups: [
    ['not the channels', 2, 'ERR_OPTION', '3'],
    ['null', null, 'ERR_OPTION'],
  ],
  activation: [
    ['an unknown name', 'swish', 'ERR_OPTION', 'leakyRelu'],
    ['a number', 5, 'ERR_OPTION'],
    ['null', null, 'ERR_OPTION'],
    ['an object without a type', {}, 'ERR_OPTION'],
  ],
  'activation.min': [['missing', { type: 'clamp', max: 1 }, 'ERR_ACTIVATION']],
  'activation.max': [
    ['NaN', { type: 'clamp', min: 0, max: NaN }, 'ERR_ACTIVATION'],
    ['a string', { type: 'clamp', min: 0, max: '6' }, 'ERR_ACTIVATION'],
  ],
  'activation.alpha': [
    ['NaN', { type: 'leakyRelu', alpha: NaN }, 'ERR_ACTIVATION'],
    ['null', { type: 'leakyRelu', alpha: null }, 'ERR_ACTIVATION'],
  ],
  bias: [
    ['a list', [1, 2, 3], 'ERR_DTYPE', 'Float32Array'],
    ['null', null, 'ERR_DTYPE'],
    ['a Float64Array', new Float64Array(3), 'ERR_DTYPE'],
    ['too short', new Float32Array(2), 'ERR_SHAPE', '3 elements'],
    ['too long', new Float32Array(4), 'ERR_SHAPE', '3 elements'],
    ['empty', new Float32Array(0), 'ERR_BUFFER', '3 elements'],
  ],
};

describe('options', () => {
  for (const [name, wrongs] of Object.entries(wrongOptions)) {
    testEach(name, wrongs, (value, code, says) => {
      const options = { [name.split('.')[0]]: value };
      expectError(() => depthwiseConv2d(image, filter, options), code, name, says);
      expectError(() => prepareDepthwiseConv2d(filter, options).run(image), code, name, says);
    });
  }
  test.each([0, -3, 1.5, NaN, '3', null])('groups of an OIHW filter: %o', (groups) => {
    const options = { filterLayout: 'OIHW', groups } as { filterLayout: 'OIHW'; groups: number };
    expectError(() => depthwiseConv2d(image, ones(6, 1, 2, 2), options), 'ERR_OPTION', 'groups', 'at least 1');
  });
  test('an OIHW filter that tells no channels', () => {
    const options = { filterLayout: 'OIHW' } as const;
    expectError(
      () => prepareDepthwiseConv2d(ones(6, 1, 2, 2), options).run(image),
      'ERR_SHAPE',
      'input',
      'give groups: 3',
    );
    const block = () => prepareSeparableConv2d(ones(6, 1, 2, 2), ones(4, 6, 1, 1), options);
    expectError(() => block().run(image), 'ERR_SHAPE', 'input', 'give groups: 3');
    expectError(
      () => depthwiseConv2d(image, ones(4, 1, 2, 2), options),
      'ERR_SHAPE',
      'filter',
      'filter, input and groups',
    );
    expect(prepareDepthwiseConv2d(ones(6, 1, 2, 2), { ...options, groups: 3 }).run(image).shape[3]).toBe(6);
  });
  test('min above max', () => {
    const activation = { type: 'clamp', min: 2, max: 1 } as const;
    expectError(() => pointwiseConv2d(image, mix, { activation }), 'ERR_ACTIVATION', 'activation', 'min ≤ max');
  });
  test('the two halves of a separable convolution are told apart', () => {
    const call = (options: object) => () => separableConv2d(image, filter, mix, options);
    expectError(call({ depthwiseActivation: 'x' }), 'ERR_OPTION', 'depthwiseActivation');
    expectError(call({ depthwiseBias: new Float32Array(6) }), 'ERR_SHAPE', 'depthwiseBias', '3 elements');
    expectError(call({ bias: new Float32Array(3) }), 'ERR_SHAPE', 'bias', '6 elements');
  });
  test.each([
    ['a misspelt name', { stride: 2 }, 'got "stride"'],
    ['a number', 2, 'an object'],
    ['a string', 'same', 'an object'],
    ['null', null, 'an object'],
    ['an empty list', [], 'an object'],
    ['a list', [1], 'an object'],
    ['a typed array', new Float32Array(3), 'an object'],
  ])('%s', (_, options, says) => {
    const wrong = options as object;
    expectError(() => depthwiseConv2d(image, filter, wrong), 'ERR_OPTION', 'options', says);
    expectError(() => prepareDepthwiseConv2d(filter, wrong), 'ERR_OPTION', 'options', says);
    expectError(() => prepareDepthwiseConv2d(filter).run(image, wrong), 'ERR_OPTION', 'options', says);
  });
  test('options of another op or of an activation', () => {
    const wrong = (options: object) => () => pointwiseConv2d(image, mix, options);
    expectError(wrong({ padding: 1 }), 'ERR_OPTION', 'options', '"padding"');
    expectError(wrong({ dilations: 1 }), 'ERR_OPTION', 'options', '"dilations"');
    expectError(wrong({ activation: { type: 'relu', alpha: 1 } }), 'ERR_OPTION', 'options', '"alpha"');
  });
  test('undefined is absent', () => {
    const options = { strides: undefined, padding: undefined, bias: undefined, activation: undefined, out: undefined };
    expect(depthwiseConv2d(image, filter, options).shape).toEqual([1, 3, 4, 3]);
  });
});
