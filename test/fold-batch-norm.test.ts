// A convolution with a folded normalisation against the two one after the other.
import { describe, expect, test } from 'vitest';
import { conv2d, depthwiseConv2d, foldBatchNorm, pointwiseConv2d, type Tensor, tensor } from '../src/entries/node.js';
import { expectError } from './support/errors.js';

const filled = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape);

describe('foldBatchNorm', () => {
  // Powers of two and small integers, so that every rounding is exact.
  const statistics = (channels: number) => ({
    mean: Float32Array.from({ length: channels }, (_, c) => c - 2),
    variance: Float32Array.from({ length: channels }, (_, c) => [3.5, 0.5, 15.5][c % 3]),
    gamma: Float32Array.from({ length: channels }, (_, c) => [1, -2, 8][c % 3]),
    beta: Float32Array.from({ length: channels }, (_, c) => 3 - c),
    epsilon: 0.5,
  });
  const counting = (...shape: number[]) => {
    const counted = filled(...shape);
    return tensor(
      counted.data.map((_, i) => ((i * 5) % 11) - 5),
      shape,
    );
  };
  const normalise = ({ data, shape }: Tensor, channels: number) => {
    const { mean, variance, gamma, beta, epsilon } = statistics(channels);
    const values = data.map((x, i) => {
      const c = i % channels;
      return (gamma[c] * (x - mean[c])) / Math.sqrt(variance[c] + epsilon) + beta[c];
    });
    return { data: values, shape };
  };
  const image = counting(1, 5, 4, 4);
  const bias = Float32Array.of(1, -2, 3, 0, 5, 6, -7, 8);

  test.each([
    ['depthwise', depthwiseConv2d, counting(3, 3, 4, 2), 'HWCM'],
    ['pointwise', pointwiseConv2d, counting(4, 8), 'HWIO'],
    ['standard', conv2d, counting(3, 3, 4, 8), 'HWIO'],
    ['standard of PyTorch', conv2d, counting(8, 4, 3, 3), 'OIHW'],
    ['depthwise of PyTorch', depthwiseConv2d, counting(8, 1, 3, 3), 'OIHW'],
    ['pointwise of PyTorch', pointwiseConv2d, counting(8, 4), 'OIHW'],
  ] as const)('%s: convolution, then normalisation, in one', (_, convolve, filter, filterLayout) => {
    const run = convolve as (input: Tensor, filter: Tensor, options: object) => Tensor;
    for (const given of [bias, undefined]) {
      const folded = foldBatchNorm(filter, given, statistics(8), { filterLayout });
      const apart = normalise(run(image, filter, { filterLayout, bias: given }), 8);
      expect(run(image, folded.filter, { filterLayout, bias: folded.bias })).toEqual(apart);
    }
  });

  test('gamma and beta are 1 and 0 unless given', () => {
    const { filter, bias: offset } = foldBatchNorm(filled(1, 2), undefined, {
      mean: Float32Array.of(3, 4),
      variance: Float32Array.of(4, 16),
      epsilon: 0,
    });
    expect([...filter.data, ...offset]).toEqual([0.5, 0.25, -1.5, -1]);
  });

  test('wrong arguments', () => {
    const filter = filled(3, 3, 4, 8);
    const good = statistics(8);
    const fold = (changed: object, options = {}) => foldBatchNorm(filter, bias, { ...good, ...changed }, options);
    expectError(() => foldBatchNorm(filter, bias, undefined as never), 'ERR_OPTION', 'batchNorm');
    expectError(() => foldBatchNorm(filter, new Float32Array(4), good), 'ERR_SHAPE', 'bias');
    expectError(() => foldBatchNorm(filled(8), undefined, good), 'ERR_SHAPE', 'filter');
    expectError(() => fold({ mean: undefined }), 'ERR_DTYPE', 'batchNorm.mean');
    expectError(() => fold({ variance: new Float32Array(4) }), 'ERR_SHAPE', 'batchNorm.variance');
    expectError(() => fold({ gamma: [1] }), 'ERR_DTYPE', 'batchNorm.gamma');
    expectError(() => fold({ epsilon: undefined }), 'ERR_OPTION', 'batchNorm.epsilon');
    expectError(() => fold({ epsilon: 0, variance: new Float32Array(8) }), 'ERR_OPTION', 'batchNorm.variance[0]');
    expectError(() => fold({ variance: good.variance.map((v) => -v) }), 'ERR_OPTION', 'batchNorm.variance[0]');
    expectError(() => fold({ momentum: 0.9 }), 'ERR_OPTION', 'options');
    expectError(() => fold({}, { filterLayout: 'HWOI' }), 'ERR_OPTION', 'filterLayout');
    // A depthwise filter taken for a standard one has another number of outputs.
    expectError(() => foldBatchNorm(filled(3, 3, 8, 1), bias, good), 'ERR_SHAPE', 'bias');
  });
});
