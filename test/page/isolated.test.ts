// Threads of the library in a page of one's own: with the headers that isolate it, without them, and from a worker of it.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from './browser.js';

const dist = new URL('../../dist/', import.meta.url);
const isolating = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";

/** What a page, or a worker of it, finds: the bits that each number of threads gives, and those of the reference. */
interface Found {
  readonly threads: number;
  readonly backend: string;
  readonly reasons: readonly string[];
  /** Of each run, at once or not: whether all of its values have the bits of the reference. */
  readonly isEqual: readonly boolean[];
}

const probe = `
import { createRuntime, tensor } from '/entries/web.js';

const ramp = (...shape) => {
  const size = shape.reduce((product, length) => product * length);
  return tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i) * 3), shape);
};
const image = ramp(1, 61, 67, 24);
const [taps, mix, standard] = [ramp(3, 3, 24, 1), ramp(24, 40), ramp(3, 3, 24, 16)];
const layers = (on) => [
  on.prepareDepthwiseConv2d(taps, { padding: 'same' }),
  on.preparePointwiseConv2d(mix, { activation: 'relu6' }),
  on.prepareSeparableConv2d(taps, mix, { padding: 'same', depthwiseActivation: 'relu' }),
  on.prepareConv2d(standard, { strides: 2 }),
];
const bitsOf = ({ data }) => new Uint32Array(data.buffer, data.byteOffset, data.length);
const isSame = (a, b) => a.length === b.length && a.every((bits, i) => bits === b[i]);

export async function find(threads) {
  const on = await createRuntime({ backend: 'wasm', threads });
  const reference = await createRuntime({ backend: 'reference' });
  const expected = layers(reference).map((layer) => bitsOf(layer.run(image)));
  const isEqual = [];
  for (const [i, layer] of layers(on).entries()) {
    isEqual.push(isSame(bitsOf(layer.run(image)), expected[i]));
    const runs = await Promise.all(Array.from({ length: 5 }, () => layer.runAsync(image)));
    for (const run of runs) isEqual.push(isSame(bitsOf(run), expected[i]));
  }
  const { threads: given, backend, reasons } = on.info;
  return { threads: given, backend, reasons, isEqual };
}`;
const files: Readonly<Record<string, string>> = {
  '/': '<!doctype html><title>probe</title>',
  '/probe.js': probe,
  '/worker.js': "import { find } from '/probe.js';\nonmessage = async ({ data }) => postMessage(await find(data));",
};

let browser: Browser;
/** One server whose pages are isolated, and one whose pages are not. */
let servers: readonly Server[];
const origins: string[] = [];

beforeAll(async () => {
  servers = [isolating, {}].map((headers) =>
    createServer(({ url = '/' }, response) => {
      const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
      try {
        const body = files[url] ?? readFileSync(new URL(`.${url}`, dist));
        response.writeHead(200, { ...headers, 'content-type': type, 'content-security-policy': policy }).end(body);
      } catch {
        response.writeHead(404).end();
      }
    }),
  );
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origins.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  browser = await chromium.launch(launch);
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
});

const inPage = "import('/probe.js').then(({ find }) => find(threads))";
const inWorker = `new Promise((resolve, reject) => {
  const worker = new Worker('/worker.js', { type: 'module' });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(threads);
})`;

async function find(origin: string, code: string, threads: number): Promise<Found> {
  const page = await browser.newPage();
  try {
    await page.goto(origin);
    return (await page.evaluate(`{ const threads = ${threads}; ${code} }`)) as Found;
  } finally {
    await page.close();
  }
}

test.each([
  ['page', 1, inPage],
  ['page', 2, inPage],
  ['page', 4, inPage],
  ['worker', 1, inWorker],
  ['worker', 2, inWorker],
])('an isolated %s on %i threads has the bits of the reference', async (_, threads, code) => {
  const found = await find(origins[0], code, threads);
  expect(found.reasons.join('\n')).not.toMatch(/in slices/);
  expect(found).toMatchObject({ backend: 'wasm', threads });
  expect(found.isEqual).toEqual(Array(24).fill(true));
});

test('a page that is not isolated computes the same bits alone, and names the headers', async () => {
  const found = await find(origins[1], inPage, 2);
  expect(found).toMatchObject({ backend: 'wasm', threads: 1 });
  expect(found.reasons.join('\n')).toContain('Cross-Origin-Opener-Policy: same-origin');
  expect(found.isEqual).toEqual(Array(24).fill(true));
});
