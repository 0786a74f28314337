// Workers, the server and a batch that are killed at any moment.
import { expect, test } from 'vitest';
import { generator, runSeed } from '../support/random.js';
import {
  type Child,
  expectDone,
  expectWhole,
  killServer,
  makePictures,
  pause,
  resultsIn,
  startBatch,
  startServer,
  startWorker,
  until,
  withQueue,
} from './fleet.js';

const counts = () => withQueue((queue) => queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed'));

test(`workers, 20 times (SEED=${runSeed})`, async () => {
  const next = generator(runSeed);
  const pictures = await makePictures('many', 40);
  // Another backend than that of the single command: the bits are the same.
  const machine = ['--backend', 'wasm', '--concurrency', '1'];
  const workers = await Promise.all([startWorker(machine), startWorker(machine)]);
  let kills = 0;
  for (let round = 0; kills < 20; round++) {
    const results = `killed-${round}`;
    const batch = startBatch(pictures, results);
    await until(() => resultsIn(results).length > 0);
    while (kills < 20 && resultsIn(results).length < 40) {
      await pause(next() % 500);
      const at = next() % 2;
      await workers[at].kill('SIGKILL');
      kills++;
      workers[at] = await startWorker(machine);
    }
    await expectDone(batch, pictures);
    await expectWhole(pictures, results);
    expect(await counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0, completed: 40 * (round + 1), failed: 0 });
  }
});

test('the server, with its append-only file', async () => {
  const pictures = await makePictures('served', 24);
  await startWorker(['--backend', 'wasm']);
  const batch = startBatch(pictures, 'served-out');
  for (const results of [3, 10]) {
    await until(() => resultsIn('served-out').length >= results);
    await killServer();
    await batch.said(/does not answer/);
    await pause(500);
    await startServer();
  }
  await expectDone(batch, pictures);
  await expectWhole(pictures, 'served-out');
});

test('the server, which has lost all', async () => {
  const pictures = await makePictures('lost', 12);
  const batch = startBatch(pictures, 'lost-out');
  await until(async () => (await counts()).waiting === 12);
  await withQueue((queue) => queue.obliterate({ force: true }));
  await startWorker();
  await expectDone(batch, pictures);
  await expectWhole(pictures, 'lost-out');
});

test('a batch, and the next one finds what was done', async () => {
  const pictures = await makePictures('left', 12);
  await startWorker(['--backend', 'wasm']);
  const first = startBatch(pictures, 'left-out');
  await until(() => resultsIn('left-out').length >= 3);
  await first.kill('SIGKILL');
  const second: Child = startBatch(pictures, 'left-out', ['-k', 'gaussian:61', '--resume']);
  expect(await second.over).toBe(0);
  expect(second.lines).toHaveLength(12);
  expect(second.lines.filter(({ status }) => status === 'skipped').length).toBeGreaterThanOrEqual(2);
  await expectWhole(pictures, 'left-out');
  expect((await counts()).completed).toBe(12);
});
