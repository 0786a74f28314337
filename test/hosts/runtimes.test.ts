// The other runtimes of servers, each as its maker ships it.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { app, best, expectResult } from './support/app.js';
import { program, run } from './support/programs.js';

/** A run, then an asynchronous one, on the tracing channel. */
const told = [
  ...['start of activate', 'end of activate, timed'],
  ...['start of activate', 'end of activate', 'asyncStart of activate, timed', 'asyncEnd of activate, timed'],
];

describe('Deno', () => {
  const deno = program('@deno/linux-x64-glibc', 'deno');
  const env = { DENO_DIR: join(app, '../deno'), DENO_NO_UPDATE_CHECK: '1' };
  const runFile = (file: string, ...permissions: string[]) =>
    run(deno, ['run', '--no-prompt', '--no-remote', ...permissions, file], { cwd: app, env });
  const print = (...permissions: string[]) => runFile('print.mjs', ...permissions);

  test('without any permission', async () => {
    const output = await print();
    expect(expectResult(output, 'wasm').reasons.join('\n')).toContain('--allow-ffi');
    expect(output.stderr).toBe('');
  });
  test('with the permissions that an addon needs', async () => {
    expectResult(await print('--allow-read', '--allow-ffi'), best);
  });
  test('with all', async () => {
    expectResult(await print('--allow-all'), best);
  });
  test('tells of its runs', async () => {
    expect(JSON.parse((await runFile('tracing.mjs', '--allow-all')).stdout)).toEqual(told);
  });
});

describe('Bun', () => {
  const bun = program('@oven/bun-linux-x64', 'bin/bun');

  test.each(['print.mjs', 'required.cjs', 'worker.mjs'])('%s', async (file) => {
    expectResult(await run(bun, [file], { cwd: app }), best);
  });
  test('tells of its runs', async () => {
    expect(JSON.parse((await run(bun, ['tracing.mjs'], { cwd: app })).stdout)).toEqual(told);
  });
});
