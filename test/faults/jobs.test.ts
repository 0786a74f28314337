// Jobs that can not be done, or must not be.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { QueueEvents } from 'bullmq';
import { expect, test } from 'vitest';
import { jobOptions, type PictureJob, queueName } from '../../src/batch/queue/picture-job.js';
import { version } from '../../src/batch/version.js';
import { at, folder, photograph, program } from '../support/command-line.js';
import { long, patched } from '../support/files.js';
import {
  address,
  Child,
  connection,
  expectDone,
  expectWhole,
  makePictures,
  quick,
  resultsIn,
  startBatch,
  startWorker,
  until,
  withQueue,
} from './fleet.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program as another version, in a folder of its own, with these packages only. */
function otherProgram(name: string, otherVersion: string, isThere = (_: string) => true): string {
  mkdirSync(at(`${name}/node_modules`), { recursive: true });
  cpSync(join(root, 'dist'), at(`${name}/dist`), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(at(`${name}/package.json`), JSON.stringify({ ...manifest, version: otherVersion }));
  for (const each of readdirSync(join(root, 'node_modules')).filter(isThere)) {
    symlinkSync(join(root, 'node_modules', each), at(`${name}/node_modules/${each}`));
  }
  return at(`${name}/dist/cli/main.js`);
}

test('a picture that always fails holds up no other', async () => {
  const pictures = await makePictures('partly', 6);
  writeFileSync(at('partly/broken.png'), readFileSync(photograph).subarray(0, 5000));
  await startWorker();
  const batch = startBatch(pictures, 'partly-out', quick);
  expect(await batch.over).toBe(1);
  expect(batch.stderr).toMatch(/failed: partly\/broken\.png: .*\n.*6 done, 1 failed/);
  const failed = batch.lines.filter(({ status }) => status === 'failed');
  expect(failed).toMatchObject([{ input: 'partly/broken.png', error: { code: 'ERR_CODEC' } }]);
  rmSync(at('partly/broken.png'));
  await expectWhole(pictures, 'partly-out', quick);
});

test('a worker of another version refuses, and the right one does it then', async () => {
  const pictures = await makePictures('versions', 3);
  const other = await startWorker(['--backend', 'wasm'], otherProgram('other', '99.1.2'));
  const refused = startBatch(pictures, 'versions-out', quick);
  expect(await refused.over).toBe(1);
  expect(refused.stderr).toMatch(/version: this worker is 99\.1\.2, and the results are to be those of \d/);
  expect(resultsIn('versions-out')).toEqual([]);
  await other.kill('SIGKILL');
  await startWorker();
  const batch = startBatch(pictures, 'versions-out', quick);
  await expectDone(batch, pictures);
  await expectWhole(pictures, 'versions-out', quick);
});

test('a full disk: what did not fit is done when there is room', async () => {
  const pictures = await makePictures('fitting', 8);
  mkdirSync(at('disk'));
  const size = (bytes: number) => `size=${bytes}`;
  const mount = (...args: string[]) => spawnSync('mount', [...args, at('disk')]).status === 0;
  const isDisk = mount('-t', 'tmpfs', '-o', size(300_000), 'tmpfs');
  // Where no disk can be made, a file can not become larger than so much.
  const limit = isDisk ? [] : ['prlimit', '--fsize=70000'];
  try {
    const small = await startWorker([], undefined, limit);
    const first = startBatch(pictures, 'disk', quick);
    expect(await first.over).toBe(1);
    expect(first.stderr).toMatch(isDisk ? /ENOSPC/ : /EFBIG/);
    expect(first.stdout + first.stderr).not.toContain(folder);
    const done = first.lines.filter(({ status }) => status === 'done');
    expect(done.length).toBeLessThan(8);
    await expectWhole(
      pictures,
      'disk',
      quick,
      done.map(({ output }) => output.slice('disk/'.length)),
    );
    await small.kill('SIGTERM');
    if (isDisk) expect(mount('-o', `remount,${size(10_000_000)}`)).toBe(true);
    await startWorker();
    const second = startBatch(pictures, 'disk', [...quick, '--resume']);
    expect(await second.over).toBe(0);
    await expectWhole(pictures, 'disk', quick);
  } finally {
    if (isDisk) spawnSync('umount', ['-l', at('disk')]);
  }
});

test('nothing outside of the root, no host that was not allowed, no bomb', async () => {
  await makePictures('root/in', 1);
  await makePictures('elsewhere', 1);
  symlinkSync(at('elsewhere'), at('root/link'));
  symlinkSync(at('elsewhere/0.png'), at('root/in/linked.png'));
  writeFileSync(at('elsewhere/weights.json'), '[[1]]');
  writeFileSync(at('root/bomb.png'), bomb());
  let asked = 0;
  const inside = createServer((_, response) => {
    asked++;
    response.end(readFileSync(photograph));
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(inside.address() as AddressInfo).port}`;
  const named = `localhost:${(inside.address() as AddressInfo).port}`;
  await startWorker(['--root', 'root', '--allow-host', named, '--max-bytes', '1000000']);
  const good = { version, input: 'in/0.png', output: 'out/0.png', texts: { kernel: 'sobel-x' }, hash: false };
  const refused: [change: Partial<PictureJob>, reason: RegExp][] = [
    [{ input: '../elsewhere/0.png' }, /^ERR_FILE: input: expected a file below the root/],
    [{ input: '/etc/passwd' }, /^ERR_FILE: input: expected a file below the root/],
    [{ input: 'link/0.png' }, /^ERR_FILE: input: expected a file below the root/],
    [{ input: 'in/linked.png' }, /^ERR_FILE: input: expected a file below the root/],
    [{ input: 'in' }, /^ERR_FILE: input: expected a file below the root/],
    [{ output: '../elsewhere/1.png' }, /^ERR_FILE: output: expected a file below the root/],
    [{ output: 'link/1.png' }, /^ERR_FILE: output: expected a file below the root/],
    [{ output: 'in/linked.png' }, /^ERR_FILE: output: expected a regular file/],
    [{ texts: { kernel: '../elsewhere/weights.json' } }, /^ERR_FILE: kernel: expected a file below the root/],
    [{ input: `http://${host}/0.png` }, /^ERR_FILE: input: expected .* a host that --allow-host names/],
    [{ input: `http://${named}/0.png` }, /^ERR_FILE: .*expected a host outside of the network/],
    [{ output: `http://${host}/0.png` }, /^ERR_FILE: output: expected .* a host that --allow-host names/],
    [{ input: 'bomb.png' }, /^ERR_LIMIT: .*--max-pixels/],
    [{ texts: undefined }, /undefined/],
    [{ input: undefined }, /./],
  ];
  const events = new QueueEvents(queueName, { connection });
  await withQueue(async (queue) => {
    await events.waitUntilReady();
    const options = { ...jobOptions, backoff: 10 };
    for (const [change, reason] of refused) {
      const job = await queue.add('picture', { ...good, ...change }, options);
      const said = await job.waitUntilFinished(events).then(
        () => 'done',
        (error) => error.message,
      );
      expect(said, JSON.stringify(change)).toMatch(reason);
      expect(said).not.toContain(folder);
      const { stacktrace } = (await queue.getJob(job.id!)) as { stacktrace: string[] };
      expect(stacktrace).toEqual([]);
    }
    const job = await queue.add('picture', good, options);
    await job.waitUntilFinished(events);
  });
  await events.close();
  inside.close();
  expect(asked).toBe(0);
  expect(readdirSync(at('elsewhere')).sort()).toEqual(['0.png', 'weights.json']);
  await expectWhole('root/in', 'root/out', ['-k', 'sobel-x'], ['0.png']);
});

test('from addresses to addresses', async () => {
  const pictures = await makePictures('hosted', 3);
  mkdirSync(at('received'));
  const host = createServer(async (request, response) => {
    const name = /^\/pictures\/(\w+\.png)/.exec(request.url!)![1];
    if (request.method === 'PUT') writeFileSync(at(`received/${name}`), await buffer(request));
    response.end(request.method === 'GET' ? readFileSync(at(`hosted/${name}`)) : undefined);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const name = `127.0.0.1:${(host.address() as AddressInfo).port}`;
  await startWorker(['--allow-host', name]);
  const inputs = ['0.png', '1.png', '2.png'].map((each) => `http://${name}/pictures/${each}?key=hidden`);
  const options = ['--out-dir', `http://${name}`, '--json', ...quick];
  const start = (more: string[]) =>
    new Child(process.execPath, [program, 'batch', ...inputs, ...options, ...more], { SEPCONV_QUEUE: address });
  const careful = start([]);
  expect(await careful.over).toBe(1);
  expect(careful.stderr).toMatch(/add --force/);
  const batch = start(['--force']);
  expect({ status: await batch.over, stderr: batch.stderr }).toMatchObject({ status: 0 });
  expect(batch.lines.map(({ output }) => output).sort()).toEqual(
    ['0.png', '1.png', '2.png'].map((each) => `http://${name}/pictures/${each}`),
  );
  host.close();
  await expectWhole(pictures, 'received', quick);
});

test('what can not be had is named before any picture is taken', async () => {
  const bare = otherProgram('bare', version, (name) => !['bullmq', 'prom-client'].includes(name));
  const without = new Child(process.execPath, [bare, 'worker', '--root', '.'], {
    SEPCONV_QUEUE: 'redis://127.0.0.1:1',
  });
  expect(await without.over).toBe(1);
  expect(without.stderr).toMatch(/npm install bullmq ioredis/);
  const pictures = await makePictures('waiting', 2);
  const batch = startBatch(pictures, 'waiting-out', quick);
  await until(() => withQueue(async (queue) => (await queue.getWaitingCount()) === 2));
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, resolve));
  const port = String((taken.address() as AddressInfo).port);
  for (const [command, sentence] of [
    [undefined, /health-port: expected a free port/],
    [bare, /npm install prom-client/],
  ] as const) {
    await expect(startWorker(['--health-port', port], command)).rejects.toThrow(sentence);
  }
  taken.close();
  expect(await withQueue((queue) => queue.getWaitingCount())).toBe(2);
  await startWorker();
  await expectDone(batch, pictures);
});

/** A small file that says it is 60,000 pixels wide and high. */
function bomb(): Buffer {
  const picture = readFileSync(at('root/in/0.png'));
  return patched(picture, picture.indexOf('IHDR') + 4, [...long(60_000, 60_000)]);
}
