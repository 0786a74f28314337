// The yardstick itself: layers, samples, checks of results, and one short run of the whole.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseMeasured, everything } from '../bench/choice.js';
import { contenders } from '../bench/contenders/index.js';
import { everyLayer } from '../bench/layers.js';
import { makeProblem } from '../bench/problem.js';
import type { Result } from '../bench/result.js';
import { loadBackends } from '../src/cli/backends.js';
import { measure } from '../src/cli/bench.js';
import { createRuntime } from '../src/entries/node.js';
import { chart } from '../src/measure/chart.js';
import { depthwise, multiplyAdds, outputShape, separable } from '../src/measure/layer.js';
import { makeOperands, oneShot, prepareLayer } from '../src/measure/operands.js';
import { Sampler } from '../src/measure/sampler.js';
import { standardLayers } from '../src/measure/standard-layers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sepconv-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('layers', () => {
  test('have names of their own, and so have contenders', () => {
    for (const names of [everyLayer.map(({ name }) => name), contenders.map(({ name }) => name)]) {
      expect(new Set(names).size).toBe(names.length);
    }
    expect(everyLayer).toEqual(expect.arrayContaining([...standardLayers]));
  });

  test.each(everyLayer)('$name is an operation of the library', async (layer) => {
    const runtime = await createRuntime({ backend: 'reference' });
    const filters =
      layer.operation === 'sepFilter2d' ? makeOperands({ ...layer, input: [1, 1, 1, 1] }).filters : undefined;
    const operator = prepareLayer(runtime, layer, filters ?? makeOperands(layer).filters, 'NHWC');
    expect(operator.outputShape(layer.input)).toEqual(outputShape(layer));
  });

  test('cost what the formulas say', () => {
    expect(multiplyAdds(depthwise(112, 64, { strides: 2 }))).toBe(56 * 56 * 64 * 9);
    expect(multiplyAdds(separable(28, 256, 128))).toBe(28 * 28 * (256 * 9 + 256 * 128));
  });

  test('give the same in one shot, prepared and in every process', async () => {
    const runtime = await createRuntime();
    const layer = separable(5, 6, 7);
    const operands = makeOperands(layer);
    expect(makeOperands(layer)).toEqual(operands);
    const { input, filters } = operands;
    expect(oneShot(runtime, layer, operands, 'NHWC')).toEqual(
      prepareLayer(runtime, layer, filters, 'NHWC').run(input as never),
    );
  });
});

test.each([
  ['^depthwise 3x3 56^2x128$', ['depthwise 3×3 56²×128']],
  ['^depthwise 3×3 56²×128$', ['depthwise 3×3 56²×128']],
  ['^pointwise 7^2 512->1024$', ['pointwise 7² 512→1024']],
  ['^mobilenetv[12] 224$', ['MobileNetV1 224', 'MobileNetV2 224']],
])('--only %s is typed on any keyboard', (pattern, names) => {
  expect(chooseMeasured(pattern).map(({ name }) => name)).toEqual(names);
});

describe('the sampler', () => {
  test.each(['at once', 'later'])('times what is done %s', async (when) => {
    let calls = 0;
    const sampler = new Sampler(() => {
      calls++;
      const end = performance.now() + 0.1;
      while (performance.now() < end);
      return when === 'later' ? Promise.resolve() : undefined;
    });
    await sampler.warmUp();
    const before = calls;
    const samples = await sampler.turn(0.02);
    expect(samples.length).toBeGreaterThan(0);
    expect(calls - before).toBeGreaterThan(samples.length);
    for (const seconds of samples) expect(seconds).toBeGreaterThanOrEqual(1e-4);
  });
});

describe('results are checked before they are timed', () => {
  const path = join(folder, 'result');
  test.each([
    ['the same bits', 0, undefined, undefined],
    ['an error of rounding', 2 ** -22, /element 3 is/, undefined],
    ['a wrong value', 1, /element 3 is/, /element 3 is .* ± /],
  ])('%s', async (_, error, exact, bounded) => {
    const layer = depthwise(3, 2);
    const problem = await makeProblem(layer);
    const { input, filters } = makeOperands(layer);
    const reference = await createRuntime({ backend: 'reference' });
    const { data } = prepareLayer(reference, layer, filters, 'NHWC').run(input as never);
    data[3] += error;
    writeFileSync(path, data);
    for (const [isExact, fault] of [
      [true, exact],
      [false, bounded],
    ] as const) {
      if (fault === undefined) expect(problem.check(readFileSync(path), isExact)).toBe(undefined);
      else expect(problem.check(readFileSync(path), isExact)).toMatch(fault);
    }
    problem.remove();
  });
});

const require = createRequire(import.meta.url);
const hasVega = (() => {
  try {
    return require.resolve('vega-lite') !== '';
  } catch {
    return false;
  }
})();

test.skipIf(!hasVega)('the chart is an SVG for light and dark pages', async () => {
  const svg = await chart('speeds', [{ layer: 'a layer', contender: 'somebody', gigaflops: 5 }]);
  expect(svg).toMatch(/^<svg .*prefers-color-scheme:dark.*<\/svg>$/s);
  for (const text of ['speeds', 'a layer', 'somebody']) expect(svg).toContain(text);
});

test('sepconv bench: every backend, the same bits', async () => {
  const { present } = await loadBackends();
  const rows = await measure(depthwise(4, 8), present);
  expect(rows.map(({ backend }) => backend)).toEqual(present.map(({ name }) => name));
  expect(new Set(rows.map(({ hash }) => hash)).size).toBe(1);
  for (const { median } of rows) expect(median).toBeGreaterThan(0);
});

describe('npm run bench', () => {
  const outdir = join(root, 'build/bench-test');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(outdir, 'main.js'), ...args], { encoding: 'utf8' });
  beforeAll(async () => {
    const entryPoints = ['main.ts', 'child.ts'].map((name) => join(root, 'bench', name));
    await build({ entryPoints, outdir, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  });
  afterAll(() => rmSync(outdir, { recursive: true }));

  test('--list shows networks, layers and contenders', () => {
    const { status, stdout } = run('--list');
    expect(status).toBe(0);
    for (const { name } of [...everything, ...contenders]) expect(stdout).toContain(`  ${name}\n`);
  });

  test.each([
    [
      ['--only', 'nothing at all'],
      /^error: --only 'nothing at all' matches none of the \d+ names; --list shows them\n$/,
    ],
    [['--with', 'nobody'], /^error: --with 'nobody' matches none of the \d+ names; --list shows them\n$/],
    [['--only', '('], /^error: --only '\(' is not a regular expression: /],
    [['--with', '*'], /^error: --with '\*' is not a regular expression: /],
    [['--alone', '--with', 'auto'], /^error: --alone leaves out all/],
    [['--against', '/no/such.json'], /^error: --against \/no\/such.json cannot be read: ENOENT/],
    [
      ['--against', fileURLToPath(new URL('../package.json', import.meta.url))],
      /^error: --against .* was not written by --json/,
    ],
    [['--from', '/no/such.json'], /^error: --from \/no\/such.json cannot be read: ENOENT/],
    [['--json', '/no/such/run.json'], /^error: --json \/no\/such\/run.json: there is no folder \/no\/such\n$/],
    [['--fast'], /^error: unknown option '--fast'/],
  ])('%j is answered by a sentence, before anything is measured', (args, sentence) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  test('times, checks, writes, and compares with an earlier run', () => {
    const json = join(folder, 'run.json');
    const args = ['--quick', '--only', '^tiny: depthwise', '--with', '^reference$', '--json', json];
    const { status, stdout, stderr } = run(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}reference /m);
    const result: Result = JSON.parse(readFileSync(json, 'utf8'));
    expect(result.layers.map(({ layer, failures }) => [layer.name, failures])).toEqual([
      ['tiny: depthwise 3×3 4²×8', {}],
    ]);
    expect(result.layers[0].rows.map(({ contender }) => contender)).toContain('wasm/simd128');
    const again = run('--from', json).stdout;
    expect(again).toMatch(/kernels\.wasm.*4 launches of 3 rounds/s);
    expect(again).not.toContain('launch 1');
    expect(run(...args, '--against', json).stdout).toMatch(/agrees\ntiny: depthwise.*\nagrees: \d of \d /s);
  });
});
