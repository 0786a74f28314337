// What programs are written and tested in: Next with both of its bundlers, Vitest, Jest.
import type { ChildProcess } from 'node:child_process';
import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, best, copyApp, expectResult } from './support/app.js';
import { hosts, nodeBinary, program, run, start } from './support/programs.js';

/** The application with packages of the hosts linked into it. */
function appWith(name: string, ...packages: string[]): string {
  const cwd = copyApp(name);
  for (const linked of packages) symlinkSync(join(hosts, 'node_modules', linked), join(cwd, 'node_modules', linked));
  return cwd;
}

/** The line that the probe printed among others. */
function lineOf({ stdout, stderr }: { stdout: string; stderr: string }) {
  return { stdout: `${stdout}\n${stderr}`.match(/\{"sha256".*\}/)?.[0] ?? '', stderr };
}

test('Vitest', async () => {
  const cwd = appWith('vitest', 'vitest');
  const args = [program('vitest', 'vitest.mjs'), 'run', '--root', cwd, 'vitest-probe.test.mjs'];
  expectResult(lineOf(await run(nodeBinary(24), args, { cwd })), best);
});

test('Jest, as it comes', async () => {
  const cwd = copyApp('jest');
  await build({ entryPoints: [join(cwd, 'probe.mjs')], format: 'cjs', outfile: join(cwd, 'out/probe.cjs') });
  writeFileSync(join(cwd, 'package.json'), '{ "name": "application" }');
  const args = [program('jest', 'bin/jest.js'), '--rootDir', cwd, '--testMatch', '**/jest-probe.test.js'];
  expectResult(lineOf(await run(nodeBinary(24), args, { cwd })), best);
});

describe.each([
  ['turbopack', [], 'wasm'],
  ['webpack', ['sepconv'], best],
])('Next, %s, with %j as external packages', (bundler, external, backendOfNode) => {
  // Below the hosts, whose Next it finds.
  const cwd = join(hosts, 'build', bundler);
  const next = program('next', 'dist/bin/next');
  const surroundings = { cwd, env: { NEXT_TELEMETRY_DISABLED: '1', EXTERNAL_PACKAGES: JSON.stringify(external) } };
  let server: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    rmSync(cwd, { recursive: true, force: true });
    for (const name of ['app', 'main.mjs', 'probe.mjs', 'next.config.mjs', 'package.json', 'node_modules/sepconv']) {
      cpSync(join(app, name), join(cwd, name), { recursive: true });
    }
    const { stdout, stderr } = await run(nodeBinary(24), [next, 'build', `--${bundler}`], surroundings);
    expect(`${stdout}${stderr}`).not.toMatch(/sepconv.*(warn|error)|node:fs/i);
    server = start(nodeBinary(24), [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], surroundings);
    origin = await addressIn(server);
  }, 300_000);
  afterAll(async () => {
    server?.kill();
    rmSync(cwd, { recursive: true, force: true });
  });

  test.each([
    ['node', backendOfNode],
    ['edge', 'wasm'],
  ])('a route of %s', async (route, backend) => {
    const response = await fetch(`${origin}/${route}`);
    expectResult({ stdout: await response.text(), stderr: '' }, backend);
  });
});

/** The address that a server prints when it listens. */
function addressIn(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    server.stdout?.on('data', (text: Buffer) => {
      printed += text;
      const address = printed.match(/http:\/\/127\.0\.0\.1:[1-9]\d*/);
      if (address !== null) resolve(address[0]);
    });
    server.once('exit', () => reject(new Error(printed)));
  });
}
