// The entries: what each host is given, what they import, and the true cause wherever kernels can not be had.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { KernelsSource } from '../src/entries/core.js';
import { type Operations, operationsOn } from '../src/ops/index.js';
import { expectSameBits } from './support/bits.js';
import { generate } from './support/tensors.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const bytes = readFileSync(new URL('../dist/kernels.wasm', import.meta.url));
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const image = generate([1, 9, 7, 8], ([, y, x, c]) => y * 37 - x * 11 + c);
const filter = generate([3, 3, 8, 1], ([y, x, c]) => y - x + c / 8);
const expected = operationsOn(() => reference).depthwiseConv2d(image, filter);

function expectRightBits(entry: Operations): void {
  expectSameBits('entry', entry.depthwiseConv2d(image, filter), expected);
}

beforeEach(() => {
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('kernels in the entry', () => {
  /** An engine that gives its word for a while: `Module` and `validate` do what the case says. */
  function stubEngine(replaced: Partial<Record<'Module' | 'validate', unknown>>): void {
    const get = (of: typeof WebAssembly, name: string) => replaced[name as 'Module'] ?? Reflect.get(of, name);
    vi.stubGlobal('WebAssembly', new Proxy(WebAssembly, { get }));
  }
  const refusing = (message: string) =>
    class {
      constructor() {
        throw new WebAssembly.CompileError(message);
      }
    };

  test('serve without a file and without a request', async () => {
    vi.stubGlobal('fetch', undefined);
    const web = await import('../src/entries/web.js');
    expect(web.defaultRuntime().info).toMatchObject({ backend: 'wasm', isa: 'simd128', threads: 1 });
    expectRightBits(web);
  });
  test.each([
    ['this host has no WebAssembly', () => vi.stubGlobal('WebAssembly', undefined)],
    ['has no WASM SIMD', () => stubEngine({ Module: refusing('SIMD unsupported'), validate: () => false })],
    ["allow 'wasm-unsafe-eval'", () => stubEngine({ Module: refusing('violates the Content Security Policy') })],
    ['give sepconv/core a compiled module', () => stubEngine({ Module: refusing('disallowed by embedder') })],
    ['magic word', () => stubEngine({ Module: refusing('expected magic word') })],
  ])('%s', async (reason, prepare) => {
    prepare();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const web = await import('../src/entries/web.js');
    const { backend, reasons } = web.defaultRuntime().info;
    expect(backend).toBe('reference');
    expect(reasons.join('\n')).toContain(reason);
    expectRightBits(web);
    expect(warn.mock.calls).toEqual([[expect.stringContaining(reason)]]);
    await expect(web.createRuntime({ backend: 'wasm' })).rejects.toMatchObject({ code: 'ERR_BACKEND_UNAVAILABLE' });
  });
});

describe('sepconv/core', () => {
  const url = 'https://example.test/kernels.wasm';
  const answer = (response: () => Response) => vi.stubGlobal('fetch', async () => response());

  test.each([
    ['a compiled module', () => new WebAssembly.Module(bytes)],
    ['bytes', () => bytes],
    ['a buffer', () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)],
    ['a URL', () => new URL(url)],
    ['the text of a URL', () => url],
  ] as [string, () => KernelsSource][])('takes %s', async (_, source) => {
    answer(() => new Response(bytes));
    const core = await import('../src/entries/core.js');
    const { createRuntime, defaultRuntime, initialize } = core;
    await expect(createRuntime({ backend: 'wasm' })).rejects.toThrow('await initialize(module) first');
    await initialize(source());
    expect(defaultRuntime().info).toMatchObject({ backend: 'wasm', isa: 'simd128' });
    expectRightBits(core);
  });
  test('serves at once with a compiled module', async () => {
    const core = await import('../src/entries/core.js');
    const initialized = core.initialize(new WebAssembly.Module(bytes));
    expect(core.defaultRuntime().info.backend).toBe('wasm');
    await initialized;
  });
  test.each([
    ['status 404', () => answer(() => new Response('', { status: 404 })), url],
    ['no network', () => answer(() => raise(new TypeError('no network'))), url],
    ['magic', () => {}, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
    ['source: expected', () => {}, 5 as unknown as KernelsSource],
  ] as [string, () => void, KernelsSource][])('says %s, and works on', async (reason, prepare, source) => {
    prepare();
    const core = await import('../src/entries/core.js');
    await core.initialize(bytes);
    await expect(core.initialize(source)).rejects.toThrow(reason);
    expect(core.defaultRuntime().info.backend).toBe('wasm');
  });
  test('refuses a module of another version when it is first used', async () => {
    const core = await import('../src/entries/core.js');
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await core.initialize(emptyModule);
    expect(core.defaultRuntime().info.reasons.join('\n')).toContain('another version');
  });
});

test('sepconv/reference holds no WASM', async () => {
  const plain = await import('../src/entries/reference.js');
  expect(plain.defaultRuntime().info).toMatchObject({ backend: 'reference', isa: 'none' });
  expectRightBits(plain);
  expect(readFileSync(`${root}/dist/entries/reference.js`, 'utf8')).not.toContain('WebAssembly.Instance');
});

describe.each(['node', 'web', 'workerd', 'edge-light', 'core', 'reference', 'image'])('%s.js', (name) => {
  const path = `${root}/dist/entries/${name}.js`;

  test('is one file that asks for nothing but static kernels, and no thenable', async () => {
    const { metafile } = await build({
      entryPoints: [path],
      bundle: true,
      external: ['*.wasm', '*.wasm?module'],
      format: 'esm',
      metafile: true,
      write: false,
      logLevel: 'error',
    });
    const [{ exports, imports }] = Object.values(metafile.outputs);
    const kernels = { workerd: ['../../dist/kernels.wasm'], 'edge-light': ['../../dist/kernels.wasm?module'] };
    expect(imports.map((imported) => imported.path)).toEqual(kernels[name as keyof typeof kernels] ?? []);
    expect(Object.keys(metafile.inputs)).toHaveLength(1);
    expect(exports).not.toContain('then');
  });
  test('names nothing that a bundler or another host stumbles over', () => {
    const source = readFileSync(path, 'utf8').replaceAll(/^\s*\/[/*].*$/gm, '');
    expect(source).not.toMatch(/new URL\(|createRequire|\brequire\(|await import\(|^(const|let|var) .*= await /m);
    if (name !== 'node') expect(source).not.toMatch(/node:|process\b|Deno\b/);
  });
  test('has a twin for require, where it can', () => {
    expect(existsSync(path.replace(/js$/, 'cjs'))).toBe(!/workerd|edge-light/.test(name));
  });
});

test('an error of what require gives is an instance of the class that import gives', async () => {
  const { SepconvError } = await import(`${root}/dist/entries/reference.js`);
  const { tensor } = createRequire(import.meta.url)(`${root}/dist/entries/reference.cjs`);
  expect(() => tensor([1], [1])).toThrow(SepconvError);
  for (const other of [new Error('SepconvError'), undefined, null, 'SepconvError', {}]) {
    expect(other instanceof SepconvError).toBe(false);
  }
});

test('a bundle holds the op that it names, and no other', async () => {
  const contents = `import { separableConv2d } from '${root}/dist/entries/web.js'; console.log(separableConv2d);`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  const kernels = Buffer.from(bytes).toString('base64').length;
  expect(outputFiles[0].contents.length - kernels).toBeLessThan(62_000);
  expect(outputFiles[0].text).not.toMatch(/ceilMode|outputPadding|rowFilter/);
});

function raise(error: Error): never {
  throw error;
}
