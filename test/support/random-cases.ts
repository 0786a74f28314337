// Random cases of every operation, small enough for the reference, shaped around the edges of vectors and tiles.
import fc from 'fast-check';
import type { Padding } from '../../src/core/options.js';
import { borders } from '../../src/core/params.js';
import type { OperationName } from '../../src/ops/index.js';
import type { Case, CaseActivation } from './cases.js';
import { valueKinds } from './random.js';

const small = fc.integer({ min: 1, max: 3 });
const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
const channels = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(24, 25, 31, 32, 33, 48, 49));
const side = fc.integer({ min: 0, max: 4 });

const padding: fc.Arbitrary<Padding> = fc.oneof(
  fc.constantFrom<Padding>('same', 'same-lower'),
  fc.record({ top: side, bottom: side, left: side, right: side }),
);

const finite = fc.float({ min: -8, max: 8, noNaN: true });
const activation: fc.Arbitrary<CaseActivation> = fc.oneof(
  fc.constantFrom<CaseActivation>('linear', 'linear', 'relu', 'relu6', 'leakyRelu', 'prelu', 'hardSigmoid'),
  fc.constantFrom<CaseActivation>('hardSwish', 'elu', 'sigmoid', 'tanh', 'silu', 'gelu', 'softplus'),
  fc.tuple(fc.constantFrom('leakyRelu', 'elu'), finite).map(([type, alpha]) => ({ type, alpha }) as CaseActivation),
  fc
    .tuple(finite, finite)
    .map(([a, b]): CaseActivation => ({ type: 'clamp', min: Math.min(a, b), max: Math.max(a, b) })),
);

/** What every operation's cases have. */
const common = {
  layout: fc.constantFrom('NHWC' as const, 'NCHW' as const),
  values: fc.constantFrom(...valueKinds),
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
};

const convolution = {
  ...common,
  filters: fc.constantFrom('tensorflow' as const, 'pytorch' as const),
  bias: fc.boolean(),
  residual: fc.boolean(),
};

const image = (maxHeight: number, maxWidth: number, depth = channels): fc.Arbitrary<Case['image']> =>
  fc.tuple(
    fc.constantFrom(1, 1, 1, 2, 3),
    fc.integer({ min: 1, max: maxHeight }),
    fc.integer({ min: 1, max: maxWidth }),
    depth,
  );

const kernel = fc.oneof(fc.constant([3, 3] as const), pair(5), pair(7));
const window = { strides: pair(3), dilations: fc.oneof(fc.constant(1), pair(3)), padding };

const border = fc.constantFrom('zero' as const, ...borders);

const windowed = { ...convolution, image: image(9, 18), kernel, options: fc.record({ ...window, border, activation }) };

/** Cases in groups: 1 … all channels, each of a few inputs and outputs. */
function grouped<Extra extends object>(
  height: number,
  width: number,
  options: (strides: readonly [number, number], dilations: readonly [number, number]) => fc.Arbitrary<Extra>,
): fc.Arbitrary<Case> {
  const groups = fc.tuple(fc.constantFrom(1, 1, 2, 3, 8), small, fc.integer({ min: 1, max: 9 }));
  const single = fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 33 }));
  return fc.tuple(fc.oneof(groups, single), pair(3), pair(3)).chain(([[count, inputs, outputs], strides, dilations]) =>
    fc.record({
      ...convolution,
      image: image(height, width, fc.constant(count * inputs)),
      kernel: fc.oneof(fc.constant([1, 1] as const), pair(4)),
      outputs: fc.constant(count * outputs),
      options: fc.tuple(options(strides, dilations), padding, activation).map(([extra, sides, fused]) => ({
        groups: count,
        strides,
        dilations,
        padding: sides,
        activation: fused,
        ...extra,
      })),
    }),
  );
}

const transposed = grouped(4, 7, ([sy, sx], [dy, dx]) =>
  fc.record({
    outputPadding: fc.tuple(
      fc.integer({ min: 0, max: Math.max(sy, dy) - 1 }),
      fc.integer({ min: 0, max: Math.max(sx, dx) - 1 }),
    ),
  }),
).map((aCase): Case => {
  const { outputPadding, ...options } = aCase.options ?? {};
  return typeof options.padding === 'string' ? { ...aCase, options } : aCase;
});

const pooled = (extra: Record<string, fc.Arbitrary<boolean>>): fc.Arbitrary<Case> =>
  fc
    .record({
      ...common,
      image: image(9, 18),
      kernel: pair(4),
      options: fc.record({ ...window, ceilMode: fc.boolean(), ...extra }),
    })
    .filter(fits);

const global = fc.record({ ...common, image: image(9, 18) });
const elementwise = fc.record({ ...common, image: image(7, 18), options: fc.record({ activation }) });

export const randomCases: Record<OperationName, fc.Arbitrary<Case>> = {
  depthwiseConv2d: fc.record({ ...windowed, multiplier: fc.constantFrom(1, 1, 1, 2, 3, 4, 8) }).filter(fits),
  pointwiseConv2d: fc.record({
    ...convolution,
    image: image(5, 18),
    outputs: channels,
    options: fc.record({ strides: pair(3), activation }),
  }),
  separableConv2d: fc
    .record({
      ...windowed,
      multiplier: small,
      outputs: channels,
      options: fc.record({ ...window, border, activation, depthwiseActivation: activation }),
    })
    .filter(fits),
  conv2d: grouped(7, 13, () => fc.record({ border })).filter(fits),
  convTranspose2d: transposed.filter(leavesOutput),
  maxPool2d: pooled({}),
  avgPool2d: pooled({ countIncludePad: fc.boolean() }),
  globalMaxPool2d: global,
  globalAvgPool2d: global,
  activate: elementwise,
  add: elementwise,
  sepFilter2d: fc.record({
    ...common,
    dtype: fc.constantFrom('float32' as const, 'uint8' as const),
    image: image(7, 12, fc.integer({ min: 1, max: 20 })),
    kernel: pair(9),
    options: fc.record({ border: fc.constantFrom(...borders) }),
  }),
};

type Sides = { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };

/** Sizes, padding and the filter's extent, down and across; nothing where the padding fits by itself. */
function axesOf({ image: [, height, width], kernel = [1, 1], options = {} }: Case) {
  const { padding: sides, dilations = 1, strides = 1, outputPadding = 0 } = options;
  if (typeof sides !== 'object') return [];
  const { top, bottom, left, right } = sides as Sides;
  const each = (value: number | readonly [number, number]) => (typeof value === 'number' ? [value, value] : value);
  return [top + bottom, left + right].map((padded, axis) => ({
    size: [height, width][axis],
    padded,
    extent: (kernel[axis] - 1) * each(dilations)[axis] + 1,
    stride: each(strides)[axis],
    extra: each(outputPadding)[axis],
  }));
}

/** Whether a window falls inside the padded image. */
function fits(aCase: Case): boolean {
  return axesOf(aCase).every(({ size, padded, extent }) => size + padded >= extent);
}

/** Whether the padding of a transposed convolution takes off less than all. */
function leavesOutput(aCase: Case): boolean {
  return axesOf(aCase).every(
    ({ size, padded, extent, stride, extra }) => (size - 1) * stride + extent + extra > padded,
  );
}
