// Chromium: a page as it is, pages of bundlers, strict policies, workers of both kinds.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import * as vite from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { app, expectResult, keepRow } from './support/app.js';
import { demand } from './support/programs.js';
import { pack } from './support/webpack.js';

const types: Record<string, string> = { '.js': 'text/javascript', '.mjs': 'text/javascript' };
const importMap = JSON.stringify({ imports: { sepconv: '/node_modules/sepconv/dist/entries/web.js' } });
const strict =
  "default-src 'none'; connect-src 'none'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'";

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const { pathname, searchParams } = new URL(url ?? '/', 'http://localhost');
    const policy = searchParams.get('policy');
    if (policy !== null) response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', types[extname(pathname)] ?? 'text/html');
    try {
      response.end(pathname === '/page' ? page(searchParams) : readFileSync(join(app, pathname)));
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (!existsSync(executablePath)) return;
  browser = await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  });
});
beforeEach(() => demand(executablePath));
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A page that loads one script. */
function page(parameters: URLSearchParams): string {
  const map = parameters.get('policy') === null ? `<script type="importmap">${importMap}</script>` : '';
  const type = parameters.get('type') ?? 'module';
  return `<!doctype html><title>probe</title>${map}<script type="${type}" src="${parameters.get('script')}"></script>`;
}

/** What a script of a page leaves in `globalThis.result`, and what the page's console said. */
async function load(script: string, parameters: Record<string, string> = {}) {
  const tab = await browser.newPage();
  try {
    const said: string[] = [];
    tab.on('console', (message) => said.push(message.text()));
    tab.on('pageerror', (error) => said.push(String(error)));
    await tab.goto(`${origin}/page?${new URLSearchParams({ script, ...parameters })}`);
    await tab.waitForFunction('globalThis.result', undefined, { timeout: 30_000 }).catch(() => {});
    const result = (await tab.evaluate('globalThis.result')) as string | undefined;
    return { stdout: result ?? '', stderr: said.join('\n') };
  } finally {
    await tab.close();
  }
}

/** Bundles by esbuild for browsers of 2020. */
async function bundle(entry: string, outfile: string, format: 'iife' | 'esm'): Promise<string> {
  const target = ['es2020', 'chrome87'];
  await esbuild.build({ entryPoints: [join(app, entry)], bundle: true, format, target, outfile: join(app, outfile) });
  return `/${outfile}`;
}

test('a plain page with an import map', async () => {
  keepRow(`Chromium ${browser.version()}`, expectResult(await load('/browser.mjs'), 'wasm'));
});

test.each(['iife', 'esm'] as const)('esbuild, %s, es2020 and Chrome 87', async (format) => {
  const script = await bundle('browser.mjs', `out/browser-${format}.js`, format);
  expectResult(await load(script, { type: format === 'iife' ? 'text/javascript' : 'module' }), 'wasm');
});

test('webpack', async () => {
  const output = { path: join(app, 'out/webpack'), filename: 'main.js' };
  expect(await pack({ entry: join(app, 'browser.mjs'), target: 'web', output, performance: false })).toEqual([]);
  expectResult(await load('/out/webpack/main.js'), 'wasm');
});

test('Vite, built', async () => {
  const rollupOptions = { input: join(app, 'browser.mjs'), output: { entryFileNames: 'main.js' } };
  await vite.build({ root: app, logLevel: 'error', build: { outDir: 'out/vite', rollupOptions } });
  expectResult(await load('/out/vite/main.js'), 'wasm');
});

test('Vite, in development', async () => {
  const development = await vite.createServer({ root: app, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
  try {
    await development.listen();
    writeFileSync(join(app, 'index.html'), '<!doctype html><script type="module" src="/browser.mjs"></script>');
    const tab = await browser.newPage();
    await tab.goto(development.resolvedUrls?.local[0] ?? '');
    await tab.waitForFunction('globalThis.result', undefined, { timeout: 60_000 });
    expectResult({ stdout: (await tab.evaluate('globalThis.result')) as string, stderr: '' }, 'wasm');
    await tab.close();
  } finally {
    await development.close();
  }
});

describe('a strict Content-Security-Policy', () => {
  test("with 'wasm-unsafe-eval'", async () => {
    const script = await bundle('browser.mjs', 'out/strict.js', 'esm');
    expectResult(await load(script, { policy: strict }), 'wasm');
  });
  test('without it the reference serves, and says what to allow', async () => {
    const script = await bundle('browser.mjs', 'out/strict.js', 'esm');
    const policy = strict.replace(" 'wasm-unsafe-eval'", '');
    const output = await load(script, { policy });
    expect(expectResult(output, 'reference').reasons.join('\n')).toContain("'wasm-unsafe-eval'");
    expect(output.stderr).toMatch(/sepconv: the reference serves.*'wasm-unsafe-eval'/);
  });
});

test('a worker', async () => {
  await bundle('worker-browser.mjs', 'out/worker.js', 'iife');
  writeFileSync(
    join(app, 'out/start-worker.js'),
    "new Worker('/out/worker.js').onmessage = ({ data }) => { globalThis.result = data; };",
  );
  expectResult(await load('/out/start-worker.js'), 'wasm');
});

test('a service worker', async () => {
  await bundle('service-worker.mjs', 'service-worker.js', 'iife');
  mkdirSync(join(app, 'out'), { recursive: true });
  writeFileSync(
    join(app, 'out/start-service.js'),
    `navigator.serviceWorker.onmessage = ({ data }) => { globalThis.result = data; };
     await navigator.serviceWorker.register('/service-worker.js');
     (await navigator.serviceWorker.ready).active.postMessage('run');`,
  );
  expectResult(await load('/out/start-service.js'), 'wasm');
});
