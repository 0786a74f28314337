// The package as it is published: exactly these files, no script, and an addon that is loaded only when it is whole.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const laidOut = join(root, 'build/package');
const list = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(root.length));

let manifest: Record<string, Record<string, string>>;

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/package.mjs')], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  manifest = JSON.parse(readFileSync(join(laidOut, 'package.json'), 'utf8'));
});

describe('the published package', () => {
  test('holds these files', () => {
    const args = ['pack', '--json', '--dry-run', '--ignore-scripts'];
    const { stdout } = spawnSync('npm', args, { cwd: laidOut, encoding: 'utf8' });
    const [{ files, size }] = JSON.parse(stdout) as [{ files: { path: string }[]; size: number }];
    const paths = files.map(({ path }) => path);
    const entries = ['core', 'edge-light', 'image', 'node', 'pictures', 'reference', 'web', 'workerd'].map(
      (name) => `dist/entries/${name}.js`,
    );
    const required = ['core', 'image', 'node', 'pictures', 'reference', 'web'].map(
      (name) => `dist/entries/${name}.cjs`,
    );
    const outsideOfTypes = paths.filter(
      (path) => !/^dist\/(types|types-cjs|chunks|playground)\/|^prebuilds\//.test(path),
    );
    expect(outsideOfTypes.sort()).toEqual(
      [
        ...['CHANGELOG.md', 'CONFORMANCE.md', 'LICENSE', 'README.md', 'SECURITY.md', 'conformance/vectors-v1.json'],
        ...['package.json', 'dist/cli/main.js', 'dist/kernels.wasm'],
        ...[...entries, ...required, 'native/binding.gyp'],
        ...list('native'),
      ].sort(),
    );
    for (const path of paths.filter((path) => path.startsWith('dist/types'))) {
      expect(path).toMatch(/\.d\.ts$|^dist\/types-cjs\/package\.json$/);
      expect(path).not.toMatch(/\/(cli|bench)\//);
    }
    const shipped = paths.filter((path) => path.startsWith('prebuilds/'));
    for (const path of shipped) expect(path).toMatch(/^prebuilds\/linux-(x64|arm64)\/sepconv\.(node|json)$/);
    expect(size).toBeLessThan(1.9e6);
  });
  const node = dirname(dirname(process.execPath));
  const canCompile = existsSync(join(node, 'include/node')) && spawnSync('g++', ['--version']).status === 0;
  test.skipIf(!canCompile)('has every header that its sources include', () => {
    const native = join(laidOut, 'native');
    const args = ['-std=c++17', '-M', '-DNAPI_VERSION=9', `-I${join(node, 'include/node')}`, join(native, 'addon.cc')];
    const { status, stdout, stderr } = spawnSync('g++', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('include/node/node_api.h');
  });
  test('runs no script and needs one package, for its command line', () => {
    expect(manifest.scripts).toBeUndefined();
    expect(manifest.devDependencies).toBeUndefined();
    expect(Object.keys(manifest.dependencies)).toEqual(['commander']);
    expect(Object.keys(manifest.optionalDependencies)).toEqual(['cli-progress', 'sharp', 'tinyglobby']);
    expect(existsSync(join(laidOut, 'binding.gyp'))).toBe(false);
  });
  test('names only files that are there', () => {
    const named = JSON.stringify([
      manifest.exports,
      manifest.bin,
      manifest.main,
      manifest.types,
      manifest.typesVersions,
    ]);
    const missing = [...named.matchAll(/"((?:\.\/)?dist\/[^"]+)"/g)].filter(
      ([, path]) => !existsSync(join(laidOut, path)),
    );
    expect(missing.map(([, path]) => path)).toEqual([]);
  });
  test('puts hosts with static WASM first, and Node never last', () => {
    const conditions = Object.keys(manifest.exports['.']);
    expect(conditions).toEqual(['types', 'workerd', 'edge-light', 'worker', 'browser', 'node', 'default']);
    expect(JSON.stringify(manifest.exports['.']['default' as never])).not.toContain('node');
  });
});

const release = join(root, 'build/Release');
const isBuilt = existsSync(join(release, 'sepconv.json'));

describe.skipIf(!isBuilt)(`an addon in the package${isBuilt ? '' : ': none is built'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sepconv-addon-'));
  const place = join(folder, 'build/Release');
  const addon = join(place, 'sepconv.node');
  afterAll(() => rmSync(folder, { recursive: true }));

  const script = `
    import { defaultRuntime } from './dist/entries/node.js';
    try { console.log(JSON.stringify(defaultRuntime().info)); } catch (error) { console.log(JSON.stringify(error)); }`;
  function infoWith(variables: Record<string, string> = {}) {
    const env = { ...process.env, SEPCONV_BACKEND: '', SEPCONV_ISA: '', ...variables };
    const args = ['--input-type=module', '--eval', script];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  }
  beforeAll(() => {
    for (const path of ['dist', 'package.json']) cpSync(join(laidOut, path), join(folder, path), { recursive: true });
    for (const name of ['sepconv.node', 'sepconv.json']) cpSync(join(release, name), join(place, name));
  });

  test('serves where it is whole', () => {
    expect(infoWith()).toMatchObject({ backend: 'native' });
  });
  test('is not loaded where it was cut short', () => {
    truncateSync(addon, 100_000);
    const { backend, reasons } = infoWith();
    expect(backend).toBe('wasm');
    expect(reasons.join('\n')).toMatch(/is cut short: 100000 of its \d+ bytes.*npx sepconv build/);
    expect(infoWith({ SEPCONV_BACKEND: 'native' })).toMatchObject({ code: 'ERR_BACKEND_UNAVAILABLE' });
  });
  test('is done without where it does not load', () => {
    writeFileSync(addon, 'no addon');
    rmSync(join(place, 'sepconv.json'));
    const { backend, reasons } = infoWith();
    expect(backend).toBe('wasm');
    expect(reasons.join('\n')).toContain('native: ');
  });
  test('is done without where the manifest can not be read', () => {
    writeFileSync(join(place, 'sepconv.json'), '{');
    expect(infoWith()).toMatchObject({ backend: 'wasm' });
  });
  test('is done without where it is not there', () => {
    rmSync(join(folder, 'build'), { recursive: true });
    const { backend, reasons } = infoWith();
    expect(backend).toBe('wasm');
    expect(reasons.join('\n')).toContain('no addon is built or shipped for');
  });
});

test('the builder says what it lacks', () => {
  const build = (CXX: string) =>
    spawnSync(process.execPath, [join(root, 'native/build.mjs')], {
      env: { ...process.env, CXX, npm_config_nodedir: '/nowhere' },
      encoding: 'utf8',
    });
  expect(build('no-such-compiler').stderr).toMatch(/the C\+\+ compiler no-such-compiler does not run; install one/);
  expect(build('no-such-compiler')).toMatchObject({ status: 1 });
});
