// What pooling, addition and separable filters are to the other operations, on every backend.
import { describe, expect, test } from 'vitest';
import { type Border, borders } from '../src/core/params.js';
import { type Tensor, tensor } from '../src/core/tensor.js';
import { operationsOn } from '../src/ops/index.js';
import { expectSameBits } from './support/bits.js';
import { bordered } from './support/borders.js';
import { type Case, callOf, oneShot } from './support/cases.js';
import { law, lawful, plainCall } from './support/laws.js';
import { runSeed } from './support/random.js';
import { at, generate, ones } from './support/tensors.js';

/** The image with so much border on each side that filters of these lengths stay inside. */
function continued(image: Tensor, down: number, across: number, border: Border): Tensor {
  const [top, left] = [Math.floor((down - 1) / 2), Math.floor((across - 1) / 2)];
  return bordered(image, { top, bottom: down - 1 - top, left, right: across - 1 - left }, border);
}

/** A separable filter's case in float32, with finite weights. */
const filterCase = (aCase: Case, border: Border): Case => {
  const { values, ...rest } = aCase;
  return {
    ...rest,
    ...(values !== 'specialWeights' && { values }),
    dtype: 'float32',
    layout: 'NHWC',
    options: { border },
  };
};

describe.each(lawful)(`$name (SEED=${runSeed})`, ({ kernels }) => {
  const { activate, avgPool2d, depthwiseConv2d, maxPool2d, sepFilter2d } = operationsOn(() => kernels);

  test('average pooling: a depthwise convolution with ones, then a division by the count', () => {
    law('avgPool2d', (aCase) => {
      const changes = { values: 'integers', options: { ceilMode: false, countIncludePad: false } } as const;
      const { call, input, options } = plainCall('avgPool2d', aCase, changes);
      const { strides, padding, dilations } = options;
      const window = ones(...(aCase.kernel ?? [3, 3]), aCase.image[3], 1);
      const sums = depthwiseConv2d(input as Tensor, window, { strides, padding, dilations });
      const counts = depthwiseConv2d(ones(...aCase.image), window, { strides, padding, dilations });
      const expected = { ...sums, data: sums.data.map((sum, i) => sum / counts.data[i]) };
      expectSameBits('sum / count', oneShot(kernels, call), expected, 'NHWC', call.about);
    });
  });

  test('average pooling: countIncludePad is the mean of an image with a border of zeros', () => {
    law('avgPool2d', (aCase) => {
      const padding = { top: 2, bottom: 2, left: 3, right: 3 };
      const options = { padding, ceilMode: false, countIncludePad: true };
      const {
        call,
        input,
        options: given,
      } = plainCall('avgPool2d', aCase, { values: 'integers', kernel: [2, 3], options });
      const image = continued(input as Tensor, 5, 7, 'zero');
      const { strides, dilations } = given;
      const expected = avgPool2d(image, { windowDimensions: [2, 3], strides, dilations });
      expectSameBits('a border', oneShot(kernels, call), expected, 'NHWC', call.about);
    });
  });

  test('max pooling: of a monotone map, the map of max pooling', () => {
    const half = { type: 'leakyRelu', alpha: 0.5 } as const;
    law('maxPool2d', (aCase) => {
      const call = callOf('maxPool2d', { ...aCase, values: 'integers' });
      const { layout } = call;
      const mapped = activate(call.input as Tensor, half, { layout });
      const expected = activate(oneShot(kernels, call) as Tensor, half, { layout });
      expectSameBits('a map', oneShot(kernels, { ...call, input: mapped }), expected, layout, call.about);
    });
  });

  test('ceil mode: at most one window more each way, after the same ones', () => {
    law('maxPool2d', (aCase) => {
      const { call, options } = plainCall('maxPool2d', aCase, { options: { ceilMode: true } });
      const ceiled = oneShot(kernels, call);
      const floored = oneShot(kernels, { ...call, options: { ...call.options, ceilMode: false } });
      // A window that begins in the trailing padding counts in the other mode only.
      const common = floored.shape.map((extent, axis) => Math.min(extent, ceiled.shape[axis]));
      const cut = (of: typeof ceiled) => generate(common, (place) => at(of, place));
      expectSameBits('the first windows', cut(ceiled), cut(floored), 'NHWC', options);
      for (const axis of [1, 2]) expect(ceiled.shape[axis] - floored.shape[axis]).toBeLessThanOrEqual(1);
    });
  });

  test.each(['Max', 'Avg'] as const)('global%sPool2d: a window as large as the image', (kind) => {
    law(`global${kind}Pool2d`, (aCase) => {
      const call = callOf(`global${kind}Pool2d`, { ...aCase, layout: 'NHWC' });
      const [, ...windowDimensions] = aCase.image.slice(0, 3) as [number, number, number];
      const pool = kind === 'Max' ? maxPool2d : avgPool2d;
      const expected = pool(call.input as Tensor, { windowDimensions });
      expectSameBits('one window', oneShot(kernels, call), expected, 'NHWC', call.about);
    });
  });

  test('add: in either order', () => {
    law('add', (aCase) => {
      const call = callOf('add', aCase);
      const input = call.input as Tensor;
      const swapped = { ...call, input: call.residual ?? input, residual: input };
      expectSameBits('swapped', oneShot(kernels, swapped), oneShot(kernels, call), call.layout, call.about);
    });
  });

  test.each(borders)('sepFilter2d, %s: two depthwise convolutions of the bordered image', (border) => {
    law('sepFilter2d', (aCase) => {
      const call = callOf('sepFilter2d', filterCase(aCase, border));
      const [row, column] = call.filters.map(({ data }) => data);
      const channels = aCase.image[3];
      const each = (taps: Float32Array, height: number, width: number) =>
        generate([height, width, channels, 1], ([y, x]) => taps[y + x]);
      const image = continued(call.input as Tensor, column.length, row.length, border);
      const rows = depthwiseConv2d(image, each(row, 1, row.length));
      const expected = depthwiseConv2d(rows, each(column, column.length, 1));
      expectSameBits('two passes', oneShot(kernels, call), expected, 'NHWC', call.about);
    });
  });

  test('sepFilter2d of uint8: the float32 result, stored as Uint8ClampedArray stores it', () => {
    law('sepFilter2d', (aCase) => {
      const call = callOf('sepFilter2d', { ...aCase, dtype: 'uint8' });
      const input = tensor(Float32Array.from(call.input.data), call.input.shape);
      const { data, shape } = oneShot(kernels, { ...call, input });
      const expected = { data: new Uint8Array(Uint8ClampedArray.from(data)), shape };
      expectSameBits('rounded', oneShot(kernels, call), expected, call.layout, call.about);
    });
  });

  test('sepFilter2d: one tap of 1 is the image', () => {
    law('sepFilter2d', (aCase) => {
      const { input, layout, about } = callOf('sepFilter2d', aCase);
      const identity = sepFilter2d(input, Float32Array.of(1), Float32Array.of(1), { layout });
      const noMinusZero = { ...input, data: input.data.map((value) => value + 0) };
      expectSameBits('identity', identity, noMinusZero, layout, about);
    });
  });
});
