// What a server does for weeks, in minutes: the same runs again and again, threads and runtimes that come and go.
import { Worker } from 'node:worker_threads';
import { createRuntime, type Runtime, tensor } from '../../src/entries/node.js';
import { type OperationName, ops } from '../../src/ops/index.js';
import { currentHost } from '../../src/runtime/host.js';
import { select } from '../../src/runtime/select.js';
import { type Case, callOf, prepare } from '../support/cases.js';
import { type Growth, growthOf } from './memory.js';

export interface Scenario {
  readonly title: string;
  readonly times: number;
  /** @throws where something is lost, beside memory */
  run(times: number): Promise<Growth>;
}

const filled = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape);

/** Enough work to be started, not done at once. */
const layer = (runtime: Runtime) => runtime.preparePointwiseConv2d(filled(64, 32));
const layerShape = [1, 28, 28, 64];

async function reuse(runtime: Runtime, times: number): Promise<Growth> {
  const image = runtime.allocate(layerShape);
  image.data.fill(1);
  const images = (function* () {
    for (;;) yield image;
  })();
  const outputs = layer(runtime).stream(images, { reuse: true });
  const growth = await growthOf(times, async () => {
    const { value } = await outputs.next();
    if (value?.data[0] !== 32) throw new Error(`a run gave ${value?.data[0]}, not 32`);
  });
  await outputs.return();
  return growth;
}

const smallImage = { image: [1, 4, 4, 8] } as const;
const small: Readonly<Record<OperationName, Case>> = {
  depthwiseConv2d: smallImage,
  pointwiseConv2d: { ...smallImage, outputs: 8 },
  separableConv2d: { ...smallImage, outputs: 8 },
  conv2d: { ...smallImage, outputs: 4 },
  convTranspose2d: { ...smallImage, outputs: 4 },
  maxPool2d: smallImage,
  avgPool2d: smallImage,
  globalMaxPool2d: smallImage,
  globalAvgPool2d: smallImage,
  activate: { ...smallImage, options: { activation: 'relu' } },
  add: smallImage,
  sepFilter2d: { ...smallImage, dtype: 'uint8' },
};

/** Runs of every op, `times` of each, a thousand at a time. */
async function smallCalls(backend: 'native' | 'wasm', times: number): Promise<Growth> {
  const { kernels } = select(currentHost(), { backend });
  const runs = (Object.keys(ops) as OperationName[]).map((name) => {
    const call = callOf(name, small[name]);
    const operator = prepare(kernels, call);
    const { data, shape } = operator.run(call.input, { residual: call.residual });
    const options = { out: { data, shape }, residual: call.residual };
    return () => operator.run(call.input, options);
  });
  return growthOf(times / 1000, () => {
    for (const run of runs) for (let i = 0; i < 1000; i++) run();
  });
}

const entry = new URL('../../dist/entries/node.js', import.meta.url);
const ways = ['terminate', 'throw', 'exit'];
const computing = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.entry).then(async ({ createRuntime, tensor }) => {
    const runtime = await createRuntime({ backend: 'native' });
    const operator = runtime.preparePointwiseConv2d(tensor(new Float32Array(64 * 64), [64, 64]));
    const input = runtime.allocate([4, 56, 56, 64]);
    for (let i = 0; i < 8; i++) operator.runAsync(input).catch(() => {});
    parentPort.postMessage('computing');
    if (workerData.way === 'throw') throw new Error('in the middle');
    if (workerData.way === 'exit') process.exit(0);
  });`;

function endWhileComputing(way: string): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(computing, { eval: true, workerData: { entry: entry.href, way } });
    worker.once('message', () => way === 'terminate' && worker.terminate());
    worker.once('error', () => {});
    worker.once('exit', () => resolve());
  });
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  'reuse-native': {
    title: 'runs of a stream with reuse, native',
    times: 100_000,
    run: async (times) => reuse(await createRuntime({ backend: 'native' }), times),
  },
  'reuse-wasm': {
    title: 'runs of a stream with reuse, wasm',
    times: 100_000,
    run: async (times) => reuse(await createRuntime({ backend: 'wasm' }), times),
  },
  'reuse-wasm-threads': {
    title: 'runs of a stream with reuse, wasm on two threads',
    times: 100_000,
    run: async (times) => reuse(await createRuntime({ backend: 'wasm', threads: 2 }), times),
  },
  'small-native': {
    title: 'small calls of every operation, native',
    times: 1_000_000,
    run: (times) => smallCalls('native', times),
  },
  'small-wasm': {
    title: 'small calls of every operation, wasm',
    times: 1_000_000,
    run: (times) => smallCalls('wasm', times),
  },
  workers: {
    title: 'worker threads that end while they compute',
    times: 1000,
    run: (times) => growthOf(times, (i) => endWhileComputing(ways[i % ways.length])),
  },
  runtimes: {
    title: 'runtimes',
    times: 1000,
    run: (times) =>
      growthOf(times, async (i) => {
        const runtime = await createRuntime(
          [{ backend: 'native' }, { backend: 'wasm' }, { backend: 'wasm', threads: 2 }][i % 3] as never,
        );
        await layer(runtime).runAsync(filled(...layerShape));
      }),
  },
  'operators-native': {
    title: 'operators that are made, run and dropped, native',
    times: 100_000,
    run: async (times) => dropped(await createRuntime({ backend: 'native' }), times),
  },
  'operators-wasm': {
    title: 'operators that are made, run and dropped, wasm',
    times: 100_000,
    run: async (times) => dropped(await createRuntime({ backend: 'wasm' }), times),
  },
};

async function dropped(runtime: Runtime, times: number): Promise<Growth> {
  const [filter, image] = [filled(3, 3, 64, 1), filled(1, 4, 4, 64)];
  return growthOf(times, () => {
    runtime.prepareDepthwiseConv2d(filter).run(image);
  });
}
