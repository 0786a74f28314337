import { expect, test } from 'vitest';
import { mobilenetV1Block } from './mobilenet-v1.js';
import { depthwise, imageOf, normalise, pointwise, relu, smallIntegers, someNorm } from './plain.js';

test.each([1, 2])('a MobileNetV1 block of stride %i', (stride) => {
  const weights = {
    depthwise: smallIntegers([3, 3, 5, 1], 1),
    depthwiseNorm: someNorm(5),
    pointwise: smallIntegers([5, 7], 2),
    pointwiseNorm: someNorm(7),
  };
  const input = smallIntegers([1, 6, 9, 5], 3);
  const block = mobilenetV1Block(weights, stride);

  const filtered = depthwise(imageOf(input), weights.depthwise, { stride, padding: 'same' });
  const between = relu(normalise(filtered, weights.depthwiseNorm));
  const expected = relu(normalise(pointwise(between, weights.pointwise), weights.pointwiseNorm));
  expect(imageOf(block.run(input))).toEqual(expected);
  block[Symbol.dispose]();
});
