// Laws that hold for every operation without an oracle, on every backend.
import { describe, test } from 'vitest';
import type { Tensor } from '../src/core/tensor.js';
import { type OperationName, operationsOn, ops } from '../src/ops/index.js';
import { expectSameBits } from './support/bits.js';
import { type Call, callOf, oneShot, outputOf } from './support/cases.js';
import { law, lawful, plain } from './support/laws.js';
import { runSeed } from './support/random.js';
import { imageOf, reorder } from './support/tensors.js';

const nchw = [0, 3, 1, 2];

/** From TensorFlow's filter layout to PyTorch's, filter by filter, and the name of that one. */
const toPytorch: Partial<Record<OperationName, readonly [string, ...((filter: Tensor) => Tensor)[]]>> = {
  depthwiseConv2d: ['OIHW', depthwiseToPytorch],
  pointwiseConv2d: ['OIHW', (filter) => reorder(filter, [1, 0])],
  separableConv2d: ['OIHW', depthwiseToPytorch, (filter) => reorder(filter, [3, 2, 0, 1])],
  conv2d: ['OIHW', (filter) => reorder(filter, [3, 2, 0, 1])],
  convTranspose2d: ['IOHW', (filter) => reorder(filter, [3, 2, 0, 1])],
};

function depthwiseToPytorch(filter: Tensor): Tensor {
  const [height, width, channels, multiplier] = filter.shape;
  return { data: reorder(filter, [2, 3, 0, 1]).data, shape: [channels * multiplier, 1, height, width] };
}

/** The call with its image, its residual and its filters turned. */
function turned(call: Call): Call {
  const [filterLayout, ...turns] = toPytorch[call.name] ?? [];
  return {
    ...call,
    input: reorder(call.input, nchw),
    filters: call.filters.map((filter, i) => turns[i]?.(filter) ?? filter),
    options: { ...call.options, layout: 'NCHW', ...(filterLayout && { filterLayout }) },
    residual: call.residual && reorder(call.residual, nchw),
  };
}

const convolutions = ['depthwiseConv2d', 'pointwiseConv2d', 'separableConv2d', 'conv2d', 'convTranspose2d'] as const;

describe.each(lawful)(`$name (SEED=${runSeed})`, ({ kernels }) => {
  describe.each(Object.keys(ops) as OperationName[])('%s', (name) => {
    test('a batch is its images one by one', () => {
      law(name, ({ image: [, h, w, c], ...rest }) => {
        const call = callOf(name, { ...rest, image: [3, h, w, c] });
        const whole = oneShot(kernels, call);
        for (const n of [0, 1, 2]) {
          const residual = call.residual && imageOf(call.residual, n);
          const alone = oneShot(kernels, { ...call, input: imageOf(call.input, n), residual });
          expectSameBits(`image ${n}`, alone, imageOf(whole, n), call.layout, call.about);
        }
      });
    });

    test('NCHW is NHWC with its axes in another order', () => {
      law(name, (aCase) => {
        const call = callOf(name, { ...aCase, layout: 'NHWC', filters: 'tensorflow' });
        const expected = reorder(oneShot(kernels, call), nchw);
        expectSameBits('NCHW', oneShot(kernels, turned(call)), expected, 'NCHW', call.about);
      });
    });

    test('a prepared operator gives what a one-shot call gives', () => {
      law(name, (aCase) => {
        const call = callOf(name, aCase);
        expectSameBits('prepared', outputOf(kernels, call), oneShot(kernels, call), call.layout, call.about);
      });
    });
  });

  test.each([...convolutions, 'sepFilter2d'] as const)('%s: linear in the input, in integers', (name) => {
    law(name, (aCase) => {
      const integers = { ...plain(aCase), values: 'integers', dtype: 'float32' } as const;
      const first = callOf(name, integers);
      const second = callOf(name, { ...integers, seed: 7 });
      const apart = [first.input, second.input].map((input) => oneShot(kernels, { ...first, input }).data);
      const sum = (a: ArrayLike<number>, b: ArrayLike<number>) => Float32Array.from(a, (value, i) => 3 * value + b[i]);
      const input = { ...first.input, data: sum(first.input.data, second.input.data) };
      const together = oneShot(kernels, { ...first, input });
      expectSameBits('3x + y', together, { ...together, data: sum(apart[0], apart[1]) }, first.layout, first.about);
    });
  });

  test.each(convolutions)('%s: bias, residual and activation are the operations of their own', (name) => {
    const { activate, add } = operationsOn(() => kernels);
    law(name, (aCase) => {
      const call = callOf(name, aCase);
      const { layout } = call;
      const { activation = 'linear', ...linear } = call.options as { activation?: 'relu' };
      const sum = oneShot(kernels, { ...call, options: linear, residual: undefined }) as Tensor;
      const fused = oneShot(kernels, call);
      const apart =
        call.residual === undefined
          ? activate(sum, activation, { layout })
          : add(sum, call.residual, { activation, layout });
      expectSameBits('fused', fused, apart, layout, call.about);
    });
  });
});
