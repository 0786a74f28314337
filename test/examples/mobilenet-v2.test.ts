import { expect, test } from 'vitest';
import { invertedResidual } from './mobilenet-v2.js';
import { add, bias, clamp, depthwise, imageOf, pointwise, smallIntegers } from './plain.js';

test.each([
  [1, 4, true],
  [1, 6, false],
  [2, 4, false],
])('an inverted residual of stride %i from 4 to %i channels, skip connection: %s', (stride, outputs, isSkipped) => {
  const weights = {
    expand: smallIntegers([4, 24], 1),
    expandBias: smallIntegers([24], 2).data,
    depthwise: smallIntegers([3, 3, 24, 1], 3),
    depthwiseBias: smallIntegers([24], 4).data,
    project: smallIntegers([24, outputs], 5),
    projectBias: smallIntegers([outputs], 6).data,
  };
  const input = smallIntegers([1, 7, 6, 4], 7);
  const image = imageOf(input);

  const wide = clamp(bias(pointwise(image, weights.expand), weights.expandBias), 0, 6);
  const filtered = depthwise(wide, weights.depthwise, { stride, padding: 'same' });
  const between = clamp(bias(filtered, weights.depthwiseBias), 0, 6);
  const narrow = bias(pointwise(between, weights.project), weights.projectBias);
  const expected = isSkipped ? add(narrow, image) : narrow;
  expect(imageOf(invertedResidual(input, weights, stride))).toEqual(expected);
});
