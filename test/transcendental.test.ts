// The activations beyond + − × ÷, over floats of every magnitude: near the correctly rounded value, rising where the
// function rises, and the same bits on every backend.
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { exponential } from '../src/core/exponential.js';
import { operationsOn } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';
import { bitsOf, expectSameBits } from './support/bits.js';

/** Every 14,321st float32 but NaN, rising from −Infinity to Infinity, with −0 and 0. */
const sample = (() => {
  const [infinity, step] = [0x7f800000, 14_321];
  const count = Math.ceil(infinity / step);
  const words = new Uint32Array(2 * count + 2);
  for (let i = 0; i < count; i++) {
    words[i] = 2 ** 31 + infinity - i * step;
    words[words.length - 1 - i] = infinity - i * step;
  }
  [words[count], words[count + 1]] = [2 ** 31, 0];
  return new Float32Array(words.buffer);
})();

/** Where a bit more or less decides: saturation, cut-overs between formulas, small steps around 0. */
const edges = [0.0625, 1, 2, 9.01, 10.7, 15, 16.635, 17.33, 20, 87.33, 88.72, 103.97, 110, 2 ** -126, 2 ** -149];
const nearEdges = Float32Array.from(
  edges.flatMap((edge) =>
    [edge, -edge].flatMap((v) => [-3, -2, -1, 0, 1, 2, 3].map((step) => v * (1 + step * 2 ** -23))),
  ),
).sort();

/** erfc to some 14 digits: a series near 0, a continued fraction in the tail. */
function erfc(t: number): number {
  if (t < 0) return 2 - erfc(-t);
  if (t < 2) {
    let term = t;
    let sum = t;
    for (let n = 1; n < 60; n++) {
      term *= (2 * t * t) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-t * t) * sum;
  }
  let fraction = t;
  for (let n = 100; n > 0; n--) fraction = t + n / 2 / fraction;
  return Math.exp(-t * t) / Math.sqrt(Math.PI) / fraction;
}

const exact: Readonly<Record<'elu' | 'sigmoid' | 'tanh' | 'silu' | 'gelu' | 'softplus', (v: number) => number>> = {
  elu: (v) => (v < 0 ? Math.expm1(v) : v),
  sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  tanh: Math.tanh,
  silu: (v) => (v === -Infinity ? -0 : v / (1 + Math.exp(-v))),
  gelu: (v) => (v === -Infinity ? -0 : (v / 2) * erfc(-v / Math.SQRT2)),
  softplus: (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
};
const names = Object.keys(exact) as (keyof typeof exact)[];

const asImage = (data: Float32Array) => ({ data, shape: [1, 1, 1, data.length] });
const { activate } = operationsOn(() => reference);

/** Places on the line of all float32, neighbours one apart; both zeros are 0. */
function places(values: Float32Array): Float64Array {
  return Float64Array.from(bitsOf(values), (bits) => (bits < 2 ** 31 ? bits : 2 ** 31 - bits));
}

describe.each(names)('%s', (name) => {
  const results = [sample, nearEdges].map((data) => ({ data, result: activate(asImage(data), name) }));

  test('at most 1 unit in the last place from the correctly rounded value', () => {
    for (const { data, result } of results) {
      const [actual, expected] = [places(result.data), places(data.map(exact[name]))];
      const distances = actual.map((place, i) => Math.abs(place - expected[i]));
      const worst = distances.indexOf(distances.reduce((a, b) => Math.max(a, b)));
      expect(distances[worst], `at ${data[worst]}`).toBeLessThanOrEqual(1);
    }
  });

  test.each(everyBackend)('the same bits on $name', ({ kernels }) => {
    for (const { data, result } of results) {
      expectSameBits(name, operationsOn(() => kernels).activate(asImage(data), name), result);
    }
  });

  test('rises with its argument', () => {
    const falls = name === 'silu' || name === 'gelu';
    for (const { data, result } of results) {
      const rising = falls ? result.data.subarray(data.findIndex((v) => v >= 0)) : result.data;
      expect(rising.findIndex((v, i) => i > 0 && v < rising[i - 1])).toBe(-1);
    }
  });
});

test('every NaN passes through every activation, on every backend', () => {
  const data = Float32Array.of(NaN, 1, NaN, -1, NaN);
  for (const { kernels } of everyBackend) {
    for (const name of [...names, 'relu', 'relu6', 'leakyRelu', 'hardSigmoid', 'hardSwish'] as const) {
      const result = operationsOn(() => kernels).activate(asImage(data), name);
      expect([...result.data].map(Number.isNaN)).toEqual([true, false, true, false, true]);
    }
  }
});

test('the exponential is that of the mathematicians', () => {
  for (let x = -120; x <= 120; x += 0.37) expect(exponential(x) / Math.exp(x)).toBeCloseTo(1, 14);
  expect([exponential(0), exponential(-0)]).toEqual([1, 1]);
});
