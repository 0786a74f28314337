// What the convolutions are to each other, on every backend.
import { describe, expect, test } from 'vitest';
import { runOnce } from '../src/core/one-shot.js';
import type { Sides } from '../src/core/padding.js';
import type { Tensor } from '../src/core/tensor.js';
import { operationsOn, ops } from '../src/ops/index.js';
import { expectSameBits } from './support/bits.js';
import { bordered } from './support/borders.js';
import { type Case, callOf, oneShot } from './support/cases.js';
import { both, law, lawful, plain, plainCall } from './support/laws.js';
import { runSeed } from './support/random.js';
import { at, channelsOf, generate } from './support/tensors.js';

const sides = { top: 1, bottom: 3, left: 2, right: 4 };

/** Filters whose taps stand `dilations` apart, with zeros between them. */
function withHoles(filter: Tensor, dilations: readonly [number, number]): Tensor {
  const [height, width, ...rest] = filter.shape;
  const [down, across] = dilations;
  return generate([(height - 1) * down + 1, (width - 1) * across + 1, ...rest], ([y, x, ...place]) =>
    y % down === 0 && x % across === 0 ? at(filter, [y / down, x / across, ...place]) : 0,
  );
}

/** Σ a · b in float64, exact for small integers. */
function inner(a: Tensor, b: Tensor): number {
  return a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
}

/** The value of the definition at one output of a convolution without padding, in float64. */
function definition({ image, options = {} }: Case, input: Tensor, filter: Tensor, outputs: number) {
  const { groups = 1, strides, dilations } = options;
  const [inputs, share] = [image[3] / groups, outputs / groups];
  const [[down, across], [dy, dx]] = [both(strides), both(dilations)];
  const [height, width] = filter.shape;
  return ([n, y, x, o]: number[]) => {
    let sum = 0;
    for (let tap = 0; tap < height * width * inputs; tap++) {
      const i = tap % inputs;
      const kx = Math.floor(tap / inputs) % width;
      const ky = Math.floor(tap / inputs / width);
      const pixel = [n, y * down + ky * dy, x * across + kx * dx, Math.floor(o / share) * inputs + i];
      sum += at(input, pixel) * at(filter, [ky, kx, i, o]);
    }
    return sum;
  };
}

describe.each(lawful)(`$name (SEED=${runSeed})`, ({ kernels }) => {
  const operations = operationsOn(() => kernels);

  test('pointwise: a plain sum over the channels of a pixel', () => {
    law('pointwiseConv2d', (aCase) => {
      const { call, input, filter, options } = plainCall('pointwiseConv2d', aCase);
      const [down, across] = both(options.strides);
      const actual = oneShot(kernels, call);
      const expected = generate(actual.shape, ([n, y, x, o]) => {
        let sum = 0;
        for (let i = 0; i < aCase.image[3]; i++) {
          sum = Math.fround(sum + Math.fround(at(input, [n, y * down, x * across, i]) * at(filter, [i, o])));
        }
        return sum;
      });
      expectSameBits('a plain sum', actual, expected, 'NHWC', call.about);
    });
  });

  test('prelu: one slope for all channels is that slope for each', () => {
    law(
      'separableConv2d',
      (aCase) => {
        for (const slope of [0.25, -3, -0, Infinity]) {
          const call = callOf('separableConv2d', aCase);
          const withSlopes = (lengths: readonly number[]) => {
            const [between, last] = lengths.map((length) => ({
              type: 'prelu',
              slope: new Float32Array(length).fill(slope),
            }));
            return oneShot(kernels, {
              ...call,
              options: { ...call.options, depthwiseActivation: between, activation: last },
            });
          };
          const channels = aCase.image[3] * (aCase.multiplier ?? 1);
          const each = withSlopes([channels, aCase.outputs ?? 4]);
          expectSameBits('one slope', withSlopes([1, 1]), each, call.layout, call.about);
        }
      },
      10,
    );
  });

  test('separable: its two halves', () => {
    law('separableConv2d', (aCase) => {
      const call = callOf('separableConv2d', aCase);
      const { depthwiseActivation, depthwiseBias, activation, bias, filterLayout, ...window } = call.options as {
        [name: string]: unknown;
      };
      const [depthwiseFilter, pointwiseFilter] = call.filters;
      const input = oneShot(kernels, {
        ...call,
        name: 'depthwiseConv2d',
        filters: [depthwiseFilter],
        options: { ...window, filterLayout, activation: depthwiseActivation, bias: depthwiseBias },
        residual: undefined,
      });
      const { layout } = call;
      const options = { layout, filterLayout: filterLayout === 'OIHW' ? 'OIHW' : 'HWIO', activation, bias };
      const filters = [pointwiseFilter];
      const halves = oneShot(kernels, { ...call, name: 'pointwiseConv2d', input, filters, options });
      expectSameBits('two halves', oneShot(kernels, call), halves, layout, call.about);
    });
  });

  test.each(['depthwiseConv2d', 'conv2d', 'convTranspose2d'] as const)(
    '%s: dilation is a filter with holes, in integers',
    (name) => {
      law(name, (aCase) => {
        // Without dilation there is less room for an outputPadding.
        const settled = name === 'convTranspose2d' ? ({ padding: 'same', outputPadding: undefined } as const) : {};
        const { call, filter } = plainCall(name, aCase, { values: 'integers', options: settled });
        const { dilations, ...options } = call.options as NonNullable<Case['options']>;
        const expected = oneShot(kernels, { ...call, filters: [withHoles(filter, both(dilations))], options });
        expectSameBits('holes', oneShot(kernels, call), expected, 'NHWC', call.about);
      });
    },
  );

  test.each(['depthwiseConv2d', 'conv2d'] as const)('%s: padding is a border of zeros, in integers', (name) => {
    law(name, ({ options, ...aCase }) => {
      const zeros = { padding: sides, dilations: 1, border: 'zero' } as const;
      const changes = { kernel: [2, 3], values: 'integers', options: zeros } as const;
      const { call, input } = plainCall(name, { ...aCase, options }, changes);
      const image = bordered(input as Tensor, sides, 'zero');
      const valid = { ...call, input: image, options: { ...call.options, padding: 'valid' } };
      expectSameBits('a border', oneShot(kernels, call), oneShot(kernels, valid), 'NHWC', call.about);
    });
  });

  test.each(['depthwiseConv2d', 'separableConv2d', 'conv2d'] as const)('%s: padding holds the border', (name) => {
    law(name, (aCase) => {
      const { border = 'zero', padding } = aCase.options ?? {};
      if (border === 'zero' || typeof padding !== 'object') return;
      const { call, input } = plainCall(name, aCase);
      const image = bordered(input as Tensor, padding as Sides, border);
      const { border: _, ...options } = call.options as NonNullable<Case['options']>;
      const valid = { ...call, input: image, options: { ...options, padding: 'valid' } };
      expectSameBits(border, oneShot(kernels, call), oneShot(kernels, valid), 'NHWC', call.about);
    });
  });

  test('conv2d: its definition, in integers', () => {
    law('conv2d', (aCase) => {
      const { call, input, filter } = plainCall('conv2d', aCase, {
        kernel: [2, 2],
        values: 'integers',
        options: { padding: sides, border: 'zero' },
      });
      const image = bordered(input as Tensor, sides, 'zero');
      const actual = oneShot(kernels, call);
      const expected = generate(actual.shape, definition(call.about, image, filter, actual.shape[3]));
      expectSameBits('the definition', actual, expected, 'NHWC', call.about);
    });
  });

  test.each(['conv2d', 'convTranspose2d'] as const)('%s: groups are convolutions of their own', (name) => {
    law(name, (aCase) => {
      const { call, input, filter, options } = plainCall(name, aCase);
      const { groups = 1 } = options;
      const whole = oneShot(kernels, call);
      const [inputs, outputs] = [aCase.image[3] / groups, whole.shape[3] / groups];
      for (let g = 0; g < groups; g++) {
        // A transposed filter's last axis is that of the inputs.
        const share = name === 'conv2d' ? outputs : inputs;
        const alone = oneShot(kernels, {
          ...call,
          input: channelsOf(input, g * inputs, (g + 1) * inputs),
          filters: [channelsOf(filter, g * share, (g + 1) * share)],
          options: { ...call.options, groups: 1 },
        });
        const own = channelsOf(whole, g * outputs, (g + 1) * outputs);
        expectSameBits(`group ${g}`, alone, own, 'NHWC', call.about);
      }
    });
  });

  test('conv2d: special kernels give the bits of the general one', () => {
    const general = { ...ops.conv2d, settle: generally };
    const special = new Set<string>();
    for (const [kernel, groups] of [
      [[3, 2], 'channels'],
      [[1, 1], 'one'],
    ] as const) {
      law('conv2d', (aCase) => {
        const count = groups === 'channels' ? aCase.image[3] : 1;
        const outputs = count * (1 + ((aCase.outputs ?? 1) % 3));
        const options = { ...aCase.options, padding: 'same', groups: count } as const;
        const call = callOf('conv2d', { ...aCase, kernel, outputs, options });
        const [filter] = call.filters;
        special.add(ops.conv2d.settle([filter.shape], call.options).kernel);
        const residual = call.residual && { residual: call.residual };
        const input = call.input as Tensor;
        const expected = runOnce(kernels, general, input, [filter], { ...call.options, ...residual });
        expectSameBits('the general kernel', oneShot(kernels, call), expected, call.layout, call.about);
      });
    }
    expect([...special].sort()).toEqual(['depthwise', 'pointwise']);

    function generally(...given: Parameters<typeof ops.conv2d.settle>) {
      return { ...ops.conv2d.settle(...given), kernel: 'conv2d' as const };
    }
  });

  test('depthwise: conv2d with a group a channel', () => {
    law('depthwiseConv2d', (aCase) => {
      const call = callOf('depthwiseConv2d', { ...aCase, filters: 'pytorch' });
      const options = { ...call.options, groups: aCase.image[3] };
      const standard = oneShot(kernels, { ...call, name: 'conv2d', options });
      expectSameBits('conv2d', oneShot(kernels, call), standard, call.layout, call.about);
    });
  });

  test('transposed: the adjoint of conv2d, ⟨conv(x), y⟩ = ⟨x, transposed(y)⟩, in integers', () => {
    law('conv2d', ({ options: { border: _, ...own } = {}, ...rest }) => {
      const aCase = { ...rest, options: own };
      const changes = { kernel: [2, 3], values: 'integers', options: { padding: sides } } as const;
      const { call, input, filter, options } = plainCall('conv2d', aCase, changes);
      const x = input as Tensor;
      const forward = oneShot(kernels, call) as Tensor;
      const y = { shape: forward.shape, data: forward.data.map((_, i) => ((i * 7) % 11) - 5) };
      // The rows and columns at the end that no window reached.
      const [[sy, sx], [dy, dx]] = [both(options.strides), both(options.dilations)];
      const [, h, w] = x.shape;
      const outputPadding = [(h + 4 - dy - 1) % sy, (w + 6 - 2 * dx - 1) % sx] as const;
      const back = operations.convTranspose2d(y, filter, { ...plain(aCase, changes).options, outputPadding } as object);
      expect(back.shape).toEqual(x.shape);
      expect(inner(forward, y)).toBe(inner(x, back));
    });
  });
});
