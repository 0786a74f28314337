// Vectors worked out without our code, by hand and by exact fractions, in numbers that float32 holds: they judge the
// reference itself, and every other backend again.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { opNames } from '../src/core/kernels.js';
import { runOnce } from '../src/core/operator.js';
import { type Tensor, tensor } from '../src/core/tensor.js';
import { ops } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';

/** `"NaN"`, `"-Infinity"` and `"-0"` are strings, since JSON has no such numbers. */
type Values = readonly (number | string)[];

interface Array4 {
  readonly shape: readonly number[];
  readonly data: Values;
}

interface Golden {
  readonly title: string;
  readonly input: Array4;
  readonly filters: readonly Array4[];
  readonly options: object;
  readonly biases?: Readonly<Record<string, Values>>;
  readonly residual?: Array4;
  readonly output: Array4;
}

const backends = [{ name: 'reference', kernels: reference }, ...everyBackend];

describe.each(opNames)('%s', (op) => {
  const file = new URL(`golden/${op}.json`, import.meta.url);
  const goldens = JSON.parse(readFileSync(file, 'utf8')) as Golden[];

  test.each(goldens)('$title', ({ input, filters, options, biases = {}, residual, output }) => {
    const biasArrays = Object.entries(biases).map(([name, values]) => [name, floats(values)]);
    for (const { name, kernels } of backends) {
      const { data, shape } = runOnce(kernels, ops[op], toTensor(input), filters.map(toTensor), {
        ...options,
        ...Object.fromEntries(biasArrays),
        residual: residual && toTensor(residual),
      });
      // toEqual tells −0 from +0, and takes NaN as equal to itself.
      expect({ name, shape, data: [...data] }).toEqual({ name, shape: output.shape, data: [...floats(output.data)] });
    }
  });
});

function floats(values: Values): Float32Array {
  return Float32Array.from(values, Number);
}

function toTensor({ shape, data }: Array4): Tensor {
  return tensor(floats(data), shape);
}
