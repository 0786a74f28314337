// Worker threads share one native pool: they compute at once, come and go, and give the same bits.
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { Kernels } from '../src/core/kernels.js';
import type { Tensor } from '../src/core/tensor.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { callOf, outputOf } from './support/cases.js';

const entry = new URL('../dist/entries/node.js', import.meta.url);
const isBuilt = existsSync(entry);

const call = callOf('pointwiseConv2d', { image: [1, 24, 24, 16], outputs: 40 });

const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { entry, options, input, filter } = workerData;
  import(entry).then(async ({ createRuntime }) => {
    const runtime = await createRuntime(options);
    for (let i = 0; i < 50; i++) runtime.pointwiseConv2d(input, filter);
    parentPort.postMessage(runtime.pointwiseConv2d(input, filter));
  });`;

function compute({ backend, isa, threads }: Kernels): Promise<Tensor> {
  return new Promise((resolve, reject) => {
    const options = { backend, isa, threads };
    const workerData = { entry: entry.href, options, input: call.input, filter: call.filters[0] };
    const worker = new Worker(script, { eval: true, workerData });
    worker.once('message', (output: Tensor) => worker.terminate().then(() => resolve(output)));
    worker.once('error', reject);
  });
}

describe.skipIf(!isBuilt)(`workers${isBuilt ? '' : ': dist is not built'}`, () => {
  test.each(everyBackend)('$name, in three workers at once, twice', async ({ kernels }) => {
    const expected = outputOf(reference, call);
    for (const round of [1, 2]) {
      const outputs = await Promise.all([compute(kernels), compute(kernels), compute(kernels)]);
      for (const output of outputs) expectSameBits(`round ${round}`, output, expected);
    }
  });
});
