// Hosts that compile no WebAssembly at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeRuntime } from 'edge-runtime';
import { build, type Plugin } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { app, expectResult, type Result } from './support/app.js';
import { nodeBinary, program, run } from './support/programs.js';

/** Runs a bundled Worker and the .wasm files beside it in workerd. */
async function runWorker(folder: string, main: string): Promise<Result> {
  const modules = readdirSync(folder)
    .filter((name) => name === main || name.endsWith('.wasm'))
    .map((name) => `(name = "${name}", ${name === main ? 'esModule' : 'wasm'} = embed "${name}")`)
    .sort((a, b) => Number(b.includes(`"${main}"`)) - Number(a.includes(`"${main}"`)));
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (modules = [${modules.join(', ')}], compatibilityDate = "2026-01-01");\n`;
  writeFileSync(join(folder, 'config.capnp'), config);
  const { stdout, stderr } = await run(program('workerd', 'bin/workerd'), ['test', 'config.capnp'], { cwd: folder });
  const line = `${stdout}\n${stderr}`.match(/\{"hash".*\}/)?.[0] ?? '';
  return expectResult({ stdout: line, stderr }, 'wasm');
}

describe('workerd', () => {
  test.each(['workerd,worker,browser', 'workerd'])('bundled by esbuild for %s', async (conditions) => {
    const outdir = join(app, 'out', conditions);
    await build({
      entryPoints: [join(app, 'service.mjs')],
      bundle: true,
      format: 'esm',
      conditions: conditions.split(','),
      loader: { '.wasm': 'copy' },
      outdir,
    });
    expect(readFileSync(join(outdir, 'service.js'), 'utf8')).not.toMatch(/node:|process\./);
    await runWorker(outdir, 'service.js');
  });
  test('bundled by wrangler', async () => {
    writeFileSync(
      join(app, 'wrangler.json'),
      '{ "name": "probe", "main": "service.mjs", "compatibility_date": "2026-01-01" }',
    );
    const args = [program('wrangler', 'bin/wrangler.js'), 'deploy', '--dry-run', '--outdir', 'out/wrangler'];
    await run(nodeBinary(24), args, { cwd: app, env: { WRANGLER_SEND_METRICS: 'false' } });
    await runWorker(join(app, 'out/wrangler'), 'service.js');
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
  expectResult({ stdout: result, stderr: '' }, 'wasm');
});
