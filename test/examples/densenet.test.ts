import { expect, test } from 'vitest';
import { denseBlock, transition } from './densenet.js';
import {
  avgPool,
  bias,
  concatenate,
  conv2d,
  depthwise,
  type Image,
  imageOf,
  pointwise,
  relu,
  smallIntegers,
} from './plain.js';

const growth = 3;
const norm = (channels: number, seed: number) => ({
  scale: smallIntegers([1, 1, channels, 1], seed),
  offset: smallIntegers([channels], seed + 1).data,
});
const normalisedRelu = (image: Image, { scale, offset }: ReturnType<typeof norm>) =>
  relu(bias(depthwise(image, scale), offset));

test('a dense block of three layers, and the transition after it', () => {
  const layers = [5, 5 + growth, 5 + 2 * growth].map((channels, index) => ({
    norm: norm(channels, index),
    filter: smallIntegers([3, 3, channels, growth], 10 + index, 1),
  }));
  const channels = 5 + 3 * growth;
  const narrowing = { norm: norm(channels, 20), filter: smallIntegers([channels, 7], 21, 1) };
  const input = smallIntegers([1, 6, 8, 5], 30);

  let seen = imageOf(input);
  for (const layer of layers) {
    const added = conv2d(normalisedRelu(seen, layer.norm), layer.filter, { padding: 'same' });
    seen = concatenate(seen, added);
  }
  const dense = denseBlock(input, layers);
  expect(dense.shape).toEqual([1, 6, 8, channels]);
  expect(imageOf(dense)).toEqual(seen);
  const expected = avgPool(pointwise(normalisedRelu(seen, narrowing.norm), narrowing.filter), 2);
  expect(imageOf(transition(dense, narrowing))).toEqual(expected);
});
