// Laws that hold without an oracle, on every backend.
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { type OpName, opNames } from '../src/core/kernels.js';
import type { Tensor } from '../src/core/tensor.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { type Case, callOf, oneShot, outputOf } from './support/cases.js';
import { runSeed } from './support/random.js';
import { randomCases } from './support/random-cases.js';
import { at, generate, imageOf, reorder } from './support/tensors.js';

/** Thread counts share their kernels, which the conformance suite compares; one of each is enough for laws. */
const widest = everyBackend.filter(({ kernels: { backend, threads } }) => backend !== 'native' || threads === 7);
const backends = [{ name: 'reference', kernels: reference }, ...widest];

function law(op: OpName, holds: (aCase: Case) => void): void {
  fc.assert(fc.property(randomCases[op], holds), { numRuns: 30, seed: runSeed });
}

const nchw = [0, 3, 1, 2];

/** From TensorFlow's filter layout to PyTorch's, filter by filter. */
const toPytorch: Record<OpName, readonly ((filter: Tensor) => Tensor)[]> = {
  depthwise: [depthwiseToPytorch],
  pointwise: [(filter) => reorder(filter, [1, 0])],
  separable: [depthwiseToPytorch, (filter) => reorder(filter, [3, 2, 0, 1])],
};

function depthwiseToPytorch(filter: Tensor): Tensor {
  const [height, width, channels, multiplier] = filter.shape;
  return { data: reorder(filter, [2, 3, 0, 1]).data, shape: [channels * multiplier, 1, height, width] };
}

describe.each(backends)(`$name (SEED=${runSeed})`, ({ kernels }) => {
  describe.each(opNames)('%s', (op) => {
    test('a batch is its images one by one', () => {
      law(op, ({ image: [, h, w, c], ...rest }) => {
        const call = callOf(op, { ...rest, image: [3, h, w, c] });
        const whole = oneShot(kernels, call);
        for (const n of [0, 1, 2]) {
          const residual = call.residual && imageOf(call.residual, n);
          const alone = oneShot(kernels, { ...call, input: imageOf(call.input, n), residual });
          expectSameBits(`image ${n}`, alone, imageOf(whole, n), call.layout, call.about);
        }
      });
    });

    test('NCHW is NHWC with its axes in another order', () => {
      law(op, (aCase) => {
        const call = callOf(op, { ...aCase, layout: 'NHWC', filters: 'tensorflow' });
        const turned = oneShot(kernels, {
          ...call,
          input: reorder(call.input, nchw),
          filters: call.filters.map((filter, i) => toPytorch[op][i](filter)),
          options: { ...call.options, layout: 'NCHW', filterLayout: 'OIHW' },
          residual: call.residual && reorder(call.residual, nchw),
        });
        expectSameBits('NCHW', turned, reorder(oneShot(kernels, call), nchw), 'NCHW', call.about);
      });
    });

    test('a prepared operator gives what a one-shot call gives', () => {
      law(op, (aCase) => {
        const call = callOf(op, aCase);
        expectSameBits('prepared', outputOf(kernels, call), oneShot(kernels, call), call.layout, call.about);
      });
    });

    test('linear in the input, in integers', () => {
      law(op, (aCase) => {
        const plain: Case = { ...aCase, bias: false, residual: false, values: 'integers' };
        const options = { ...aCase.options, activation: 'linear', depthwiseActivation: undefined } as const;
        const first = callOf(op, { ...plain, options });
        const second = callOf(op, { ...plain, options, seed: 7 });
        const combine = (a: Tensor, b: Tensor) => ({ ...a, data: a.data.map((value, i) => 3 * value + b.data[i]) });
        const together = oneShot(kernels, { ...first, input: combine(first.input, second.input) });
        const apart = [first.input, second.input].map((input) => oneShot(kernels, { ...first, input }));
        expectSameBits('3x + y', together, combine(apart[0], apart[1]), first.layout, first.about);
      });
    });
  });

  test('pointwise: a plain sum over the channels of a pixel', () => {
    law('pointwise', (aCase) => {
      const options = { ...aCase.options, activation: 'linear' } as const;
      const call = callOf('pointwise', { ...aCase, options, layout: 'NHWC', filters: 'tensorflow', residual: false });
      const { strides = 1, bias } = call.options as { strides?: number | number[]; bias?: Float32Array };
      const [down, across] = typeof strides === 'number' ? [strides, strides] : strides;
      const actual = oneShot(kernels, call);
      const expected = generate(actual.shape, ([n, y, x, o]) => {
        let sum = (bias?.[o] ?? 0) + 0;
        for (let i = 0; i < aCase.image[3]; i++) {
          const product = Math.fround(at(call.input, [n, y * down, x * across, i]) * at(call.filters[0], [i, o]));
          sum = Math.fround(sum + product);
        }
        return sum;
      });
      expectSameBits('a plain sum', actual, expected, 'NHWC', call.about);
    });
  });

  test('separable: its two halves', () => {
    law('separable', (aCase) => {
      const call = callOf('separable', aCase);
      const { depthwiseActivation, depthwiseBias, activation, bias, filterLayout, ...window } = call.options as {
        [name: string]: unknown;
      };
      const [depthwiseFilter, pointwiseFilter] = call.filters;
      const between = oneShot(kernels, {
        ...call,
        op: 'depthwise',
        filters: [depthwiseFilter],
        options: { ...window, filterLayout, activation: depthwiseActivation, bias: depthwiseBias },
        residual: undefined,
      });
      const halves = oneShot(kernels, {
        ...call,
        op: 'pointwise',
        input: between,
        filters: [pointwiseFilter],
        options: {
          layout: call.layout,
          filterLayout: filterLayout === 'OIHW' ? 'OIHW' : 'HWIO',
          activation,
          bias,
        },
      });
      expectSameBits('two halves', oneShot(kernels, call), halves, call.layout, call.about);
    });
  });

  test('depthwise: dilation is a filter with holes, in integers', () => {
    law('depthwise', (aCase) => {
      const call = callOf('depthwise', { ...aCase, values: 'integers', filters: 'tensorflow' });
      const { dilations = 1, ...options } = call.options as { dilations?: number | number[] };
      const [down, across] = typeof dilations === 'number' ? [dilations, dilations] : dilations;
      const [filter] = call.filters;
      const [height, width, ...rest] = filter.shape;
      const holed = generate([(height - 1) * down + 1, (width - 1) * across + 1, ...rest], ([y, x, c, m]) =>
        y % down === 0 && x % across === 0 ? at(filter, [y / down, x / across, c, m]) : 0,
      );
      const expected = oneShot(kernels, { ...call, filters: [holed], options });
      expectSameBits('holes', oneShot(kernels, call), expected, call.layout, call.about);
    });
  });

  test('depthwise: padding is an image with a border of zeros, in integers', () => {
    const sides = { top: 1, bottom: 3, left: 2, right: 4 };
    law('depthwise', (aCase) => {
      const options = { strides: aCase.options?.strides, padding: sides };
      const kernel = [2, 3] as const;
      const plain: Case = { ...aCase, options, kernel, layout: 'NHWC', residual: false, values: 'integers' };
      const call = callOf('depthwise', plain);
      const [n, h, w, c] = call.input.shape;
      const inside = (y: number, x: number) => y >= 0 && y < h && x >= 0 && x < w;
      const padded = generate([n, h + 4, w + 6, c], ([image, y, x, channel]) =>
        inside(y - 1, x - 2) ? at(call.input, [image, y - 1, x - 2, channel]) : 0,
      );
      const valid = { ...call, input: padded, options: { ...call.options, padding: 'valid' } };
      expectSameBits('a border', oneShot(kernels, call), oneShot(kernels, valid), 'NHWC', call.about);
    });
  });
});
