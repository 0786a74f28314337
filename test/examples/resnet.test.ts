import { expect, test } from 'vitest';
import { add, conv2d, imageOf, normalise, relu, smallIntegers, someNorm } from './plain.js';
import { basicBlock } from './resnet.js';

test.each([
  ['the input itself as its shortcut', 1, 4],
  ['a projection as its shortcut', 2, 6],
])('a basic block with %s', (_, stride, outputs) => {
  const normalised = (shape: number[], seed: number) => ({
    filter: smallIntegers(shape, seed),
    norm: someNorm(outputs),
  });
  const first = normalised([3, 3, 4, outputs], 1);
  const second = normalised([3, 3, outputs, outputs], 2);
  const shortcut = stride === 1 ? undefined : normalised([1, 1, 4, outputs], 3);
  const input = smallIntegers([1, 7, 8, 4], 4);
  const image = imageOf(input);

  const between = relu(normalise(conv2d(image, first.filter, { stride, padding: 1 }), first.norm));
  const through = normalise(conv2d(between, second.filter, { padding: 1 }), second.norm);
  const beside = shortcut ? normalise(conv2d(image, shortcut.filter, { stride }), shortcut.norm) : image;
  const expected = relu(add(through, beside));
  expect(imageOf(basicBlock(input, { first, second, shortcut }, stride))).toEqual(expected);
});
