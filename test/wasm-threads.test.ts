// The threads of WASM beyond their bits: where they come from, whose time they take, and how they end.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { createRuntime, tensor } from '../src/entries/node.js';
import { ramp } from './support/allocated.js';
import { expectSameBits } from './support/bits.js';

const image = ramp(1, 40, 40, 32);
const filter = ramp(3, 3, 32, 32);

test('a host without workers computes in slices, and says so', async () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  const { info, prepareConv2d, conv2d } = await createRuntime({ backend: 'wasm', threads: 2 });
  vi.restoreAllMocks();
  expect(info.threads).toBe(1);
  expect(info.reasons.at(-1)).toMatch(/in slices: this host has no worker threads/);
  const operator = prepareConv2d(filter);
  expectSameBits('slices', await operator.runAsync(image), conv2d(image, filter));
});

test('there are as many as were asked for, 64 at most, of one memory', async () => {
  const [two, three] = [2, 3].map((threads) => createRuntime({ backend: 'wasm', threads }));
  const operator = (await two).prepareConv2d(filter);
  const out = (await three).allocate(operator.outputShape(image.shape));
  await operator.runAsync(image, { out });
  expectSameBits('two', out, (await three).conv2d(image, filter));
  expect([(await two).info.threads, (await three).info.threads]).toEqual([2, 3]);
});

test('a synchronous run beside started ones computes alone, and right', async () => {
  const { prepareConv2d, conv2d } = await createRuntime({ backend: 'wasm', threads: 2 });
  const { conv2d: expected } = await createRuntime({ backend: 'wasm' });
  const operator = prepareConv2d(filter);
  const started = Array.from({ length: 20 }, () => operator.runAsync(image));
  for (let i = 0; i < 20; i++) {
    expectSameBits(`run ${i}`, conv2d(image, filter), expected(image, filter));
    await new Promise(setImmediate);
  }
  for (const run of started) expectSameBits('started', await run, expected(image, filter));
});

test('an abort stops one that waits and one that computes, and the next one is right', async () => {
  const { prepareConv2d, conv2d, allocate } = await createRuntime({ backend: 'wasm', threads: 2 });
  const operator = prepareConv2d(filter);
  const large = ramp(8, 40, 40, 32);
  const out = allocate(operator.outputShape(large.shape));
  for (let i = 0; i < 100; i++) {
    const controllers = [new AbortController(), new AbortController()];
    const runs = controllers.map(({ signal }) => operator.runAsync(large, { out, signal }));
    const ends = Promise.allSettled(runs);
    for (let turns = 0; turns < i % 4; turns++) await new Promise(setImmediate);
    for (const [which, controller] of (i % 2 ? controllers : controllers.toReversed()).entries())
      controller.abort(which);
    const statuses = (await ends).map(({ status }) => status);
    // Later, one may be over before.
    if (i % 4 === 0) expect(statuses).toEqual(['rejected', 'rejected']);
    const stopped = out.data.slice();
    await new Promise(setImmediate);
    if (i % 20 === 0) expect(Buffer.from(out.data.slice().buffer).equals(Buffer.from(stopped.buffer))).toBe(true);
  }
  await operator.runAsync(large, { out });
  expectSameBits('after', out, conv2d(tensor(large.data, large.shape), filter));
});

const entry = new URL('../dist/entries/node.js', import.meta.url);

describe.skipIf(!existsSync(entry))('a process', () => {
  const head = `
    import { createRuntime, tensor } from ${JSON.stringify(entry.href)};
    const runtime = await createRuntime({ backend: 'wasm', threads: 2 });
    const operator = runtime.prepareConv2d(tensor(new Float32Array(9 * 64 * 64).fill(1), [3, 3, 64, 64]));
    const image = tensor(new Float32Array(4 * 64 * 64 * 64).fill(1), [4, 64, 64, 64]);`;

  test.each([
    ['ends while they are idle', 'operator.run(image); console.log("idle");', 'idle\n', 0],
    ['ends no sooner than what was started', 'operator.runAsync(image).then(() => console.log("over"));', 'over\n', 0],
    ['may exit in the middle', 'operator.runAsync(image); setTimeout(() => process.exit(3), 5);', '', 3],
    ['may throw in the middle', 'operator.runAsync(image); setTimeout(() => { throw 1; }, 5);', '', 1],
  ])('%s', (_, program, stdout, status) => {
    const options = { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) } as const;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', head + program], options);
    expect({ stdout: child.stdout, status: child.status }).toEqual({ stdout, status });
  });
});
