// Node, every line that engines allows: both ways to load it, worker threads, and folders of all kinds.
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { app, best, copyApp, expectResult } from './support/app.js';
import { nodeBinary, run } from './support/programs.js';

describe.each([20, 22, 24, 26])('Node %i', (version) => {
  const node = nodeBinary(version);

  test.each([['print.mjs'], ['required.cjs'], ['worker.mjs']])('%s', async (file) => {
    const output = await run(node, [file], { cwd: app });
    expectResult(output, best);
    expect(output.stderr).toBe('');
  });
  test('WebAssembly, by the environment and by sepconv/wasm', async () => {
    expectResult(await run(node, ['print.mjs'], { cwd: app, env: { SEPCONV_BACKEND: 'wasm' } }), 'wasm');
    expectResult(await run(node, ['print-wasm.mjs'], { cwd: app }), 'wasm');
  });
});

test('Node 22.2, which can not require ES modules and has no getBuiltinModule', async () => {
  for (const file of ['print.mjs', 'required.cjs']) {
    const output = await run(nodeBinary('22.2'), [file], { cwd: app });
    expectResult(output, 'wasm');
    expect(output.stderr).toBe('');
  }
});

test('a folder with spaces and letters beyond ASCII', async () => {
  const cwd = copyApp('mit Leerzeichen, äöü % # ?');
  for (const file of ['print.mjs', 'required.cjs']) expectResult(await run(nodeBinary(20), [file], { cwd }), best);
});

test('a folder that nobody may write to, as a user who owns nothing', async () => {
  const cwd = copyApp('read-only');
  for (const path of readdirSync(cwd, { recursive: true, encoding: 'utf8' })) chmodSync(join(cwd, path), 0o555);
  chmodSync(join(cwd, '..'), 0o755);
  for (const file of ['print.mjs', 'required.cjs']) expectResult(await run('node', [file], { cwd, uid: 65534 }), best);
});

test("Node's permission model, which refuses addons", async () => {
  const args = ['--permission', `--allow-fs-read=${join(app, '*')}`, 'print.mjs'];
  expect(expectResult(await run(nodeBinary(24), args, { cwd: app }), 'wasm').reasons.join('\n')).toContain('native: ');
});

test('a program that is one file', async () => {
  const cwd = join(app, '..', 'single');
  mkdirSync(cwd);
  const esbuild = (await import('esbuild')).build;
  await esbuild({
    entryPoints: [join(app, 'print.mjs')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: join(cwd, 'main.cjs'),
    logOverride: { 'empty-import-meta': 'silent' },
  });
  writeFileSync(
    join(cwd, 'sea.json'),
    JSON.stringify({ main: 'main.cjs', output: 'program', disableExperimentalSEAWarning: true }),
  );
  await run(nodeBinary(26), ['--build-sea', 'sea.json'], { cwd });
  expectResult(await run(join(cwd, 'program'), [], { cwd }), 'wasm');
});
