// Batches beside each other, and how batches and workers end.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jobOptions } from '../../src/batch/queue/picture-job.js';
import { version } from '../../src/batch/version.js';
import { at, program } from '../support/command-line.js';
import {
  Child,
  expectDone,
  expectWhole,
  freePort,
  killServer,
  makePictures,
  pause,
  port,
  quick,
  resultsIn,
  startBatch,
  startServer,
  startWorker,
  until,
  withQueue,
} from './fleet.js';

const waiting = (count: number) => until(() => withQueue(async (queue) => (await queue.getWaitingCount()) === count));
const completed = () => withQueue((queue) => queue.getCompletedCount());

test('the same batch twice at once is done once', async () => {
  const pictures = await makePictures('same', 16);
  const batches = [startBatch(pictures, 'same-out', quick), startBatch(pictures, 'same-out', [...quick, '--resume'])];
  await waiting(16);
  await Promise.all([startWorker(), startWorker()]);
  for (const batch of batches) expect({ status: await batch.over, stderr: batch.stderr }).toMatchObject({ status: 0 });
  for (const { lines } of batches) expect(new Set(lines.map(({ input }) => input)).size).toBe(16);
  expect(await completed()).toBe(16);
  await expectWhole(pictures, 'same-out', quick);
});

test('two batches at once have each their own', async () => {
  const pictures = await makePictures('both', 12);
  await Promise.all([startWorker(), startWorker()]);
  const edges = startBatch(pictures, 'edges', quick);
  const soft = startBatch(pictures, 'soft', ['-k', 'box:5', '-m', 'spatial']);
  await expectDone(edges, pictures);
  await expectDone(soft, pictures);
  await expectWhole(pictures, 'edges', quick);
  await expectWhole(pictures, 'soft', ['-k', 'box:5', '-m', 'spatial']);
});

test('a resumed batch replaces what it wrote, and nothing that another program did', async () => {
  const pictures = await makePictures('mine', 3);
  await startWorker();
  await expectDone(startBatch(pictures, 'mine-out', quick), pictures);
  const results = resultsIn('mine-out');
  rmSync(at(`mine-out/${results[0]}`));
  writeFileSync(at(`mine-out/${results[1]}`), 'cut');
  const resume = [...quick, '--resume'];
  cpSync(at(`${pictures}/${results[2]}`), at(`${pictures}/foreign.png`));
  writeFileSync(at('mine-out/foreign.png'), 'mine');
  const refused = startBatch(pictures, 'mine-out', resume);
  expect(await refused.over).toBe(1);
  expect(refused.stderr).toMatch(/output: .*foreign\.png, one of 1 that exist/);
  expect(readFileSync(at('mine-out/foreign.png'), 'utf8')).toBe('mine');
  rmSync(at('mine-out/foreign.png'));
  const resumed = startBatch(pictures, 'mine-out', resume);
  expect({ status: await resumed.over, stderr: resumed.stderr }).toMatchObject({ status: 0 });
  expect(resumed.lines.map(({ status }) => status).sort()).toEqual(['done', 'done', 'done', 'skipped']);
  await expectWhole(pictures, 'mine-out', quick);
});

test('Ctrl-C takes the jobs back, and what another batch waits for is done all the same', async () => {
  const pictures = await makePictures('back', 6);
  const first = startBatch(pictures, 'back-out', quick);
  await waiting(6);
  const second = startBatch(pictures, 'back-out', [...quick, '--resume']);
  await second.said(/no worker takes pictures.*sepconv worker --queue redis:\/\/127\.0\.0\.1:\d+ --root/);
  expect(await first.kill('SIGINT')).toBe(130);
  expect(first.stderr).toMatch(/took 6 jobs back.*\n.*interrupted: 0 done, of 6 pictures; --resume goes on/);
  await startWorker();
  await expectDone(second, pictures);
  await expectWhole(pictures, 'back-out', quick);
});

test('Ctrl-C with --keep leaves them', async () => {
  const pictures = await makePictures('kept', 6);
  const batch = startBatch(pictures, 'kept-out', [...quick, '--keep']);
  await waiting(6);
  expect(await batch.kill('SIGINT')).toBe(130);
  expect(batch.stderr).toMatch(/6 jobs stay on the queue/);
  await startWorker();
  await until(async () => (await completed()) === 6);
  await expectWhole(pictures, 'kept-out', quick);
});

test('a worker that is told to end finishes what is in hand', async () => {
  const pictures = await makePictures('ended', 10);
  const worker = await startWorker(['--backend', 'wasm']);
  const batch = startBatch(pictures, 'ended-out');
  await until(() => resultsIn('ended-out').length >= 2);
  expect(await worker.kill('SIGTERM')).toBe(0);
  const [, done] = /(\d+) done, 0 failed/.exec(worker.stderr)!;
  expect(resultsIn('ended-out')).toHaveLength(Number(done));
  expect(await withQueue((queue) => queue.getActiveCount())).toBe(0);
  await startWorker();
  await expectDone(batch, pictures);
  await expectWhole(pictures, 'ended-out');
});

test('one that does not finish in time gives it back, and no try is lost', async () => {
  const pictures = await makePictures('given', 2);
  const args = ['-k', 'gaussian:127'];
  const worker = await startWorker(['--backend', 'reference', '--grace', '1']);
  const batch = startBatch(pictures, 'given-out', args);
  await until(() => withQueue(async (queue) => (await queue.getActiveCount()) === 2));
  expect(await worker.kill('SIGTERM')).toBe(0);
  const jobs = await withQueue((queue) => queue.getJobs(['waiting']));
  expect(jobs.map(({ attemptsMade }) => attemptsMade)).toEqual([0, 0]);
  await startWorker();
  await expectDone(batch, pictures);
  await expectWhole(pictures, 'given-out', args);
});

test('what a killed worker had half written is removed by the next try', async () => {
  const pictures = await makePictures('half', 2);
  const worker = await startWorker(['--backend', 'reference']);
  const batch = startBatch(pictures, 'half-out');
  await until(() => withQueue(async (queue) => (await queue.getActiveCount()) === 2));
  await worker.kill('SIGKILL');
  for (const name of ['0.png', '1.png']) writeFileSync(at(`half-out/.${name}.0123456789abcdef01234567`), 'half');
  await startWorker();
  await expectDone(batch, pictures);
  await expectWhole(pictures, 'half-out');
});

test('a worker tells its health and its figures', async () => {
  const [pictures, health] = [await makePictures('figures', 3), String(await freePort())];
  await startWorker(['--health-port', health]);
  await expectDone(startBatch(pictures, 'figures-out', quick), pictures);
  const asked = (path: string) => fetch(`http://127.0.0.1:${health}${path}`);
  expect((await asked('/healthz')).status).toBe(200);
  expect(await (await asked('/metrics')).text()).toMatch(/^sepconv_pictures_done 3$/m);
  await killServer();
  await until(async () => (await asked('/healthz')).status === 503);
  await startServer();
  await until(async () => (await asked('/healthz')).status === 200);
});

test('a worker and a batch end when they are told to though the server does not answer', async () => {
  const pictures = await makePictures('unanswered', 3);
  const batch = startBatch(pictures, 'unanswered-out', quick);
  await waiting(3);
  await killServer();
  await batch.said(/does not answer/);
  expect(await batch.kill('SIGINT')).toBe(130);
  expect(batch.stderr).toMatch(/what is on the queue stays there/);
  await startServer();
  const worker = await startWorker();
  await until(() => resultsIn('unanswered-out').length === 3);
  await killServer();
  await worker.said(/does not answer/);
  expect(await worker.kill('SIGTERM')).toBe(0);
  await startServer();
  await expectWhole(pictures, 'unanswered-out', quick);
});

test('a wrong password is told without it', async () => {
  const env = { SEPCONV_QUEUE: `redis://:not-${'x'.repeat(20)}@127.0.0.1:${port}` };
  for (const args of [
    ['worker', '--root', '.'],
    ['batch', await makePictures('locked', 1), '--out-dir', 'locked-out'],
  ]) {
    const child = new Child(process.execPath, [program, ...args], env);
    expect(await child.over).toBe(1);
    expect(child.stderr).toMatch(
      /^sepconv: queue: expected a server that answers, got "redis:\/\/127\.0\.0\.1:\d+ \(WRONGPASS/,
    );
    expect(child.stderr).not.toContain('xxx');
  }
});

test('a try that fails is made again later, with the reason', async () => {
  await makePictures('tries', 1);
  const worker = await startWorker();
  const data = { version, input: 'tries/none.png', output: 'tries-out/0.png', texts: {}, hash: false };
  await withQueue(async (queue) => {
    const { id } = await queue.add('picture', data, jobOptions);
    await until(async () => (await queue.getJobState(id!)) === 'failed');
    expect(await queue.getJob(id!)).toMatchObject({
      attemptsMade: 3,
      failedReason: expect.stringMatching(/^ERR_FILE: /),
    });
  });
  await pause(100);
  expect(worker.stderr.match(/failed: tries\/none\.png: ERR_FILE/g)).toHaveLength(3);
});
