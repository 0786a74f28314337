// Initialisers against their formulas: by fixed seeds, so a bound that holds holds always.
import { describe, expect, test } from 'vitest';
import { initializers } from '../src/entries/node.js';
import { xoshiro128 } from '../src/initializers/generator.js';
import { expectError } from './support/errors.js';

const {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normal,
  truncatedNormal,
  uniform,
  zeros,
} = initializers;

/** Mean and variance, and by how many standard errors each may differ: five, which chance passes once in a million. */
function expectMoments(data: Float32Array, mean: number, variance: number, kurtosis: number): void {
  const n = data.length;
  const actualMean = data.reduce((sum, value) => sum + value, 0) / n;
  const actualVariance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  expect(Math.abs(actualMean - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
  expect(Math.abs(actualVariance / variance - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / n));
}

/** The largest distance between the distribution of the data and a distribution (Kolmogorov, Smirnov), times √n. */
function kolmogorov(data: Float32Array, distribution: (value: number) => number): number {
  const n = data.length;
  const distances = data.toSorted().map((value, i) => {
    const expected = distribution(value);
    return Math.max(Math.abs(expected - i / n), Math.abs(expected - (i + 1) / n));
  });
  return Math.sqrt(n) * distances.reduce((a, b) => Math.max(a, b), 0);
}

/** The standard normal distribution by Simpson's rule from 0. */
function normalDistribution(z: number): number {
  const steps = 40;
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(z);
  for (let i = 1; i < steps; i++) sum += density((z * i) / steps) * (i % 2 === 0 ? 2 : 4);
  return 0.5 + (sum * z) / steps / 3;
}

// Chance passes it three times in a million: 2 · exp(−2 · 2.6²).
const limit = 2.6;
const [uniformKurtosis, normalKurtosis] = [1.8, 3];
const many = [20, 50, 200];

describe('the generator', () => {
  test('xoshiro128** gives the numbers of its authors', () => {
    const next = xoshiro128([1, 2, 3, 4]);
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(expected.map(() => next())).toEqual(expected);
  });

  test('the same numbers on every host', () => {
    expect([...uniform([4], { seed: 1 }).data]).toEqual([
      0.0068605998530983925, 0.025392884388566017, 0.03893939405679703, -0.0009979545138776302,
    ]);
    expect([...normal([4], { seed: 1 }).data]).toEqual([
      -0.1126430481672287, 0.029101327061653137, -0.012448129244148731, 0.0903654471039772,
    ]);
    expect([...truncatedNormal([4], { seed: 4294967295 }).data]).toEqual([
      -0.027429835870862007, 0.0286889486014843, -0.03974147140979767, -0.04074161499738693,
    ]);
    expect([...glorotUniform([2, 2], { seed: 0 }).data]).toEqual([
      0.9475948214530945, -0.5781800746917725, -1.1941875219345093, 0.4243410527706146,
    ]);
    expect([...heNormal([2, 2], { seed: 0 }).data]).toEqual([
      1.0421502590179443, 0.17300468683242798, -0.5475739240646362, 0.6032158732414246,
    ]);
  });

  test('seeds give numbers of their own, and again the same', () => {
    const of = (seed: number) => normal([1000], { seed }).data;
    const one = of(7);
    expect(of(7)).toEqual(one);
    for (const seed of [0, 1, 8, 2 ** 31]) {
      const other = of(seed);
      const correlation = one.reduce((sum, value, i) => sum + value * other[i], 0) / 0.05 ** 2 / 1000;
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(1000));
    }
  });

  test('seeds from 0 on: their first numbers are uniform', () => {
    const firsts = Float32Array.from({ length: 20_000 }, (_, seed) => uniform([1], { seed, min: 0, max: 1 }).data[0]);
    expect(kolmogorov(firsts, (value) => value)).toBeLessThan(limit);
  });
});

describe('distributions', () => {
  test('zeros and constant', () => {
    expect(zeros([1, 2])).toEqual({ data: new Float32Array(2), shape: [1, 2] });
    expect(constant([3], 0.1)).toEqual({ data: Float32Array.of(0.1, 0.1, 0.1), shape: [3] });
  });

  test('uniform', () => {
    const { data, shape } = uniform(many, { seed: 3, min: -1, max: 3 });
    expect(shape).toEqual(many);
    expectMoments(data, 1, 16 / 12, uniformKurtosis);
    expect(kolmogorov(data, (value) => (value + 1) / 4)).toBeLessThan(limit);
    expect(data.every((value) => value >= -1 && value <= 3)).toBe(true);
  });

  test('normal', () => {
    const { data } = normal(many, { seed: 3, mean: 2, stddev: 0.5 });
    expectMoments(data, 2, 0.25, normalKurtosis);
    expect(kolmogorov(data, (value) => normalDistribution((value - 2) / 0.5))).toBeLessThan(limit);
    // P(|z| > 3) = 0.0026998
    const beyond = data.reduce((count, value) => count + (Math.abs(value - 2) > 1.5 ? 1 : 0), 0);
    const expected = data.length * 0.0026998;
    expect(Math.abs(beyond - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });

  test('truncatedNormal', () => {
    const { data } = truncatedNormal(many, { seed: 3, stddev: 1 });
    // Variance 1 − 4·φ(2) / (Φ(2) − Φ(−2)), kurtosis from the fourth moment of the same.
    expectMoments(data, 0, 0.7737413, 2.37);
    const within = normalDistribution(2) - normalDistribution(-2);
    const distribution = (value: number) => (normalDistribution(value) - normalDistribution(-2)) / within;
    expect(kolmogorov(data, distribution)).toBeLessThan(limit);
    expect(data.every((value) => Math.abs(value) <= 2)).toBe(true);
  });
});

describe('scaled by the fans of a filter', () => {
  const filters = [
    ['standard', [3, 3, 40, 60], {}, 9 * 40, 9 * 60],
    ['pointwise', [150, 160], {}, 150, 160],
    ['of a group', [3, 3, 20, 120], { groups: 4 }, 9 * 20, 9 * 30],
    ['depthwise', [5, 3, 500, 4], { filterLayout: 'HWCM' }, 15, 15 * 4],
    ['standard of PyTorch', [60, 40, 3, 3], { filterLayout: 'OIHW' }, 9 * 40, 9 * 60],
    ['pointwise of PyTorch', [160, 150], { filterLayout: 'OIHW' }, 150, 160],
    ['depthwise of PyTorch', [2000, 1, 5, 3], { filterLayout: 'OIHW', groups: 500 }, 15, 15 * 4],
    ['transposed, of a group', [3, 3, 30, 80], { filterLayout: 'HWOI', groups: 4 }, 9 * 20, 9 * 30],
    ['transposed of PyTorch', [80, 30, 3, 3], { filterLayout: 'IOHW', groups: 4 }, 9 * 20, 9 * 30],
  ] as const;

  describe.each(filters)('%s', (_, shape, layout, fanIn, fanOut) => {
    test.each([
      ['glorotUniform', glorotUniform, 2 / (fanIn + fanOut), uniformKurtosis],
      ['glorotNormal', glorotNormal, 2 / (fanIn + fanOut), normalKurtosis],
      ['heUniform', heUniform, 2 / fanIn, uniformKurtosis],
      ['heNormal', heNormal, 2 / fanIn, normalKurtosis],
      ['lecunUniform', lecunUniform, 1 / fanIn, uniformKurtosis],
      ['lecunNormal', lecunNormal, 1 / fanIn, normalKurtosis],
    ] as const)('%s', (_, initialise, variance, kurtosis) => {
      const { data, shape: given } = initialise(shape, { seed: 11, ...layout });
      expect(given).toEqual(shape);
      expectMoments(data, 0, variance, kurtosis);
      const bound = Math.fround(Math.sqrt(3 * variance));
      if (kurtosis === uniformKurtosis) expect(data.every((weight) => Math.abs(weight) <= bound)).toBe(true);
    });
  });
});

test('wrong arguments', () => {
  expectError(() => zeros([2, 0]), 'ERR_SHAPE', 'shape');
  expectError(() => constant([2], Number.NaN), 'ERR_OPTION', 'value');
  expectError(() => constant([2], undefined as never), 'ERR_OPTION', 'value');
  for (const seed of [undefined, -1, 0.5, 2 ** 32, '1']) {
    expectError(() => uniform([2], { seed: seed as never }), 'ERR_OPTION', 'seed');
    expectError(() => heNormal([2, 2], { seed: seed as never }), 'ERR_OPTION', 'seed');
  }
  expectError(() => normal([2], undefined as never), 'ERR_OPTION', 'seed');
  expectError(() => heNormal([2, 2], undefined as never), 'ERR_OPTION', 'seed');
  expectError(() => uniform([2], { seed: 1, min: 1, max: 0 }), 'ERR_OPTION', 'min');
  expectError(() => uniform([2], { seed: 1, max: Number.POSITIVE_INFINITY }), 'ERR_OPTION', 'max');
  expectError(() => normal([2], { seed: 1, stddev: -1 }), 'ERR_OPTION', 'stddev');
  expectError(() => normal([2], { seed: 1, std: 1 } as never), 'ERR_OPTION', 'options');
  expectError(() => glorotUniform([3], { seed: 1 }), 'ERR_SHAPE', 'shape');
  expectError(() => glorotUniform([0, 3], { seed: 1 }), 'ERR_SHAPE', 'shape');
  expectError(() => glorotUniform([3, 3, 4, 6], { seed: 1, groups: 4 }), 'ERR_OPTION', 'groups');
  const name = 'HWIC' as never;
  expectError(() => glorotUniform([3, 3, 4, 6], { seed: 1, filterLayout: name }), 'ERR_OPTION', 'filterLayout');
});
