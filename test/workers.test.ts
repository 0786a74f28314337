// Worker threads share one native pool: they compute at once, come and go, and give the same bits.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { Kernels } from '../src/core/kernels.js';
import type { Tensor } from '../src/core/tensor.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { callOf, outputOf } from './support/cases.js';

const entry = new URL('../dist/entries/node.js', import.meta.url);
const isBuilt = existsSync(entry);

/** What runs this Node, where that is not its own program. */
const node = process.env.NODE_LAUNCHER ?? process.execPath;

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

const storm = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { entry, ends } = workerData;
  import(entry).then(async ({ createRuntime, tensor }) => {
    const runtime = await createRuntime({ backend: 'native' });
    const operator = runtime.preparePointwiseConv2d(tensor(new Float32Array(64 * 64), [64, 64]));
    const input = runtime.allocate([4, 56, 56, 64]);
    for (let i = 0; i < 8; i++) operator.runAsync(input).catch(() => {});
    parentPort.postMessage('computing');
    if (ends === 'throw') throw new Error('in the middle');
    if (ends === 'exit') process.exit(0);
  });`;

/** A worker thread that ends while its runs are under way. */
function endWhileComputing(ends: 'terminate' | 'throw' | 'exit'): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(storm, { eval: true, workerData: { entry: entry.href, ends } });
    worker.once('message', () => ends === 'terminate' && worker.terminate());
    worker.once('error', () => {});
    worker.once('exit', () => resolve());
  });
}

const hasNative = everyBackend.some(({ kernels }) => kernels.backend === 'native');

describe.skipIf(!isBuilt || !hasNative)(`ending threads${isBuilt ? '' : ': dist is not built'}`, () => {
  test.each(['terminate', 'throw', 'exit'] as const)('that %s while they compute', async (ends) => {
    for (let round = 0; round < 12; round++) {
      await Promise.all([endWhileComputing(ends), endWhileComputing(ends), endWhileComputing(ends)]);
    }
    const native = everyBackend.find(({ kernels }) => kernels.backend === 'native')?.kernels as Kernels;
    expectSameBits('afterwards', outputOf(native, call), outputOf(reference, call));
  });

  test.runIf(existsSync('/proc/self/task'))('threads of the pool end when nothing is asked of them', () => {
    const program = `
      import { readdirSync } from 'node:fs';
      import { createRuntime, tensor } from ${JSON.stringify(entry.href)};
      const count = () => readdirSync('/proc/self/task').length;
      const before = count();
      const runtime = await createRuntime({ backend: 'native', threads: 5 });
      const operator = runtime.preparePointwiseConv2d(tensor(new Float32Array(64 * 64), [64, 64]));
      await operator.runAsync(runtime.allocate([4, 56, 56, 64]));
      console.log(count() - before);
      const timer = setInterval(() => count() > before || clearInterval(timer), 100);`;
    const args = ['--input-type=module', '-e', program];
    const { stdout, status } = spawnSync(node, args, { encoding: 'utf8', timeout: 100_000 });
    expect({ stdout, status }).toEqual({ stdout: '5\n', status: 0 });
  });

  test('a process that exits while it computes', () => {
    const script = storm.replace("require('node:worker_threads')", '{ parentPort: { postMessage() {} } }');
    const program = script.replace('workerData }', 'workerData = { entry: process.argv[1], ends: process.argv[2] } }');
    for (const ends of ['exit', 'throw', 'nothing']) {
      const { status, signal } = spawnSync(node, ['-e', program, entry.href, ends]);
      expect([status, signal]).toEqual([ends === 'throw' ? 1 : 0, null]);
    }
  });
});

describe.skipIf(!isBuilt)(`workers${isBuilt ? '' : ': dist is not built'}`, () => {
  test.each(everyBackend)('$name, in three workers at once, twice', async ({ kernels }) => {
    const expected = outputOf(reference, call);
    for (const round of [1, 2]) {
      const outputs = await Promise.all([compute(kernels), compute(kernels), compute(kernels)]);
      for (const output of outputs) expectSameBits(`round ${round}`, output, expected);
    }
  });
});
