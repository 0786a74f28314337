// Operators and tensors that nobody disposes, in loops of one after another.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createRuntime, tensor } from '../src/entries/node.js';
import { everyBackend } from './support/backends.js';

const mebibytes = 2 ** 20;

/** By how much the process grows while this is done so many times. */
async function growthOf(times: number, action: () => unknown): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  for (let i = 0; i < times; i++) {
    const waits = action();
    if (waits instanceof Promise) await waits;
    if (i % 50 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  return most - before;
}

describe.runIf(everyBackend.some(({ kernels }) => kernels.backend === 'native'))('native, 3000 of 1 MiB', () => {
  test('operators, in a loop that gives the event loop no turn', async () => {
    const runtime = await createRuntime({ backend: 'native' });
    const filter = tensor(new Float32Array(512 * 512), [512, 512]);
    expect(await growthOf(3000, () => runtime.preparePointwiseConv2d(filter))).toBeLessThan(512 * mebibytes);
  });

  test('tensors, where it has turns', async () => {
    const runtime = await createRuntime({ backend: 'native' });
    const allocate = () => {
      runtime.allocate([mebibytes / 4]).data.fill(1);
      return turn();
    };
    expect(await growthOf(3000, allocate)).toBeLessThan(512 * mebibytes);
  });

  test('tensors that are disposed of, in a loop without turns', async () => {
    const runtime = await createRuntime({ backend: 'native' });
    const allocate = () => {
      const own = runtime.allocate([mebibytes / 4]);
      own.data.fill(1);
      own[Symbol.dispose]();
    };
    expect(await growthOf(3000, allocate)).toBeLessThan(512 * mebibytes);
  });
});
