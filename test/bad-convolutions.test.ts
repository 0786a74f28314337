// Groups, borders, filters and output paddings that are wrong. The next valid call works.
import { afterEach, describe, expect, test } from 'vitest';
import {
  conv2d,
  convTranspose2d,
  depthwiseConv2d,
  maxPool2d,
  prepareConv2d,
  prepareConvTranspose2d,
  prepareDepthwiseConv2d,
  prepareSeparableConv2d,
  separableConv2d,
  type Tensor,
} from '../src/entries/node.js';
import { expectError, testEach, type Wrong } from './support/errors.js';
import { ones } from './support/tensors.js';

const image = ones(1, 4, 5, 6);
const filter = ones(2, 2, 6, 4);
const back = ones(2, 2, 4, 6);

afterEach(() => {
  expect(conv2d(ones(1, 1, 2, 2), ones(1, 2, 2, 1)).data).toEqual(Float32Array.of(4));
  expect(convTranspose2d(ones(1, 1, 1, 2), ones(1, 1, 1, 2)).data).toEqual(Float32Array.of(2));
});

const wrongGroups: readonly Wrong[] = [
  ['0', 0, 'ERR_OPTION'],
  ['negative', -2, 'ERR_OPTION'],
  ['a fraction', 1.5, 'ERR_OPTION'],
  ['NaN', NaN, 'ERR_OPTION'],
  ['a string', '2', 'ERR_OPTION'],
  ['a list', [2], 'ERR_OPTION'],
  ['null', null, 'ERR_OPTION'],
  ['no divisor', 4, 'ERR_OPTION', 'a divisor of'],
  ['more than channels', 12, 'ERR_OPTION', 'a divisor of'],
];

describe('groups', () => {
  testEach('of conv2d', wrongGroups, (groups, code, says) => {
    expectError(() => conv2d(image, ones(2, 2, 1, 6), { groups }), code, 'groups', says);
    expectError(() => prepareConv2d(ones(2, 2, 1, 6), { groups }), code, 'groups', says);
  });
  testEach('of convTranspose2d', wrongGroups, (groups, code, says) => {
    expectError(() => convTranspose2d(image, ones(2, 2, 1, 6), { groups }), code, 'groups', says);
    expectError(() => prepareConvTranspose2d(ones(2, 2, 1, 6), { groups }), code, 'groups', says);
  });
  test('that do not fit the input', () => {
    expectError(() => conv2d(image, ones(2, 2, 6, 4), { groups: 2 }), 'ERR_SHAPE', 'input', '12 channels');
    expectError(() => conv2d(image, ones(2, 2, 5, 4)), 'ERR_SHAPE', 'input', '5 channels');
    expectError(() => convTranspose2d(image, ones(2, 2, 4, 9), { groups: 3 }), 'ERR_SHAPE', 'input', '9 channels');
  });
});

describe('borders', () => {
  const channels = ones(2, 2, 6, 1);
  const mix = ones(6, 1);
  const calls = {
    depthwiseConv2d: (options: object) => depthwiseConv2d(image, channels, options),
    separableConv2d: (options: object) => separableConv2d(image, channels, mix, options),
    conv2d: (options: object) => conv2d(image, filter, options),
    prepareDepthwiseConv2d: (options: object) => prepareDepthwiseConv2d(channels, options),
    prepareSeparableConv2d: (options: object) => prepareSeparableConv2d(channels, mix, options),
    prepareConv2d: (options: object) => prepareConv2d(filter, options),
  };
  test.each(Object.entries(calls))('of %s', (_, call) => {
    const padding = 'same';
    expectError(() => call({ padding, border: 'refelct' }), 'ERR_OPTION', 'border', "did you mean 'reflect'");
    expectError(() => call({ padding, border: null }), 'ERR_OPTION', 'border', "one of 'zero', 'replicate'");
    expectError(() => call({ border: 'wrap' }), 'ERR_PADDING', 'padding', "give 'same', or 'valid' for none");
    call({ border: 'zero' });
    call({ padding: 0, border: 'wrap' });
    call({ padding: undefined, border: undefined });
  });
  test('of what has none', () => {
    const options = { padding: 1, border: 'wrap' } as object;
    expectError(() => convTranspose2d(image, back, options), 'ERR_OPTION', 'options', 'one of layout');
    expectError(() => maxPool2d(image, { windowDimensions: 2, ...options }), 'ERR_OPTION', 'options', 'one of layout');
  });
  test('that make too large a copy', () => {
    const padding = { top: 2 ** 20, bottom: 0, left: 2 ** 20, right: 0 };
    const strides = 2 ** 20;
    const call = () => depthwiseConv2d(image, channels, { padding, strides, border: 'wrap' });
    expectError(call, 'ERR_SHAPE', 'input with its border');
    expect(depthwiseConv2d(image, channels, { padding, strides }).shape).toEqual([1, 2, 2, 6]);
  });
  test('that are nearly all of a copy', async () => {
    const padding = { top: 2 ** 22, bottom: 0, left: 8, right: 8 };
    const options = { padding, strides: 2 ** 20, border: 'wrap' } as const;
    const failed = expect.objectContaining({ code: 'ERR_MEMORY' });
    expect(() => depthwiseConv2d(image, channels, options)).toThrow(failed);
    await expect(prepareDepthwiseConv2d(channels, options).runAsync(image)).rejects.toThrow(failed);
    expect(depthwiseConv2d(image, channels, { ...options, border: 'zero' }).shape).toEqual([1, 5, 1, 6]);
  });
});

describe('filters', () => {
  const ranks: readonly Tensor[] = [ones(6), ones(6, 4), ones(2, 6, 4), ones(1, 2, 2, 6, 4), ones(0, 2, 6, 4)];
  test.each(ranks)('of shape $shape', (wrong) => {
    expectError(() => conv2d(image, wrong), 'ERR_SHAPE', 'filter', '[H, W, I, O]');
    expectError(() => convTranspose2d(image, wrong), 'ERR_SHAPE', 'filter', '[H, W, O, I]');
    const options = { layout: 'NCHW' } as const;
    expectError(() => conv2d(image, wrong, options), 'ERR_SHAPE', 'filter', '[O, I, H, W]');
    expectError(() => convTranspose2d(image, wrong, options), 'ERR_SHAPE', 'filter', '[I, O, H, W]');
  });
  test('that are not tensors of float32', () => {
    const bytes = { data: new Uint8Array(96), shape: filter.shape };
    expectError(() => conv2d(image, bytes as never), 'ERR_DTYPE', 'filter.data', 'Float32Array');
    expectError(() => convTranspose2d(image, filter.data as never), 'ERR_SHAPE', 'filter');
  });
  test('in the layout of another operation', () => {
    const wrong = (filterLayout: string) => ({ filterLayout }) as object;
    expectError(() => conv2d(image, filter, wrong('HWOI')), 'ERR_OPTION', 'filterLayout', "'HWIO', 'OIHW'");
    expectError(() => convTranspose2d(image, back, wrong('OIHW')), 'ERR_OPTION', 'filterLayout', "'HWOI', 'IOHW'");
  });
  test('larger than the image', () => {
    expectError(() => conv2d(image, ones(5, 2, 6, 1)), 'ERR_SHAPE', 'input height', 'at least 5');
  });
});

describe('outputPadding', () => {
  testEach(
    'value',
    [
      ['as large as the stride', 2, 'ERR_PADDING', '2 and 2'],
      ['as large as the stride, one way', [0, 2], 'ERR_PADDING'],
      ['negative', -1, 'ERR_PADDING'],
      ['a fraction', 0.5, 'ERR_PADDING'],
      ['null', null, 'ERR_PADDING'],
      ['a list of three', [1, 1, 1], 'ERR_PADDING'],
    ],
    (outputPadding, code, says) => {
      const call = () => convTranspose2d(image, back, { strides: 2, outputPadding });
      expectError(call, code, 'outputPadding', says);
    },
  );
  test('up to the larger of stride and dilation', () => {
    expect(convTranspose2d(image, back, { dilations: [3, 1], outputPadding: [2, 0] }).shape).toEqual([1, 9, 6, 4]);
    const call = () => convTranspose2d(image, back, { dilations: [3, 1], outputPadding: [2, 1] });
    expectError(call, 'ERR_PADDING', 'outputPadding', '3 and 1');
  });
  test.each(['same', 'same-lower'] as const)("with '%s'", (padding) => {
    const call = (outputPadding: number) => () => convTranspose2d(image, back, { strides: 2, padding, outputPadding });
    expectError(call(1), 'ERR_PADDING', 'outputPadding', "'same");
    expect(call(0)().shape).toEqual([1, 8, 10, 4]);
  });
  test('padding that leaves no output', () => {
    expectError(() => convTranspose2d(image, back, { padding: 3 }), 'ERR_PADDING', 'padding', 'along the height');
    expectError(() => convTranspose2d(image, back, { padding: [0, 3] }), 'ERR_PADDING', 'padding', 'along the width');
  });
  test('strides that overflow the output', () => {
    expectError(
      () => convTranspose2d(image, back, { strides: 2 ** 30 }),
      'ERR_SHAPE',
      'output height',
      `${2 ** 31 - 1}`,
    );
    expectError(
      () => convTranspose2d(image, back, { strides: [1, 2 ** 29], padding: 'same' }),
      'ERR_SHAPE',
      'output width',
    );
  });
});
