// The figures of the yardstick: statistics, rooflines, comparisons, tables.
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { agreement, comparisonLines } from '../bench/compare.js';
import { contenders } from '../bench/contenders/index.js';
import { differenceLines, differencesOf } from '../bench/differences.js';
import { roofline } from '../bench/machine.js';
import { type Measured, networks } from '../bench/networks.js';
import { agrees, estimate, geometricMean, ratios } from '../bench/ratio.js';
import { conditions, replaceTables, shortTables, wholeTables } from '../bench/readme.js';
import { layerReport } from '../bench/report.js';
import type { Result, Row } from '../bench/result.js';
import { summaryLines } from '../bench/summary.js';
import { targets } from '../bench/targets.js';
import { quantile } from '../src/measure/sampler.js';
import { standardLayers } from '../src/measure/standard-layers.js';

const launches = [1, 1.01, 1.02, 1.03, 1.04];

const row = (contender: string, seconds: number, best = contender, bound?: number): Row => ({
  contender,
  class: 'native',
  threads: 1,
  launches: launches.map((factor) => [seconds * factor, seconds * factor]),
  median: seconds,
  quartiles: [seconds, seconds],
  roofline: bound === undefined ? [] : launches.map((factor) => bound * factor),
  share: bound === undefined ? null : estimate(launches.map(() => bound / seconds)),
  best,
  timesBest: estimate([0.98, 0.99, 1, 1.01, 1.02].map((factor) => (best === contender ? 1 : 2 * factor))),
});

const resultOf = (rows: readonly Row[], layer: Measured = standardLayers[0]): Result => ({
  version: '1.2.3',
  date: '2026-01-02T03:04:05Z',
  machine: { processor: 'P', platform: 'p', threads: 1, node: 'v1', priority: '', cores: [], levels: [] },
  versions: { peer: '4.5.6' },
  pace: { launches: 5, rounds: 2, turnSeconds: 1 },
  wasm: { plain: 2 ** 14, gzipped: 2 ** 15 },
  skipped: { somebody: 'not there' },
  layers: [
    {
      layer,
      multiplyAdds: 1e6,
      bytes: 1,
      limits: [60, 61, 66].map((giga) => ({
        peaks: { madd128: 30e9, madd256: giga * 1e9 },
        together: { madd128: 60e9, madd256: 2 * giga * 1e9 },
        bandwidths: [1e11, 5e10],
      })),
      loads: [0.5, 1, 3],
      rows,
      failures: { other: 'wrong' },
      differences: [],
    },
  ],
});

describe('statistics', () => {
  test('quantiles lie between the sorted values', () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 4]);
  });

  test('ratios are taken turn by turn, and one a launch', () => {
    const two = [
      [3, 6, 30],
      [4, 8],
    ];
    const one = [
      [3, 3, 3],
      [2, 2, 2],
    ];
    expect(ratios(two, one)).toEqual([2, 3]);
    expect(geometricMean([1, 4])).toBeCloseTo(2);
  });

  test('an estimate is a median with an interval of equal ratios', () => {
    const { value, interval } = estimate([1, 8, 4, 2, 16]);
    expect(value).toBe(4);
    // The logarithms have a standard deviation of ln 2 · √2.5.
    expect(Math.log2(interval[1] / 4)).toBeCloseTo(2.01 * Math.sqrt(2.5));
    expect(interval[0] * interval[1]).toBeCloseTo(16);
    expect(estimate([1, 1, 1])).toEqual({ value: 1, interval: [1, 1] });
  });

  test.each([3, 4, 5, 6, 7, 8])(
    'of %i launches, the median of another run lies in the interval 19 times of 20',
    (count) => {
      let state = count;
      const uniform = () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return (state + 1) / 2 ** 32;
      };
      const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
      const run = () => estimate(Array.from({ length: count }, () => 5 * Math.exp(0.1 * normal())));
      const runs = 20000;
      const agreeing = Array.from({ length: runs }, () => agrees(run(), run().value)).filter(Boolean);
      expect(agreeing.length / runs).toBeCloseTo(0.95, 2);
    },
  );
});

describe('figures', () => {
  test('the roofline is the longer of arithmetic and transfer', () => {
    const limits = {
      peaks: { madd128: 1e9, madd256: 2e9, fma256: 4e9 },
      together: { madd128: 2e9, madd256: 3e9, fma256: 8e9 },
      bandwidths: [1e9, 1e8],
    };
    const levels = [
      { name: 'L1', bytes: 1000 },
      { name: 'memory', bytes: Number.MAX_SAFE_INTEGER },
    ];
    const bound = (work: number, bytes: number, unit: 'madd128' | 'fma', threads = 1) =>
      roofline({ work, bytes }, { ...contenders[0], unit, threads }, limits, levels);
    expect(bound(1e6, 1, 'madd128')).toBeCloseTo(2e-3);
    expect(bound(1e6, 1, 'fma', 2)).toBeCloseTo(2.5e-4);
    expect(bound(1, 1500, 'fma')).toBeCloseTo(1e-6 + 5e-6);
  });

  test('a layer is reported by class, with ratios and failures', () => {
    const text = layerReport(resultOf([row('slow', 2e-3, 'fast'), row('fast', 1e-3, 'fast', 5e-4)]).layers[0]);
    expect(text).toMatch(/fast +1\.00 ms .* 1\.00 .* 50 %\n.*slow +2\.00 ms .* 2\.00 +1\.94–2\.06 /);
    expect(text).toContain('failed: other: wrong');
    expect(text).toContain('madd256 61.0 · read 100 50.0 GB/s');
  });

  test('targets name contenders of the table', () => {
    const names = contenders.map(({ name }) => name.replace(/× \d+/, '× 2'));
    const named = targets.flatMap(({ contender, measure }) =>
      typeof measure === 'object' ? [contender, measure.peer] : [contender],
    );
    const oneProcessor = availableParallelism() === 1;
    const missing = [...new Set(named)].filter(
      (name) => !names.includes(name) && !(oneProcessor && / × 2$/.test(name)),
    );
    if (process.arch === 'x64') expect(missing).toEqual([]);
  });

  test('the summary has ratios, shares with the peak beside them, and whether a target is met', () => {
    const lines = summaryLines(resultOf([row('auto', 1e-3, 'auto', 1e-4), row('oneDNN', 7e-3)]));
    const peak = '61.0 (60.0–66.0)';
    expect(lines.slice(1)).toEqual([
      ['depthwise', 'auto', 'oneDNN', '7.00×', '7.00×–7.00×', '≥ 1.00×', 'yes', peak, '1'],
      ['kernels.wasm', '', '', '16.0 KB', '', '≤ 64.0 KB', 'yes', '', ''],
      ['kernels.wasm, gzipped', '', '', '32.0 KB', '', '≤ 24.0 KB', 'no', '', ''],
    ]);
  });

  test('the summary has the time of a tiny call', () => {
    const tiny = standardLayers.find(({ name }) => name.startsWith('tiny'))!;
    const lines = summaryLines(resultOf([row('wasm/simd128 allocated', 1e-6)], tiny));
    expect(lines[1].slice(3, 7)).toEqual(['1.02 µs', '0.99 µs–1.05 µs', '≤ 1.50 µs', 'yes']);
  });

  test('a comparison tells differences from noise, and whether the ratios agree', () => {
    const before = resultOf([row('a', 2e-3, 'b', 1e-4), row('b', 1e-3), row('c', 2e-3, 'b')]);
    const after = resultOf([row('a', 4e-3, 'b', 2e-4), row('b', 1e-3), row('c', 2e-3, 'b')]);
    const [, slower, best, same] = comparisonLines(before, after);
    expect(slower.slice(1)).toEqual([
      ...['a', '2.00 ms', '4.00 ms', '0.50×', '0.50×', 'slower'],
      ...['2.00', '1.94–2.06', '4.00', 'no'],
    ]);
    expect(best.slice(4)).toEqual(['1.00×', '', 'no', '1.00', '', '', '']);
    expect(same.slice(4)).toEqual(['1.00×', '', 'no', '2.00', '1.94–2.06', '2.00', 'yes']);
    expect(agreement(before, after)).toMatch(/^agrees: 1 of 2 /);
  });

  test('the short tables have networks first, ratios of peers, means, and the layers behind them', () => {
    const rows = [row('auto', 1e-3), row('auto fast', 9e-4), row('onnxruntime-node', 7e-3)];
    const [network, layer] = [resultOf(rows, networks[0]), resultOf(rows)];
    const text = shortTables({ ...layer, layers: [...network.layers, ...layer.layers] });
    expect(text).toMatch(
      /^\| {2}\| auto \| auto fast \| onnxruntime-node \|\n.*\n\| MobileNetV1 224 \| 1.00 ms \| 900 µs \| 7.00 ms, 7.00× \|\n/,
    );
    expect(text).toMatch(
      /Time of a call.*One layer alone.*\| auto \| onnxruntime-node \| {2}\| 7\.00× \| {2}\| {2}\| {2}\|\n/s,
    );
    expect(text).toMatch(
      /\nMeans of depthwise: depthwise 3×3 112²×32\.\n\nOne core of P, Node v1, 2026-01-02; 1 processors with a load of 1\.00 \(0\.50–3\.00\)\.\n$/,
    );
  });

  test('builds of one library are compared by bits with its first one', () => {
    const results = new Map(
      contenders
        .filter(({ name }) =>
          ['auto', 'wasm/simd128', 'onnxruntime-node', 'onnxruntime-web', 'naive loop'].includes(name),
        )
        .map((contender) => [
          contender,
          Buffer.from(new Float32Array([1, contender.exact ? -0 : contender.threads, 3]).buffer),
        ]),
    );
    for (const [{ name }, bytes] of results) if (name === 'onnxruntime-web') bytes.writeFloatLE(-0, 4);
    const differences = differencesOf(results, 'float32');
    expect(differenceLines([{ ...resultOf([]).layers[0], differences }]).slice(1)).toEqual([
      ['sepconv', 'auto, wasm/simd128', '3', '0', '0 %', '1'],
      ['onnxruntime', 'onnxruntime-node, onnxruntime-web', '3', '1', '33 %', '1'],
    ]);
  });

  test('the tables take the place of the old ones', () => {
    const result = resultOf([row('native/avx2', 1e-3), row('onnxruntime-node', 7e-3)]);
    const text = 'a\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nz\n';
    const replaced = replaceTables(text, wholeTables(result));
    expect(replaced).toMatch(
      /^a\n<!-- bench: begin -->\n.*\| depthwise 3×3 112²×32 \| 1\.00 ms \| 7\.00 ms \|\n.*<!-- bench: end -->\nz\n$/s,
    );
    expect(replaced).not.toContain('old');
    expect(replaceTables(replaced, wholeTables(result))).toBe(replaced);
    expect(() => replaceTables('a', '')).toThrow('has no');
    expect(conditions(result)).toMatch(/load 1\.00 \(0\.50–3\.00\).*madd256 61\.0 \(60\.0–66\.0\)/s);
  });
});
