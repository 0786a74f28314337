// Vectors worked out without our code, by hand and by exact fractions, in numbers that float32 holds: they judge the
// reference itself, and every other backend again.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { opNames } from '../src/core/kernels.js';
import type { Dtype } from '../src/core/params.js';
import type { Tensor } from '../src/core/tensor.js';
import { type OperationName, ops } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { type Call, oneShot } from './support/cases.js';
import { stemOf } from './support/stems.js';

/** `"NaN"`, `"-Infinity"` and `"-0"` are strings, since JSON has no such numbers. */
type Values = readonly (number | string)[];

interface Numbers {
  readonly shape: readonly number[];
  readonly data: Values;
}

interface Golden {
  readonly title: string;
  readonly function: OperationName;
  readonly input: Numbers;
  readonly filters: readonly Numbers[];
  readonly options: object;
  readonly biases?: Readonly<Record<string, Values>>;
  /** prelu's. */
  readonly slope?: Values;
  readonly residual?: Numbers;
  readonly dtype?: Dtype;
  readonly output: Numbers;
}

const backends = [{ name: 'reference', kernels: reference }, ...everyBackend];
const goldens = Object.fromEntries(
  opNames.map((op) => {
    const file = new URL(`golden/${stemOf(op)}.json`, import.meta.url);
    return [op, JSON.parse(readFileSync(file, 'utf8')) as Golden[]];
  }),
);

test('every operation has its vectors', () => {
  const covered = new Set(Object.values(goldens).flatMap((vectors) => vectors.map((golden) => golden.function)));
  expect([...covered].sort()).toEqual(Object.keys(ops).sort());
});

describe.each(opNames)('%s', (op) => {
  test.each(goldens[op])('$title', (golden) => {
    const call = callOf(golden);
    const { shape, data } = golden.output;
    const expected = { shape, data: golden.dtype === 'uint8' ? Uint8Array.from(data, Number) : floats(data) };
    for (const { name, kernels } of backends) {
      expectSameBits(`${golden.function} on ${name}`, oneShot(kernels, call), expected, call.layout, golden.title);
    }
  });
});

function callOf({ function: name, input, filters, options, biases = {}, slope, residual, dtype }: Golden): Call {
  const { layout = 'NHWC' } = options as Partial<Call>;
  const biasArrays = Object.entries(biases).map(([bias, values]) => [bias, floats(values)]);
  const prelu = slope && { activation: { type: 'prelu', slope: floats(slope) } };
  return {
    name,
    about: { image: [0, 0, 0, 0] },
    layout,
    input: dtype === 'uint8' ? { ...input, data: Uint8Array.from(input.data, Number) } : toTensor(input),
    filters: filters.map(toTensor),
    options: { ...options, ...Object.fromEntries(biasArrays), ...prelu },
    residual: residual && toTensor(residual),
  };
}

function floats(values: Values): Float32Array {
  return Float32Array.from(values, Number);
}

function toTensor({ shape, data }: Numbers): Tensor {
  return { data: floats(data), shape };
}
