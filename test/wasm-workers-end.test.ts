// Workers of WASM that end without being told to: the run they were in says so, and others take their place.
import { isMainThread, Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createRuntime, type Runtime } from '../src/entries/node.js';
import { placed, ramp } from './support/allocated.js';
import { expectSameBits } from './support/bits.js';
import { withCode } from './support/errors.js';

const image = ramp(2, 80, 80, 32);
const filter = ramp(3, 3, 32, 32);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Those of the library, the living ones. */
const workers = new Set<Worker>();
let runtime: Runtime;
let expected: ReturnType<Runtime['conv2d']>;

beforeAll(async () => {
  const Watched = class extends Worker {
    constructor(...options: ConstructorParameters<typeof Worker>) {
      super(...options);
      workers.add(this);
      this.once('exit', () => workers.delete(this));
    }
  };
  const { getBuiltinModule } = process;
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
    name === 'node:worker_threads' ? { isMainThread, Worker: Watched } : getBuiltinModule(name as never)) as never);
  runtime = await createRuntime({ backend: 'wasm', threads: 3 });
  expected = (await createRuntime({ backend: 'wasm' })).conv2d(image, filter);
  expect(workers.size).toBe(3);
});

const failed = withCode('ERR_KERNEL', 'a worker thread ended in the run');

describe.each([
  ['one', 1],
  ['all', 3],
])('%s of them', (_, count) => {
  const end = () => Promise.all([...workers].slice(0, count).map((worker) => worker.terminate()));

  test('in a run: it rejects, those that wait are computed, and so is the next one', async () => {
    const operator = runtime.prepareConv2d(filter);
    // In their memory, so that workers are at it at once.
    const own = placed(runtime, image);
    let failures = 0;
    for (let round = 0; round < 10; round++) {
      const first = operator.runAsync(own);
      const second = operator.runAsync(own);
      const ends = Promise.allSettled([first]);
      for (let turns = 0; turns < round % 3; turns++) await turn();
      const ended = end();
      const [outcome] = await ends;
      if (outcome.status === 'rejected') {
        failures++;
        expect(outcome.reason).toEqual(failed);
        expectSameBits('the second', await second, expected);
      } else {
        // It was over before, and knows nothing of it.
        expectSameBits('the first', outcome.value, expected);
      }
      await Promise.allSettled([second, ended]);
      expectSameBits('the next', await operator.runAsync(image), expected);
      expectSameBits('synchronous', operator.run(image), expected);
      expect(workers.size).toBe(3);
    }
    expect(failures).toBeGreaterThan(0);
  });

  test('while nothing is computed: nobody sees it', async () => {
    const operator = runtime.prepareConv2d(filter);
    await end();
    const run = operator.runAsync(image);
    expectSameBits('synchronous meanwhile', operator.run(image), expected);
    expectSameBits('started meanwhile', await run, expected);
    expect(workers.size).toBe(3);
  });
});

test('one that fails is ended, and its error is the cause', async () => {
  const operator = runtime.prepareConv2d(filter);
  const large = runtime.allocate([16, 80, 80, 32]);
  const out = runtime.allocate(operator.outputShape(large.shape));
  const run = operator.runAsync(large, { out });
  // Until it is with the workers; no message of theirs comes in between.
  for (let i = 0; i < 20; i++) await undefined;
  const cause = new Error('out of memory');
  [...workers][0].emit('error', cause);
  await expect(run).rejects.toEqual(failed);
  await expect(run).rejects.toHaveProperty('cause', cause);
  expectSameBits('the next', await operator.runAsync(image), expected);
  expect(workers.size).toBe(3);
});

test('an abort of the run in which one ended', async () => {
  const operator = runtime.prepareConv2d(filter);
  const controller = new AbortController();
  const run = operator.runAsync(image, { signal: controller.signal });
  await turn();
  const ended = [...workers][0].terminate();
  controller.abort('enough');
  await expect(run).rejects.toBe('enough');
  await ended;
  expectSameBits('the next', await operator.runAsync(image), expected);
});
