// Package managers as they come, with a registry that has this package and its one dependency, and no other network.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { app, expectResult, shipped } from './support/app.js';
import { nodeBinary, type Output, program, run } from './support/programs.js';

const registry = inject('registry');
const node = nodeBinary(24);

/** An application with nothing installed. */
function emptyApp(name: string, files: Readonly<Record<string, string>> = {}): string {
  const cwd = join(app, '../installed', name);
  mkdirSync(cwd, { recursive: true });
  for (const file of ['print.mjs', 'main.mjs', 'probe.mjs', 'required.cjs']) cpSync(join(app, file), join(cwd, file));
  const all = { 'package.json': '{ "name": "application", "private": true }', ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(cwd, file), text);
  return cwd;
}

function expectNoScript({ stdout, stderr }: Output): void {
  expect(`${stdout}\n${stderr}`).not.toMatch(/gyp|install script|ignored build|approve|EBADENGINE|deprecated/i);
}

test.each(['npm-11', 'npm-12'])('%s', async (name) => {
  const cwd = emptyApp(name);
  const env = { npm_config_registry: registry, npm_config_cache: join(cwd, '.cache') };
  const args = [program(name, 'bin/npm-cli.js'), 'install', 'sepconv', '--no-audit', '--foreground-scripts'];
  expectNoScript(await run(node, args, { cwd, env }));
  expectResult(await run(node, ['print.mjs'], { cwd }), shipped);
});

test('pnpm', async () => {
  const cwd = emptyApp('pnpm', {
    'pnpm-workspace.yaml': `registry: ${registry}\nstoreDir: ${join(app, '../pnpm-store')}\n`,
  });
  const env = { npm_config_registry: registry };
  for (const args of [['add', 'sepconv'], ['install']]) {
    expectNoScript(await run(node, [program('pnpm', 'bin/pnpm.mjs'), ...args], { cwd, env }));
  }
  expectResult(await run(node, ['print.mjs'], { cwd }), shipped);
});

test('Yarn, Plug and Play', async () => {
  const settings = {
    npmRegistryServer: registry.replace(/\/$/, ''),
    unsafeHttpWhitelist: ['127.0.0.1'],
    enableTelemetry: false,
    enableGlobalCache: false,
    enableImmutableInstalls: false,
  };
  const cwd = emptyApp('yarn', { '.yarnrc.yml': JSON.stringify(settings), 'yarn.lock': '' });
  const yarn = program('@yarnpkg/cli-dist', 'bin/yarn.js');
  expectNoScript(await run(node, [yarn, 'add', 'sepconv'], { cwd }));
  for (const file of ['print.mjs', 'required.cjs'])
    expectResult(await run(node, [yarn, 'node', file], { cwd }), shipped);
});

test('Bun', async () => {
  const cwd = emptyApp('bun', { 'bunfig.toml': `[install]\nregistry = "${registry}"\n` });
  const env = { BUN_INSTALL_CACHE_DIR: join(cwd, '.cache') };
  expectNoScript(await run(program('@oven/bun-linux-x64', 'bin/bun'), ['add', 'sepconv'], { cwd, env }));
  expectResult(await run(node, ['print.mjs'], { cwd }), shipped);
});

test('Deno', async () => {
  const cwd = emptyApp('deno');
  const deno = program('@deno/linux-x64-glibc', 'deno');
  const env = { DENO_DIR: join(cwd, '.deno'), NPM_CONFIG_REGISTRY: registry, DENO_NO_UPDATE_CHECK: '1' };
  expectNoScript(await run(deno, ['add', 'npm:sepconv'], { cwd, env }));
  expectResult(
    await run(deno, ['run', '--no-prompt', '--allow-read', '--allow-ffi', 'print.mjs'], { cwd, env }),
    shipped,
  );
});
