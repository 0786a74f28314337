// What is wrong for one operation only: windows, taps, slopes, types, options of another. The next valid call works.
import { afterEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../src/core/errors.js';
import {
  activate,
  add,
  avgPool2d,
  conv2d,
  convTranspose2d,
  globalAvgPool2d,
  globalMaxPool2d,
  maxPool2d,
  prepareActivate,
  prepareAdd,
  prepareMaxPool2d,
  prepareSepFilter2d,
  sepFilter2d,
  type Tensor,
  type TensorData,
  tensor,
} from '../src/entries/node.js';
import { expectError, testEach } from './support/errors.js';
import { ones } from './support/tensors.js';

const image = ones(1, 4, 5, 6);
const filter = ones(2, 2, 6, 4);
const back = ones(2, 2, 4, 6);
const taps = Float32Array.of(1, 2, 1);
const picture = { data: new Uint8Array(120), shape: [1, 4, 5, 6] };

afterEach(() => {
  expect(conv2d(ones(1, 1, 2, 2), ones(1, 2, 2, 1)).data).toEqual(Float32Array.of(4));
  expect(maxPool2d(ones(1, 2, 2, 1), { windowDimensions: 2 }).data).toEqual(Float32Array.of(1));
  expect(add(ones(1, 1, 1, 1), ones(1, 1, 1, 1)).data).toEqual(Float32Array.of(2));
  expect(sepFilter2d(ones(1, 1, 1, 1), taps, taps).data).toEqual(Float32Array.of(16));
});

describe('windows', () => {
  testEach(
    'windowDimensions',
    [
      ['missing', undefined, 'ERR_OPTION'],
      ['0', 0, 'ERR_OPTION', 'at least 1'],
      ['a list with 0', [2, 0], 'ERR_OPTION'],
      ['a fraction', 1.5, 'ERR_OPTION'],
      ['a list of one', [2], 'ERR_OPTION'],
      ['a string', '2', 'ERR_OPTION'],
      ['null', null, 'ERR_OPTION'],
      ['beyond int32', 2 ** 31, 'ERR_OPTION'],
    ],
    (windowDimensions, code, says) => {
      expectError(() => maxPool2d(image, { windowDimensions }), code, 'windowDimensions', says);
      expectError(() => avgPool2d(image, { windowDimensions }), code, 'windowDimensions', says);
      expectError(() => prepareMaxPool2d({ windowDimensions }), code, 'windowDimensions', says);
    },
  );
  test('larger than the image', () => {
    expectError(() => maxPool2d(image, { windowDimensions: [2, 6] }), 'ERR_SHAPE', 'input width', 'at least 6');
  });
  test('no options at all', () => {
    expectError(() => maxPool2d(image, undefined as never), 'ERR_OPTION', 'windowDimensions');
  });
  test.each(['ceilMode', 'countIncludePad'])('%s', (name) => {
    for (const wrong of [1, 'true', null, []]) {
      const options = { windowDimensions: 2, [name]: wrong };
      expectError(() => avgPool2d(image, options), 'ERR_OPTION', name, 'true or false');
    }
  });
});

test.each([
  ['rowFilter', 0],
  ['columnFilter', 1],
] as const)('%s', (name, place) => {
  const call = (value: unknown) => () =>
    place === 0 ? sepFilter2d(image, value as never, taps) : sepFilter2d(image, taps, value as never);
  expectError(call(new Float32Array()), 'ERR_SHAPE', name, 'at least one tap');
  expectError(call(undefined), 'ERR_DTYPE', name, 'Float32Array');
  expectError(call([1, 2, 1]), 'ERR_DTYPE', name, 'Float32Array');
  expectError(call(new Float64Array(3)), 'ERR_DTYPE', name, 'Float32Array');
  expectError(call(ones(3)), 'ERR_DTYPE', name, 'Float32Array');
});

interface OptionsOf {
  readonly call: (options: never) => unknown;
  /** What the call does not do without. */
  readonly given?: object;
  readonly unknown: readonly string[];
}

const functions: Readonly<Record<string, OptionsOf>> = {
  conv2d: {
    call: (options) => conv2d(image, filter, options),
    unknown: ['outputPadding', 'multiplier', 'depthwiseBias'],
  },
  convTranspose2d: {
    call: (options) => convTranspose2d(image, back, options),
    unknown: ['outputShape', 'windowDimensions'],
  },
  maxPool2d: {
    call: (options) => maxPool2d(image, options),
    given: { windowDimensions: 2 },
    unknown: ['countIncludePad', 'residual', 'bias', 'activation', 'filterLayout'],
  },
  avgPool2d: {
    call: (options) => avgPool2d(image, options),
    given: { windowDimensions: 2 },
    unknown: ['residual', 'groups'],
  },
  globalMaxPool2d: {
    call: (options) => globalMaxPool2d(image, options),
    unknown: ['windowDimensions', 'padding', 'residual'],
  },
  globalAvgPool2d: { call: (options) => globalAvgPool2d(image, options), unknown: ['strides', 'residual'] },
  activate: {
    call: (options) => activate(image, 'relu', options),
    unknown: ['activation', 'residual', 'bias', 'alpha'],
  },
  add: { call: (options) => add(image, image, options), unknown: ['residual', 'bias', 'strides'] },
  sepFilter2d: {
    call: (options) => sepFilter2d(image, taps, taps, options),
    unknown: ['padding', 'dtype', 'residual', 'activation'],
  },
  prepareActivate: { call: (options) => prepareActivate('relu', options), unknown: ['out', 'activation'] },
  prepareAdd: { call: (options) => prepareAdd(options), unknown: ['out', 'residual'] },
  prepareSepFilter2d: { call: (options) => prepareSepFilter2d(taps, taps, options), unknown: ['out', 'padding'] },
};

describe.each(Object.keys(functions))('options of %s', (name) => {
  const { call, given, unknown } = functions[name];

  test.each(unknown)('%s', (option) => {
    const options = { ...given, [option]: option === 'residual' ? image : 1 };
    expectError(() => call(options as never), 'ERR_OPTION', 'options', `"${option}"`);
  });
  test.each([null, 5, 'same', [[1]], new Float32Array(1)])('%o', (options) => {
    expectError(() => call(options as never), 'ERR_OPTION', 'options', 'an object');
  });
});

test('a residual at the run of an operator that takes none', () => {
  const run = (operator: { run(input: Tensor, options: object): unknown }) => () =>
    operator.run(image, { residual: image });
  expectError(run(prepareMaxPool2d({ windowDimensions: 2 })), 'ERR_OPTION', 'options', '"residual"');
  expectError(run(prepareActivate('relu')), 'ERR_OPTION', 'options', '"residual"');
  expectError(run(prepareSepFilter2d(taps, taps)), 'ERR_OPTION', 'options', '"residual"');
});

describe('activations', () => {
  testEach(
    'prelu',
    [
      ['too short', new Float32Array(3), 'ERR_SHAPE', '4 elements'],
      ['too long', new Float32Array(6), 'ERR_SHAPE', '4 elements'],
      ['empty', new Float32Array(), 'ERR_BUFFER', '4 elements'],
      ['missing', undefined, 'ERR_DTYPE', 'Float32Array'],
      ['a number', 0.25, 'ERR_DTYPE', 'Float32Array'],
      ['a list', [1, 2, 3, 4], 'ERR_DTYPE', 'Float32Array'],
      ['a Float64Array', new Float64Array(4), 'ERR_DTYPE', 'Float32Array'],
    ],
    (slope, code, says) => {
      const activation = { type: 'prelu', slope } as const;
      expectError(() => conv2d(image, filter, { activation }), code, 'activation.slope', says);
    },
  );
  test('a slope of another length than the channels', () => {
    const activation = { type: 'prelu', slope: new Float32Array(5) } as const;
    expectError(() => activate(image, activation), 'ERR_SHAPE', 'input', '5 channels');
    expectError(() => add(image, image, { activation }), 'ERR_SHAPE', 'input', '5 channels');
  });
  test('one slope is for all channels', () => {
    for (const slope of [0.25, -0, NaN, -3]) {
      const activation = { type: 'prelu', slope: Float32Array.of(slope) } as const;
      const each = { type: 'prelu', slope: new Float32Array(6).fill(slope) } as const;
      const negative = tensor(
        image.data.map((value) => -value),
        image.shape,
      );
      expect(activate(negative, activation).data).toEqual(activate(negative, each).data);
      expect(add(negative, image, { activation }).data).toEqual(add(negative, image, { activation: each }).data);
    }
  });
  test('none, or an unknown one', () => {
    expectError(() => activate(image, undefined as never), 'ERR_OPTION', 'activation', "'relu'");
    expectError(() => activate(image, 'prelu' as never), 'ERR_DTYPE', 'activation.slope');
    expectError(() => activate(image, 'swish' as never), 'ERR_OPTION', 'activation', 'hardSwish');
    expectError(() => activate(image, { type: 'elu', alpha: NaN }), 'ERR_ACTIVATION', 'activation.alpha');
    expectError(() => activate(image, { type: 'gelu', alpha: 1 } as never), 'ERR_OPTION', 'options', '"alpha"');
  });
});

describe('shapes of two tensors', () => {
  test.each([[[1, 5, 4, 6]], [[2, 4, 5, 6]], [[1, 4, 5, 1]], [[1, 1, 1, 6]]])('add does not repeat %o', (shape) => {
    expectError(() => add(image, ones(...shape)), 'ERR_SHAPE', 'residual.shape', '[1,4,5,6]');
    expectError(() => prepareAdd().run(image, { residual: ones(...shape) }), 'ERR_SHAPE', 'residual.shape');
  });
  test('add without a second one', () => {
    expectError(() => add(image, undefined as never), 'ERR_SHAPE', 'residual', 'a tensor');
    // @ts-expect-error the type knows that it needs one
    expectError(() => prepareAdd().run(image), 'ERR_SHAPE', 'residual', 'a tensor');
  });
  test('out of another shape', () => {
    const out = ones(1, 4, 5, 5);
    expectError(() => add(image, image, { out }), 'ERR_SHAPE', 'out.shape');
    expectError(() => globalMaxPool2d(image, { out }), 'ERR_SHAPE', 'out.shape', '[1,1,1,6]');
    expectError(() => sepFilter2d(image, taps, taps, { out }), 'ERR_SHAPE', 'out.shape');
  });
});

describe('types', () => {
  const calls: Readonly<Record<string, (input: never) => unknown>> = {
    conv2d: (input) => conv2d(input, filter),
    convTranspose2d: (input) => convTranspose2d(input, back),
    maxPool2d: (input) => maxPool2d(input, { windowDimensions: 2 }),
    globalAvgPool2d: (input) => globalAvgPool2d(input),
    activate: (input) => activate(input, 'relu'),
    add: (input) => add(input, image),
  };
  test.each(Object.keys(calls))('%s of uint8', (name) => {
    expectError(() => calls[name](picture as never), 'ERR_DTYPE', 'input.data', 'Float32Array');
  });
  test('add of float32 and uint8', () => {
    expectError(() => add(image, picture as never), 'ERR_DTYPE', 'residual.data', 'Float32Array');
  });
  test('sepFilter2d of two types', () => {
    const float32 = { data: new Float32Array(120), shape: picture.shape };
    const into = (out: Tensor<TensorData>) => ({ out }) as object;
    expectError(() => sepFilter2d(picture, taps, taps, into(float32)), 'ERR_DTYPE', 'out.data', 'Uint8Array');
    expectError(() => sepFilter2d(image, taps, taps, into(picture)), 'ERR_DTYPE', 'out.data', 'Float32Array');
    const clamped = { data: new Uint8ClampedArray(120), shape: picture.shape } as never;
    const either = 'expected a Float32Array or a Uint8Array, got';
    const view = 'give new Uint8Array(data.buffer, data.byteOffset, data.length), which is the same memory';
    const isClamped = `${either} Uint8ClampedArray of 120 bytes; ${view}`;
    expectError(() => sepFilter2d(clamped, taps, taps), 'ERR_DTYPE', 'input.data', isClamped);
    expectError(() => tensor(new Uint8ClampedArray(6) as never, [6]), 'ERR_DTYPE', 'data', view);
    const wide = { data: new Uint16Array(120), shape: picture.shape } as never;
    const from = 'convert it with Float32Array.from(…)';
    expectError(
      () => sepFilter2d(wide, taps, taps),
      'ERR_DTYPE',
      'input.data',
      `${either} Uint16Array of 240 bytes; ${from}`,
    );
    expectError(() => activate(clamped, 'relu'), 'ERR_DTYPE', 'input.data', `Uint8ClampedArray of 120 bytes; ${from}`);
    expectError(() => activate(wide, 'relu'), 'ERR_DTYPE', 'input.data', `Uint16Array of 240 bytes; ${from}`);
  });
  testEach(
    'options of sepFilter2d',
    [
      ['border', { border: 'mirror' }, 'ERR_OPTION', "'reflect'"],
      ['border', { border: null }, 'ERR_OPTION'],
      ['dtype', { dtype: 'int8' }, 'ERR_OPTION', "'uint8'"],
    ] satisfies [string, object, ErrorCode, string?][],
    (options, code, says) => {
      expectError(() => prepareSepFilter2d(taps, taps, options), code, Object.keys(options)[0], says);
    },
  );
});
