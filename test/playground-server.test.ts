// sepconv playground: the page's files on the loopback interface, and nothing else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fail, program } from './support/command-line.js';

const folder = new URL('../dist/playground/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));

describe('the page', () => {
  test('is at most 100 KB, compressed, with its kernels and its picture, before it verifies', () => {
    const opened = files.filter((name) => !name.endsWith('.json'));
    const sizes = opened.map((name) => gzipSync(readFileSync(new URL(name, folder))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(102_400);
  });

  test('names nothing that is not beside it', () => {
    for (const name of files.filter((file) => /[.](js|html|css)$/.test(file))) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      expect(text.match(/https?:\/\/(?!www\.w3\.org\/)[\w.-]+/g) ?? [], name).toEqual([]);
      expect(text, name).not.toMatch(/['"]node:/);
    }
  });
});

describe('the server', () => {
  let address: URL;
  const child = spawn(process.execPath, [program, 'playground'], { stdio: ['ignore', 'pipe', 'inherit'] });
  beforeAll(async () => {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    address = new URL(line.toString());
  });
  afterAll(() => child.kill('SIGKILL'));

  /** Asks for a path as it is, with any host. */
  const ask = (path: string, { method = 'GET', host = address.host } = {}) =>
    new Promise<{ status: number | undefined; type: string | undefined; body: Buffer }>((resolve, reject) => {
      const asked = request({ port: address.port, host: '127.0.0.1', path, method, headers: { host } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode, type: response.headers['content-type'], body: Buffer.concat(chunks) });
        });
      });
      asked.on('error', reject).end();
    });

  test('prints an address of this machine alone', () => {
    expect(address.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test.each(files)('gives %s', async (name) => {
    const { status, body } = await ask(`/${name}?any`);
    expect(status).toBe(200);
    expect(body).toEqual(readFileSync(new URL(name, folder)));
  });

  test.each(['/../package.json', '/%2e%2e/package.json', '/assets/', '/none'])('has no %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test('answers to its own names only, and changes nothing', async () => {
    expect((await ask('/')).type).toBe('text/html; charset=utf-8');
    expect((await ask('/', { host: `localhost:${address.port}` })).status).toBe(200);
    expect((await ask('/', { host: 'elsewhere.example' })).status).toBe(403);
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  test('ends at an interruption', async () => {
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });
});

test('a port that is none, or taken, is told', async () => {
  await fail(['playground', '--port', 'x'], 2, /port: expected a whole number from 0 to 65535, got "x"/);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  await fail(
    ['playground', '--port', String(port)],
    1,
    new RegExp(`port: ${port} is taken; leave it out for a free one`),
  );
  taken.close();
});
