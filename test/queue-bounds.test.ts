// What a job on a queue may reach on a worker: nothing outside of the root, and no host that was not allowed.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { download, readable, writable } from '../src/batch/queue/confine.js';
import { connectionOf, shownAddress } from '../src/batch/queue/redis.js';

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

test.each(['../other/b.png', '/etc/passwd', 'out-of-it/b.png', 'in', 'none.png'])('%s is not read', async (path) => {
  await expect(readable('input', path, bounds)).rejects.toMatchObject({ code: 'ERR_FILE' });
});

test.each(['../b.png', '/tmp/b.png', 'out-of-it/new/b.png', '.'])('%s is not written', async (path) => {
  await expect(writable(path, bounds)).rejects.toMatchObject({ code: 'ERR_FILE' });
});

test('what is too large is not read', async () => {
  await expect(readable('input', 'large.png', bounds)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
});

test.each(['http://127.0.0.1/a', 'http://pictures.example:81/a', 'http://user@pictures.example/a'])(
  '%s is not asked',
  async (address) => {
    const asked = download(address, bounds, AbortSignal.timeout(1000));
    await expect(asked).rejects.toThrow(/a host that --allow-host names/);
  },
);

test('credentials stay in the connection', () => {
  const address = 'rediss://me:s%40cret@queue.example:7000/2';
  expect(connectionOf(address)).toMatchObject({ username: 'me', password: 's@cret', db: 2, port: 7000, tls: {} });
  expect(shownAddress(address)).toBe('rediss://queue.example:7000');
  expect(() => connectionOf('http://me:s3cret@host')).toThrow(/^(?!.*s3cret)/);
});
