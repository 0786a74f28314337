// How far a sum of rounded products may be from the exact one: |error| ≤ (K + 3) · 2⁻²⁴ · (Σ|x · w| + |bias|).
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { Kernels } from '../src/core/kernels.js';
import { createRuntime, defaultRuntime } from '../src/entries/node.js';
import { fusedKernels } from './support/backends.js';
import { type Call, callOf, oneShot } from './support/cases.js';
import { at } from './support/tensors.js';

interface Exact {
  readonly sum: number;
  /** Σ|x · w| + |bias| */
  readonly magnitude: number;
}

/** The value of an output in float64, from its products. */
function exact(products: readonly number[], bias: number): Exact {
  return {
    sum: products.reduce((a, b) => a + b, bias),
    magnitude: products.reduce((a, b) => a + Math.abs(b), Math.abs(bias)),
  };
}

function expectAccurate(call: Call, taps: number, exactAt: (place: number[], bias: number) => Exact): void {
  for (const kernels of [reference, ...fusedKernels]) expectAccurateOn(kernels, call, taps, exactAt);
}

function expectAccurateOn(
  kernels: Kernels,
  call: Call,
  taps: number,
  exactAt: (place: number[], bias: number) => Exact,
): void {
  const { bias } = call.options as { bias: Float32Array };
  const { data, shape } = oneShot(kernels, call);
  const [, , width, channels] = shape;
  const shares = data.map((value, i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    const { sum, magnitude } = exactAt([y, x, c], bias[c]);
    return Math.abs(value - sum) / ((taps + 3) * 2 ** -24 * magnitude);
  });
  expect(Math.max(...shares)).toBeLessThanOrEqual(1);
}

describe("precision 'fast'", () => {
  test('is chosen by that option only, and told', async () => {
    expect(defaultRuntime().info.precision).toBe('exact');
    const { info } = await createRuntime({ precision: 'fast' });
    expect(info.precision).toBe(fusedKernels.length > 0 ? 'fast' : 'exact');
    for (const { isa } of fusedKernels) {
      await expect(createRuntime({ isa })).rejects.toMatchObject({ code: 'ERR_BACKEND_UNAVAILABLE' });
    }
  });

  test('falls back to exact kernels where none fuse', async () => {
    const { info } = await createRuntime({ backend: 'wasm', precision: 'fast' });
    expect(info).toMatchObject({ isa: 'simd128', precision: 'exact' });
  });

  test('is one of two names', async () => {
    const call = createRuntime({ precision: 'double' as 'fast' });
    await expect(call).rejects.toMatchObject({ code: 'ERR_OPTION', details: { argument: 'precision' } });
  });
});

describe('against float64', () => {
  test.each([1, 3, 5, 11])('depthwise, %i taps a side', (k) => {
    const call = callOf('depthwiseConv2d', { image: [1, 20, 20, 5], kernel: [k, k], bias: true, seed: k });
    expectAccurate(call, k * k, ([y, x, c], bias) => {
      const taps = Array.from({ length: k * k }, (_, i) => [Math.floor(i / k), i % k]);
      const products = taps.map(
        ([ky, kx]) => at(call.input, [0, y + ky, x + kx, c]) * at(call.filters[0], [ky, kx, c, 0]),
      );
      return exact(products, bias);
    });
  });

  test.each([
    [1, 300],
    [3, 40],
    [5, 7],
  ])('standard, %i taps a side, %i inputs', (k, inputs) => {
    const call = callOf('conv2d', { image: [1, 9, 9, inputs], kernel: [k, k], outputs: 5, bias: true, seed: k });
    expectAccurate(call, k * k * inputs, ([y, x, o], bias) => {
      const products = Array.from({ length: k * k * inputs }, (_, tap) => {
        const i = tap % inputs;
        const [ky, kx] = [Math.floor(tap / inputs / k), Math.floor(tap / inputs) % k];
        return at(call.input, [0, y + ky, x + kx, i]) * at(call.filters[0], [ky, kx, i, o]);
      });
      return exact(products, bias);
    });
  });

  test.each([1, 16, 257, 2000])('pointwise, %i inputs', (inputs) => {
    const call = callOf('pointwiseConv2d', { image: [1, 9, 9, inputs], outputs: 7, bias: true, seed: inputs });
    expectAccurate(call, inputs, ([y, x, o], bias) => {
      const products = Array.from(
        { length: inputs },
        (_, i) => at(call.input, [0, y, x, i]) * at(call.filters[0], [i, o]),
      );
      return exact(products, bias);
    });
  });
});
