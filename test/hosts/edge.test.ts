// Hosts that compile no WebAssembly at run time.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeRuntime } from 'edge-runtime';
import { build, type Plugin } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as reference from '../../src/entries/reference.js';
import { app, expectResult, keepRow } from './support/app.js';
import { nodeBinary, program, root, run, versionOf } from './support/programs.js';

/** Runs a bundled Worker and the .wasm files beside it in workerd, and gives the line of JSON that it logs. */
async function runWorker(folder: string, main: string): Promise<string> {
  const modules = readdirSync(folder)
    .filter((name) => name === main || name.endsWith('.wasm'))
    .map((name) => `(name = "${name}", ${name === main ? 'esModule' : 'wasm'} = embed "${name}")`)
    .sort((a, b) => Number(b.includes(`"${main}"`)) - Number(a.includes(`"${main}"`)));
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (modules = [${modules.join(', ')}], compatibilityDate = "2026-01-01");\n`;
  writeFileSync(join(folder, 'config.capnp'), config);
  const { stdout, stderr } = await run(program('workerd', 'bin/workerd'), ['test', 'config.capnp'], { cwd: folder });
  return `${stdout}\n${stderr}`.match(/\{".*\}/)?.[0] ?? '';
}

async function bundleWorker(entry: string, outdir: string, conditions: readonly string[]): Promise<void> {
  await build({
    entryPoints: [join(app, entry)],
    bundle: true,
    format: 'esm',
    conditions: [...conditions],
    loader: { '.wasm': 'copy' },
    nodePaths: [join(root, 'node_modules')],
    outdir,
  });
}

describe('workerd', () => {
  test.each(['workerd,worker,browser', 'workerd'])('bundled by esbuild for %s', async (conditions) => {
    const outdir = join(app, 'out', conditions);
    await bundleWorker('service.mjs', outdir, conditions.split(','));
    expect(readFileSync(join(outdir, 'service.js'), 'utf8')).not.toMatch(/node:|process\./);
    const result = expectResult({ stdout: await runWorker(outdir, 'service.js'), stderr: '' }, 'wasm');
    keepRow(`workerd ${versionOf('workerd')}`, result);
  });
  test('bundled by wrangler', async () => {
    writeFileSync(
      join(app, 'wrangler.json'),
      '{ "name": "probe", "main": "service.mjs", "compatibility_date": "2026-01-01" }',
    );
    const args = [program('wrangler', 'bin/wrangler.js'), 'deploy', '--dry-run', '--outdir', 'out/wrangler'];
    await run(nodeBinary(24), args, { cwd: app, env: { WRANGLER_SEND_METRICS: 'false' } });
    expectResult({ stdout: await runWorker(join(app, 'out/wrangler'), 'service.js'), stderr: '' }, 'wasm');
  });
  test('the example that softens pictures', async () => {
    const outdir = join(app, 'out/pictures');
    cpSync(join(root, 'test/examples/picture-worker.ts'), join(app, 'picture-worker.ts'));
    await bundleWorker('picture-service.mjs', outdir, ['workerd']);
    const { status, data } = JSON.parse(await runWorker(outdir, 'picture-service.js'));
    const samples = Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => (i * 29) % 256);
    const taps = Float32Array.of(1, 4, 6, 4, 1).map((tap) => tap / 16);
    const expected = reference.sepFilter2d(reference.tensor(samples, [1, 8, 8, 4]), taps, taps);
    expect({ status, data }).toEqual({ status: 200, data: [...expected.data] });
  });
});

test("Vercel's edge runtime", async () => {
  const given: Plugin = {
    name: 'kernels of the host',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'host' }));
      onLoad({ filter: /./, namespace: 'host' }, () => ({ contents: 'export default globalThis.kernels' }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(app, 'main.mjs')],
    bundle: true,
    format: 'iife',
    globalName: 'main',
    conditions: ['edge-light'],
    plugins: [given],
    write: false,
  });
  const kernels = new WebAssembly.Module(readFileSync(join(app, 'node_modules/sepconv/dist/kernels.wasm')));
  const runtime = new EdgeRuntime({ extend: (context) => Object.assign(context, { kernels }) });
  const result = runtime.evaluate(`${outputFiles[0].text}; JSON.stringify(main.result())`);
  keepRow(`edge-runtime ${versionOf('edge-runtime')}`, expectResult({ stdout: result, stderr: '' }, 'wasm'));
});
