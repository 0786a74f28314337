// Which backend is chosen, what it says about it, and that a name never falls back.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { ErrorCode } from '../src/core/errors.js';
import type { BackendSource, Kernels } from '../src/core/kernels.js';
import { createRuntime, defaultRuntime, tensor } from '../src/entries/node.js';
import { candidates, type Host, type RuntimeOptions, select } from '../src/runtime/select.js';
import { everyBackend } from './support/backends.js';

/** A source whose kernels are the reference's, under another name. */
function source(backend: 'native' | 'wasm', isas: readonly string[], kernels: Partial<Kernels> = {}): BackendSource {
  return {
    backend,
    isas: () => isas,
    load: (isa, threads = 1) => ({ ...reference, backend, isa, threads, ...kernels }),
  };
}

function broken(backend: 'native' | 'wasm', reason: string): BackendSource {
  const fail = () => {
    throw new Error(reason);
  };
  return { backend, isas: fail, load: fail };
}

/** Kernels that compute as the reference does and then spoil the output. */
function spoiled(spoil: (value: number) => number): Partial<Kernels> {
  return {
    run(steps) {
      reference.run(steps);
      for (const { output } of steps) {
        const values = output.memory as Float32Array;
        values.forEach((value, i) => {
          values[i] = spoil(value);
        });
      }
    },
  };
}

const host = (...sources: BackendSource[]): Host => ({ sources, environment: {} });
const chosen = (from: Host, options?: RuntimeOptions) => {
  const { kernels, reasons } = select(from, options);
  return { name: `${kernels.backend}/${kernels.isa}`, reasons };
};
const withCode = (code: ErrorCode, says = '') =>
  expect.objectContaining({ name: 'SepconvError', code, message: expect.stringContaining(says) });

describe('auto', () => {
  test('prefers native SIMD, then WASM SIMD, then native scalar, then the reference', () => {
    const all = host(source('native', ['avx2', 'sse2', 'scalar']), source('wasm', ['simd128']));
    const order = candidates(all, 'auto', undefined, []).map(({ source: { backend }, isa }) => `${backend}/${isa}`);
    expect(order).toEqual(['native/avx2', 'native/sse2', 'wasm/simd128', 'native/scalar', 'reference/none']);
  });
  test('says what it chose', () => {
    const { name, reasons } = chosen(host(source('native', ['avx2'])));
    expect(name).toBe('native/avx2');
    expect(reasons).toEqual(['native/avx2: the best that runs here']);
  });
  test('says why what is better does not run', () => {
    const { name, reasons } = chosen(host(broken('native', 'no compiler'), broken('wasm', 'no SIMD')));
    expect(name).toBe('reference/none');
    expect(reasons).toEqual(['native: no compiler', 'wasm: no SIMD', 'reference: the best that runs here']);
  });
  test('passes on an instruction set', () => {
    const from = host(source('native', ['avx2', 'sse2']), source('wasm', ['simd128']));
    expect(chosen(from, { isa: 'sse2' }).name).toBe('native/sse2');
    expect(chosen(from, { isa: 'simd128' }).name).toBe('wasm/simd128');
  });
});

describe('the known answers', () => {
  const faults: Record<string, (value: number) => number> = {
    'a wrong sign': (value) => -value,
    'a sum with one bit wrong': (value) => (value === 31.00439453125 ? 31.004396438598633 : value),
    'flushed subnormals': (value) => (Math.abs(value) < 2 ** -126 ? 0 : value),
  };
  test.each(Object.keys(faults))('find %s', (fault) => {
    const from = host(source('wasm', ['simd128'], spoiled(faults[fault])));
    const { name, reasons } = chosen(from);
    expect(name).toBe('reference/none');
    expect(reasons).toContainEqual(expect.stringMatching(/^wasm\/simd128: the self-test of \w+ gave /));
    expect(() => select(from, { backend: 'wasm' })).toThrow(withCode('ERR_BACKEND_UNAVAILABLE', 'the self-test of'));
  });
  test('leave the next instruction set of the same backend', () => {
    const { load } = source('native', []);
    const wrong = source(
      'native',
      [],
      spoiled((value) => value + 1),
    );
    const mixed: BackendSource = {
      backend: 'native',
      isas: () => ['avx2', 'sse2'],
      load: (isa, threads) => (isa === 'avx2' ? wrong : { load }).load(isa, threads),
    };
    expect(chosen(host(mixed)).name).toBe('native/sse2');
  });
});

describe('by name', () => {
  const from = host(source('native', ['sse2']), broken('wasm', 'no SIMD'));
  test.each([
    [{ backend: 'wasm' }, 'no SIMD'],
    [{ backend: 'native', isa: 'avx2' }, 'native: has no instruction set avx2 here (it has sse2)'],
    [{ backend: 'reference', isa: 'avx2' }, 'reference: has no instruction set avx2 here (it has none)'],
    [{ isa: 'avx512' }, 'auto/avx512'],
  ] as const)('%o never falls back', (options, says) => {
    expect(() => select(from, options)).toThrow(withCode('ERR_BACKEND_UNAVAILABLE', says));
  });
  test.each(['native', 'reference'] as const)('%s', (backend) => {
    const { name, reasons } = chosen(from, { backend });
    expect(name.startsWith(backend)).toBe(true);
    expect(reasons.at(-1)).toMatch(/asked for by name$/);
  });
});

describe('options', () => {
  test.each([
    [{ backend: 'cuda' }, "'auto', 'native', 'wasm', 'reference'"],
    [{ backend: null }, 'backend'],
    [{ isa: 2 }, 'isa'],
    [{ threads: 0 }, 'threads'],
    [{ threads: 1.5 }, 'threads'],
    [{ threads: NaN }, 'threads'],
    [{ threads: '2' }, 'threads'],
    [{ threads: 257 }, 'threads: expected an integer from 1 to 256'],
    [{ threads: 2 ** 31 }, 'threads'],
    [{ backend: 'reference', threads: 2 }, 'threads: expected 1 on the reference backend'],
    [{ thread: 2 }, '"thread"'],
    [null, 'options'],
    ['native', 'options'],
  ])('%o is refused', async (options, says) => {
    await expect(createRuntime(options as RuntimeOptions)).rejects.toEqual(withCode('ERR_OPTION', says));
  });
  test('threads reach the kernels', () => {
    expect(select(host(source('native', ['sse2'])), { threads: 5 }).kernels.threads).toBe(5);
  });
});

describe('runtimes of this host', () => {
  const input = tensor(Float32Array.of(1, 2, 3), [1, 1, 3, 1]);
  const filter = tensor(Float32Array.of(1, 10), [1, 2, 1, 1]);

  test.each(everyBackend)('$name by name', async ({ kernels: { backend, isa, threads } }) => {
    const runtime = await createRuntime({ backend, isa, threads });
    expect(runtime.info).toMatchObject({ backend, isa, threads });
    expect(runtime.depthwiseConv2d(input, filter).data).toEqual(Float32Array.of(21, 32));
  });
  test('the default one is the best', () => {
    const { backend, isa, reasons } = defaultRuntime().info;
    const best = everyBackend.find(({ kernels }) => kernels.isa !== 'scalar') ?? everyBackend[0];
    expect(`${backend}/${isa}`).toBe(best ? `${best.kernels.backend}/${best.kernels.isa}` : 'reference/none');
    expect(reasons.at(-1)).toMatch(/the best that runs here$/);
  });
  test('two runtimes in one process give the same', async () => {
    const [one, other] = [await createRuntime({ backend: 'reference' }), await createRuntime()];
    expect(one.depthwiseConv2d(input, filter)).toEqual(other.depthwiseConv2d(input, filter));
  });
});

const entry = new URL('../dist/entries/node.js', import.meta.url);
const isBuilt = existsSync(entry);

describe.skipIf(!isBuilt)(`a process of its own${isBuilt ? '' : ': dist is not built'}`, () => {
  function run(script: string, environment: Record<string, string>, type = 'module') {
    const args = [`--input-type=${type}`, '--no-warnings', '--eval', script];
    const env = { ...process.env, SEPCONV_BACKEND: '', SEPCONV_ISA: '', SEPCONV_THREADS: '', ...environment };
    return spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  }
  const script = `
    const { defaultRuntime } = await import('${entry.href}');
    try { console.log(JSON.stringify(defaultRuntime().info)); } catch ({ code }) { console.log(JSON.stringify(code)); }`;
  const infoWith = (environment: Record<string, string>) => JSON.parse(run(script, environment).stdout);

  test('empty variables are absent', () => {
    expect(infoWith({}).reasons.at(-1)).toMatch(/the best that runs here$/);
  });
  test('SEPCONV_BACKEND', () => {
    expect(infoWith({ SEPCONV_BACKEND: 'reference' })).toMatchObject({ backend: 'reference', isa: 'none', threads: 1 });
    expect(infoWith({ SEPCONV_BACKEND: 'cuda' })).toBe('ERR_OPTION');
  });
  test('SEPCONV_ISA', () => {
    for (const { kernels } of everyBackend.filter(({ kernels: { threads } }) => threads === 1)) {
      expect(infoWith({ SEPCONV_ISA: kernels.isa })).toMatchObject({ backend: kernels.backend, isa: kernels.isa });
    }
    expect(infoWith({ SEPCONV_ISA: 'mmx' })).toBe('ERR_BACKEND_UNAVAILABLE');
  });
  test('SEPCONV_THREADS', () => {
    for (const threads of ['many', '0', '-1', '1.5', '257']) {
      expect(infoWith({ SEPCONV_THREADS: threads })).toBe('ERR_OPTION');
    }
    const onWasm = infoWith({ SEPCONV_THREADS: '2', SEPCONV_BACKEND: 'wasm' });
    expect(onWasm).toMatchObject({ backend: 'wasm', threads: 1 });
    expect(JSON.stringify(onWasm)).toContain('createRuntime starts more');
    if (everyBackend.some(({ kernels }) => kernels.backend === 'native')) {
      expect(infoWith({ SEPCONV_THREADS: '3' })).toMatchObject({ backend: 'native', threads: 3 });
    }
  });
  test('require works', () => {
    const required = `console.log(typeof require(${JSON.stringify(fileURLToPath(entry))}).depthwiseConv2d)`;
    expect(run(required, {}, 'commonjs')).toMatchObject({ stdout: 'function\n', stderr: '' });
  });
  test('its own name is imported as a user would', () => {
    const own = "const { pointwiseConv2d } = await import('sepconv'); console.log(typeof pointwiseConv2d);";
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', own], { cwd, encoding: 'utf8' });
    expect(stdout).toBe('function\n');
  });
});
