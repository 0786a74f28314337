// What bundlers make of it for Node, with nothing of the package left beside the bundle.
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { nodeFileTrace } from '@vercel/nft';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import * as vite from 'vite';
import { describe, expect, test } from 'vitest';
import { app, best, expectResult } from './support/app.js';
import { nodeBinary, program, run } from './support/programs.js';
import { pack } from './support/webpack.js';

const input = join(app, 'print.mjs');

/** A folder outside of the application, so that nothing of it is found. */
function outside(name: string): string {
  const folder = join(app, '../bundles', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function expectRuns(folder: string, file: string): Promise<void> {
  const output = await run(nodeBinary(20), [file], { cwd: folder });
  expectResult(output, 'wasm');
  expect(output.stderr).toBe('');
}

describe('for Node', () => {
  test.each([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ] as const)('esbuild, %s', async (format, extension) => {
    const folder = outside(`esbuild-${format}`);
    const outfile = join(folder, `main.${extension}`);
    const options: esbuild.BuildOptions = { entryPoints: [input], bundle: true, platform: 'node', format, outfile };
    const { warnings } = await esbuild.build({ ...options, logLevel: 'silent' });
    expect(warnings.filter(({ id }) => id !== 'empty-import-meta')).toEqual([]);
    await expectRuns(folder, `main.${extension}`);
  });
  test.each([
    ['es', 'mjs'],
    ['cjs', 'cjs'],
  ] as const)('rollup, %s', async (format, extension) => {
    const folder = outside(`rollup-${format}`);
    const warnings: string[] = [];
    const plugins = [nodeResolve({ exportConditions: ['node'] })];
    const bundle = await rollup({ input, plugins, onwarn: ({ message }) => warnings.push(message) });
    await bundle.write({ file: join(folder, `main.${extension}`), format });
    expect(warnings).toEqual([]);
    await expectRuns(folder, `main.${extension}`);
  });
  test('Vite, for the server', async () => {
    const folder = outside('vite-ssr');
    await vite.build({
      root: app,
      logLevel: 'error',
      build: { ssr: input, outDir: folder, emptyOutDir: true },
      ssr: { noExternal: true },
    });
    await expectRuns(folder, 'print.mjs');
  });
  test.each(['node', 'async-node'] as const)('webpack, %s', async (target) => {
    const folder = outside(`webpack-${target}`);
    const warnings = await pack({ entry: input, target, output: { path: folder, filename: 'main.cjs' } });
    expect(warnings).toEqual([]);
    await expectRuns(folder, 'main.cjs');
  });
  test('bun build', async () => {
    const folder = outside('bun');
    const bun = program('@oven/bun-linux-x64', 'bin/bun');
    await run(bun, ['build', input, '--target=node', `--outfile=${join(folder, 'main.mjs')}`], { cwd: app });
    await expectRuns(folder, 'main.mjs');
  });
});

test("Vercel's file tracer takes the addon along", async () => {
  for (const file of ['print.mjs', 'required.cjs']) {
    const { fileList } = await nodeFileTrace([join(app, file), join(app, 'probe.mjs')], { base: app });
    const folder = outside(`traced-${file}`);
    for (const path of fileList) cpSync(join(app, path), join(folder, path), { recursive: true });
    expect(existsSync(join(folder, 'node_modules/sepconv/dist/cli'))).toBe(false);
    expectResult(await run(nodeBinary(20), [file], { cwd: folder }), best);
  }
});
