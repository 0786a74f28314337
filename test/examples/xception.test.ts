import { expect, test } from 'vitest';
import { add, bias, conv2d, depthwise, type Image, imageOf, maxPool, pointwise, relu, smallIntegers } from './plain.js';
import { xceptionBlock } from './xception.js';

test.each([
  [8, 6],
  [7, 9],
])('an Xception block on %i×%i pixels', (height, width) => {
  const separable = (inputs: number, outputs: number, seed: number) => ({
    depthwise: smallIntegers([3, 3, inputs, 1], seed),
    pointwise: smallIntegers([inputs, outputs], seed + 1),
    bias: smallIntegers([outputs], seed + 2).data,
  });
  const [first, second] = [separable(4, 6, 1), separable(6, 6, 4)];
  const [shortcut, shortcutBias] = [smallIntegers([1, 1, 4, 6], 7), smallIntegers([6], 8).data];
  const input = smallIntegers([1, height, width, 4], 9);
  const image = imageOf(input);

  const through = (from: Image, weights: typeof first) =>
    bias(pointwise(depthwise(from, weights.depthwise, { padding: 'same' }), weights.pointwise), weights.bias);
  const filtered = through(relu(through(relu(image), first)), second);
  const pooled = maxPool(filtered, 3, { stride: 2, padding: 'same' });
  const expected = add(pooled, bias(conv2d(image, shortcut, { stride: 2 }), shortcutBias));
  expect(imageOf(xceptionBlock(input, { first, second, shortcut, shortcutBias }))).toEqual(expected);
});
