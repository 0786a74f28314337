// Operators that nobody disposes, in a loop that gives the event loop no turn.
import { expect, test } from 'vitest';
import { createRuntime, tensor } from '../src/entries/node.js';
import { everyBackend } from './support/backends.js';

test.runIf(everyBackend.some(({ kernels }) => kernels.backend === 'native'))(
  'native weights are counted and collected: 3000 of 1 MiB stay far below 3 GiB',
  async () => {
    const runtime = await createRuntime({ backend: 'native' });
    const filter = tensor(new Float32Array(512 * 512), [512, 512]);
    const before = process.memoryUsage().rss;
    let most = before;
    for (let i = 0; i < 3000; i++) {
      runtime.preparePointwiseConv2d(filter);
      if (i % 50 === 0) most = Math.max(most, process.memoryUsage().rss);
    }
    expect(most - before).toBeLessThan(2 ** 29);
  },
);
