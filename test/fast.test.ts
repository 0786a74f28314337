// precision 'fast': the same kernels with fused sums. Convolutions stay within the bound of CONFORMANCE.md, and whatever
// has no sum of products keeps its bits.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { TensorData } from '../src/core/arrays.js';
import type { Tensor } from '../src/core/tensor.js';
import type { OperationName } from '../src/ops/index.js';
import { fusedKernels } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { type Call, type Case, callOf, outputOf } from './support/cases.js';
import { namedCases } from './support/named-cases.js';
import { runCount, runSeed } from './support/random.js';
import { randomCases } from './support/random-cases.js';

const taps = ({ kernel: [height, width] = [3, 3] }: Case) => height * width;

/** Σ (K + 3) over the stages, of K products each. */
const steps: Partial<Record<OperationName, (about: Case) => number>> = {
  depthwiseConv2d: (about) => taps(about) + 3,
  pointwiseConv2d: ({ image }) => image[3] + 3,
  separableConv2d: (about) => taps(about) + 3 + about.image[3] * (about.multiplier ?? 1) + 3,
  conv2d: (about) => (taps(about) * about.image[3]) / (about.options?.groups ?? 1) + 3,
  convTranspose2d: (about) => (taps(about) * about.image[3]) / (about.options?.groups ?? 1) + 3,
  sepFilter2d: ({ kernel: [down, across] = [3, 3] }) => down + across + 6,
};

const unsummed: readonly OperationName[] = [
  ...(['maxPool2d', 'avgPool2d', 'globalMaxPool2d', 'globalAvgPool2d', 'activate', 'add'] as const),
];

/** A case whose error has a bound: numbers of ordinary size, and nothing after the sums. */
function plain({ borderTaps, residual, dtype, ...about }: Case): Case {
  const { activation, depthwiseActivation, ...options } = about.options ?? {};
  const values = about.values === 'integers' || about.values === 'zeros' ? about.values : 'ordinary';
  return { ...about, options, values };
}

const absolute = <D extends TensorData>({ data, shape }: Tensor<D>) => ({ data: data.map(Math.abs) as D, shape });

/** Σ|x · w| + |bias| of every output element. */
function magnitudes(call: Call): Tensor<TensorData> {
  const options = Object.entries(call.options).map(([name, value]) => [
    name,
    value instanceof Float32Array ? value.map(Math.abs) : value,
  ]);
  const filters = call.filters.map((filter) => absolute(filter));
  return outputOf(reference, { ...call, input: absolute(call.input), filters, options: Object.fromEntries(options) });
}

function expectWithinBound(name: OperationName, aCase: Case): void {
  const about = plain(aCase);
  const call = callOf(name, about);
  const [exact, sizes] = [outputOf(reference, call), magnitudes(call)];
  // Both results may be off by the bound, and the magnitudes are rounded themselves.
  const factor = 2.01 * 2 ** -24 * (steps[name]?.(about) ?? 0);
  for (const kernels of fusedKernels) {
    const { data } = outputOf(kernels, call);
    const worst = data.findIndex((value, i) => !(Math.abs(value - exact.data[i]) <= factor * sizes.data[i]));
    expect(worst, `${name} on ${kernels.isa}: element ${worst} of ${JSON.stringify(about)}`).toBe(-1);
  }
}

if (fusedKernels.length === 0) test.skip('no fused kernels run here');

describe.each(Object.keys(steps) as OperationName[])('%s', (name) => {
  test.each(namedCases[name])('$title', (aCase) => expectWithinBound(name, aCase));

  test(`random cases (SEED=${runSeed})`, () => {
    const property = fc.property(randomCases[name], (aCase) => expectWithinBound(name, aCase));
    fc.assert(property, { numRuns: runCount, seed: runSeed });
  });
});

describe.each(unsummed)('%s keeps its bits', (name) => {
  test(`random cases (SEED=${runSeed})`, () => {
    const property = fc.property(randomCases[name], (aCase) => {
      const call = callOf(name, aCase);
      const expected = outputOf(reference, call);
      for (const kernels of fusedKernels) {
        expectSameBits(`${name} on ${kernels.isa}`, outputOf(kernels, call), expected, call.layout, aCase);
      }
    });
    fc.assert(property, { numRuns: runCount, seed: runSeed });
  });
});
