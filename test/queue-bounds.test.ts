// What a job on a queue may reach on a worker: nothing outside of the root, and no host that was not allowed.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readable, realFolder, writable } from '../src/batch/queue/confine.js';
import { download, isPublic, upload } from '../src/batch/queue/http.js';
import { idOf } from '../src/batch/queue/picture-job.js';
import { connectionOf, shownAddress } from '../src/batch/queue/redis.js';
import { tellable } from '../src/batch/queue/work.js';
import { invalid } from '../src/core/errors.js';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'sepconv-bounds-')));
afterAll(() => rmSync(top, { recursive: true }));
const root = join(top, 'root');
const bounds = { root, allowedHosts: ['pictures.example'], maxBytes: 4 };
mkdirSync(join(root, 'in'), { recursive: true });
mkdirSync(join(top, 'other'));
writeFileSync(join(root, 'in/a.png'), 'abc');
writeFileSync(join(root, 'large.png'), 'abcde');
writeFileSync(join(top, 'other/b.png'), 'abc');
symlinkSync(join(top, 'other'), join(root, 'out-of-it'));
symlinkSync(join(root, 'in'), join(root, 'within'));

test('files below the root, by links within it, too', async () => {
  expect(await readable('input', 'within/a.png', bounds)).toBe(join(root, 'in/a.png'));
  expect(await writable('new/folder/a.png', bounds)).toBe(join(root, 'new/folder/a.png'));
  expect(await writable('within/new/a.png', bounds)).toBe(join(root, 'in/new/a.png'));
});

test('a root that is no folder is told before any job', async () => {
  for (const path of [join(root, 'none'), join(root, 'large.png')]) {
    await expect(realFolder(path)).rejects.toThrow(/^root: expected a folder/);
  }
  expect(await realFolder(join(root, 'within'))).toBe(join(root, 'in'));
});

test.each(['../other/b.png', '/etc/passwd', 'out-of-it/b.png', 'in', 'none.png'])('%s is not read', async (path) => {
  await expect(readable('input', path, bounds)).rejects.toMatchObject({ code: 'ERR_FILE' });
});

test.each(['../b.png', '/tmp/b.png', 'out-of-it/new/b.png', '.'])('%s is not written', async (path) => {
  await expect(writable(path, bounds)).rejects.toMatchObject({ code: 'ERR_FILE' });
});

test('what is too large is not read', async () => {
  await expect(readable('input', 'large.png', bounds)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
});

describe('addresses', () => {
  const put = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const { method, url } = request;
    if (method === 'PUT') put.set(url!, await buffer(request));
    if (url === '/moved') response.writeHead(302, { location: '/a' });
    if (url?.startsWith('/none')) response.writeHead(404);
    if (url !== '/slow') response.end(url === '/large' ? 'abcde' : 'abc');
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => void server.close());
  const allowing = (...allowedHosts: string[]) => ({ ...bounds, allowedHosts });
  const soon = () => AbortSignal.timeout(5000);

  test.each(['http://127.0.0.1/a', 'http://pictures.example:81/a', 'http://user@pictures.example/a'])(
    '%s is not asked, nor sent anything',
    async (address) => {
      const sentence = /a host that --allow-host names/;
      await expect(download(address, bounds, soon())).rejects.toThrow(sentence);
      await expect(upload(address, Buffer.from('a'), bounds, soon())).rejects.toThrow(sentence);
    },
  );

  test('of a name that is inside the network are reached only if its address was named, too', async () => {
    const address = `http://localhost:${port}/a?token=s3cret`;
    const named = allowing(`localhost:${port}`);
    const refused = download(address, named, soon());
    await expect(refused).rejects.toThrow(/a host outside of the network, got "localhost:\d+ at (127\.0\.0\.1|::1)"/);
    await expect(upload(address, Buffer.from('a'), named, soon())).rejects.toMatchObject({ code: 'ERR_FILE' });
    const both = allowing(`localhost:${port}`, '127.0.0.1');
    expect(Buffer.from(await download(address, both, soon())).toString()).toBe('abc');
    expect([...put.keys()]).toEqual([]);
  });

  test('are asked for bytes and given bytes', async () => {
    const host = `127.0.0.1:${port}`;
    await upload(`http://${host}/b.png`, Buffer.from('result'), allowing(host), soon());
    expect(put.get('/b.png')?.toString()).toBe('result');
    expect(Buffer.from(await download(`http://${host}/a`, allowing(host), soon())).toString()).toBe('abc');
  });

  test.each([
    ['/moved', 'ERR_FILE', /302.*give the address that it leads to/],
    ['/none?token=s3cret', 'ERR_FILE', /^(?!.*s3cret).*\/none \(404\)/],
    ['/large', 'ERR_LIMIT', /at most 4 bytes/],
  ])('%s: refused', async (path, code, message) => {
    const host = `127.0.0.1:${port}`;
    const asked = download(`http://${host}${path}`, allowing(host), soon());
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('that stay silent are left when the time is over', async () => {
    const host = `127.0.0.1:${port}`;
    const stop = new AbortController();
    const asked = download(`http://${host}/slow`, allowing(host), stop.signal);
    stop.abort(new Error('over'));
    await expect(asked).rejects.toBe(stop.signal.reason);
  });

  test('are of the public internet, or inside of some network', () => {
    const inside = ['10.1.2.3', '100.64.0.1', '127.0.0.2', '169.254.169.254', '172.31.0.1', '192.168.1.1', '0.0.0.0'];
    const more = [
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
    ];
    for (const address of [...inside, ...more, '2002:a00:1::1', '2001:db8::1'])
      expect(isPublic(address), address).toBe(false);
    for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1111']) expect(isPublic(address), address).toBe(true);
  });
});

test('a job is counted in bytes', async () => {
  const job = { version: '1', input: 'in/a.png', output: 'a.png', texts: {}, hash: false };
  expect(await idOf(job, root)).toMatch(/^[0-9a-f]{64}$/);
  const long = { ...job, output: `${'ü'.repeat(500)}.png` };
  expect(JSON.stringify(long).length).toBeLessThan(1024);
  await expect(idOf(long, root)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
});

test('what is told of errors names files from the root', () => {
  const error = invalid('ERR_FILE', 'output', 'a file', `${root}/a "b".png`, 'check it');
  expect(tellable(error, bounds)).toMatch(/^ERR_FILE: .*got "a \\"b\\"\.png"/);
  expect(tellable(new Error(`open '${root}'`), bounds)).toBe("open '.'");
});

test('credentials stay in the connection', () => {
  const address = 'rediss://me:s%40cret@queue.example:7000/2';
  expect(connectionOf(address)).toMatchObject({ username: 'me', password: 's@cret', db: 2, port: 7000, tls: {} });
  expect(shownAddress(address)).toBe('rediss://queue.example:7000');
  expect(() => connectionOf('http://me:s3cret@host')).toThrow(/^(?!.*s3cret)/);
});
