// Random cases of every op, small enough for the reference, shaped around the edges of vectors and tiles.
import fc from 'fast-check';
import type { OpName } from '../../src/core/kernels.js';
import type { Activation, Padding } from '../../src/core/options.js';
import type { Case } from './cases.js';
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
const activation: fc.Arbitrary<Activation> = fc.oneof(
  fc.constantFrom<Activation>('linear', 'relu', 'relu6', 'leakyRelu'),
  finite.map((alpha): Activation => ({ type: 'leakyRelu', alpha })),
  fc.tuple(finite, finite).map(([a, b]): Activation => ({ type: 'clamp', min: Math.min(a, b), max: Math.max(a, b) })),
);

/** What every op's cases have. */
const common = {
  layout: fc.constantFrom('NHWC' as const, 'NCHW' as const),
  filters: fc.constantFrom('tensorflow' as const, 'pytorch' as const),
  bias: fc.boolean(),
  residual: fc.boolean(),
  values: fc.constantFrom(...valueKinds),
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
};

const image = (maxHeight: number, maxWidth: number): fc.Arbitrary<Case['image']> =>
  fc.tuple(
    fc.constantFrom(1, 1, 1, 2, 3),
    fc.integer({ min: 1, max: maxHeight }),
    fc.integer({ min: 1, max: maxWidth }),
    channels,
  );

const windowed = {
  ...common,
  image: image(9, 18),
  kernel: fc.oneof(fc.constant([3, 3] as const), pair(5), pair(7)),
  multiplier: fc.constantFrom(1, 1, 1, 2, 3, 4, 8),
  options: fc.record({ strides: pair(3), dilations: fc.oneof(fc.constant(1), pair(3)), padding, activation }),
};

export const randomCases: Record<OpName, fc.Arbitrary<Case>> = {
  depthwise: fc.record(windowed).filter(fits),
  pointwise: fc.record({
    ...common,
    image: image(5, 18),
    outputs: channels,
    options: fc.record({ strides: pair(3), activation }),
  }),
  separable: fc
    .record({
      ...windowed,
      multiplier: small,
      outputs: channels,
      options: fc.record({
        strides: pair(3),
        dilations: small,
        padding,
        activation,
        depthwiseActivation: activation,
      }),
    })
    .filter(fits),
};

/** Whether a window falls inside the padded image. */
function fits({ image: [, height, width], kernel = [1, 1], options = {} }: Case): boolean {
  const { padding: sides, dilations = 1 } = options;
  if (typeof sides !== 'object' || !('top' in sides)) return true;
  const [down, across] = typeof dilations === 'number' ? [dilations, dilations] : dilations;
  return (
    height + sides.top + sides.bottom > (kernel[0] - 1) * down &&
    width + sides.left + sides.right > (kernel[1] - 1) * across
  );
}
