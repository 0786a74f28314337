// npm run bench:server -- [--only name] [--seconds n]
// What runs cost a server beside their own time: the delay of its event loop, of hand-over, of an abort. Each measure has a
// process of its own.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type AllocatedTensor, createRuntime, type Operator, type Runtime, type Tensor } from '../src/entries/node.js';
import { type MeasuredLayer, outputShape, pointwise, separable } from '../src/measure/layer.js';
import { makeOperands, prepareLayer } from '../src/measure/operands.js';
import { median } from '../src/measure/sampler.js';
import type { JavaScript } from './contender.js';
import { onnxruntimeNode } from './contenders/onnxruntime-node.js';
import { describeMachine, load } from './machine.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    /** What the process of a measure is told. */
    here: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const threads = availableParallelism();

/** As a server has them: a batch of pictures within a network. */
const batch = separable(56, 128, 128, { batch: 32 });

interface Prepared {
  readonly runtime: Runtime;
  readonly operator: Operator;
  readonly input: AllocatedTensor;
  readonly out: AllocatedTensor;
}

async function prepare(layer: MeasuredLayer, options = {}): Promise<Prepared> {
  const runtime = await createRuntime({ backend: 'native', ...options });
  const { input, filters } = makeOperands(layer);
  const operator = prepareLayer(runtime, layer, filters, 'NHWC') as unknown as Operator;
  const own = runtime.allocate(layer.input);
  own.data.set((input as Tensor).data);
  return { runtime, operator, input: own, out: runtime.allocate(outputShape(layer)) };
}

/** Results whose memory is touched for the first time. */
const coldResults = 8;

/** Streams one input for so many seconds from when it is warm. @returns results a second */
async function streamFor({ operator, input }: Prepared, duration: number, concurrency?: number): Promise<number> {
  let from = Infinity;
  const isOver = () => performance.now() - from > duration * 1000;
  const inputs = (function* () {
    while (!isOver()) yield input;
  })();
  let results = -coldResults;
  for await (const _ of operator.stream(inputs, { reuse: true, concurrency })) {
    if (++results === 0) from = performance.now();
  }
  return (results * 1000) / (performance.now() - from);
}

/** The same by a bare loop. */
function loopFor({ operator, input, out }: Prepared, duration: number): number {
  const from = performance.now();
  let results = 0;
  while (performance.now() - from < duration * 1000) {
    operator.run(input, { out });
    results++;
  }
  return (results * 1000) / (performance.now() - from);
}

/** The 99th percentile of the delay of timers meanwhile, in milliseconds. */
async function delayDuring(busy: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await busy();
  histogram.disable();
  return histogram.percentile(99) / 1e6;
}

interface Figure {
  readonly text: string;
  readonly value: number;
}

interface Measure {
  readonly title: string;
  readonly wanted: string;
  isMet(value: number): boolean;
  measure(): Promise<Figure>;
}

/** A ratio of two that take turns, by the median of the rounds. */
async function ratioOf(one: () => number | Promise<number>, other: () => number | Promise<number>): Promise<Figure> {
  const ratios: number[] = [];
  for (let round = 0; round < 7; round++) {
    const first = await one();
    ratios.push(first / (await other()));
  }
  return { value: median(ratios), text: `${median(ratios).toFixed(2)}×` };
}

const measures: Readonly<Record<string, Measure>> = {
  delay: {
    title: 'event loop delay p99 while a stream keeps all cores busy',
    wanted: 'at most 5 ms',
    isMet: (value) => value <= 5,
    async measure() {
      const prepared = await prepare(batch);
      await streamFor(prepared, 1);
      const value = await delayDuring(() => streamFor(prepared, seconds));
      return { value, text: `${value.toFixed(2)} ms` };
    },
  },
  'delay-onnxruntime': {
    title: 'the same of onnxruntime-node',
    wanted: '',
    isMet: () => true,
    async measure() {
      const contender = onnxruntimeNode.find((each) => each.threads === threads) ?? onnxruntimeNode[0];
      const { run } = await (contender.runs as JavaScript).start(batch, makeOperands(batch));
      const runFor = async (duration: number) => {
        for (const from = performance.now(); performance.now() - from < duration * 1000; ) await run();
      };
      await runFor(1);
      const value = await delayDuring(() => runFor(seconds));
      return { value, text: `${value.toFixed(2)} ms` };
    },
  },
  throughput: {
    title: 'throughput of a stream against a bare loop with the same threads',
    wanted: 'at least 0.95×',
    isMet: (value) => value >= 0.95,
    async measure() {
      const prepared = await prepare(batch, { threads });
      await streamFor(prepared, 1);
      return ratioOf(
        () => streamFor(prepared, seconds / 5),
        () => loopFor(prepared, seconds / 5),
      );
    },
  },
  streams: {
    title: 'two streams of one thread each against one',
    wanted: 'at least 1.85×',
    isMet: (value) => value >= 1.85,
    async measure() {
      const [one, other] = [await prepare(batch, { threads: 1 }), await prepare(batch, { threads: 1 })];
      await streamFor(one, 1);
      // One input under way: another one would have a thread of its own.
      const alone = (each: Prepared) => streamFor(each, seconds / 5, 1);
      const both = async () => {
        const [first, second] = await Promise.all([alone(one), alone(other)]);
        return first + second;
      };
      return ratioOf(both, () => alone(one));
    },
  },
  'hand-over': {
    title: 'runAsync over run, a layer of 1 MFLOP',
    wanted: 'at most 30 µs',
    isMet: (value) => value <= 30,
    async measure() {
      const { operator, input, out } = await prepare(pointwise(28, 32, 20));
      const differences: number[] = [];
      const timed = async (run: () => unknown) => {
        const from = performance.now();
        await run();
        return (performance.now() - from) * 1000;
      };
      for (let i = 0; i < 20_000; i++) {
        const started = await timed(() => operator.runAsync(input, { out }));
        const from = performance.now();
        operator.run(input, { out });
        differences.push(started - (performance.now() - from) * 1000);
      }
      const value = median(differences.slice(1000));
      return { value, text: `${value.toFixed(1)} µs` };
    },
  },
  abort: {
    title: 'from an abort inside of a call of a second to the rejection, the longest of 20',
    wanted: 'at most 5 ms',
    isMet: (value) => value <= 5,
    async measure() {
      const { longest } = await abortTimes();
      return { value: longest, text: `${longest.toFixed(2)} ms` };
    },
  },
  idle: {
    title: 'processor time in the 50 ms that begin 10 ms after such an abort, the most of 20',
    wanted: 'at most 2 ms',
    isMet: (value) => value <= 2,
    async measure() {
      const { busiest } = await abortTimes();
      return { value: busiest, text: `${busiest.toFixed(2)} ms` };
    },
  },
};

/** Milliseconds from aborts to rejections, and of processor time that is used afterwards. */
async function abortTimes(): Promise<{ longest: number; busiest: number }> {
  const { operator, input, out } = await prepare(batch);
  const from = performance.now();
  operator.run(input, { out });
  const long = await prepare({ ...batch, input: [Math.ceil(32000 / (performance.now() - from)), 56, 56, 128] });
  let [longest, busiest] = [0, 0];
  for (let i = 0; i < 20; i++) {
    const controller = new AbortController();
    const run = long.operator.runAsync(long.input, { out: long.out, signal: controller.signal });
    await sleep(200 + 10 * i);
    const aborted = performance.now();
    controller.abort();
    await run.then(
      () => Promise.reject(new Error('the call was over before its abort')),
      () => {},
    );
    longest = Math.max(longest, performance.now() - aborted);
    await sleep(10 - Math.min(10, performance.now() - aborted));
    const before = process.cpuUsage();
    await sleep(50);
    const { user, system } = process.cpuUsage(before);
    busiest = Math.max(busiest, (user + system) / 1000);
  }
  return { longest, busiest };
}

const names = Object.keys(measures).filter((name) => values.only === undefined || name === values.only);
if (names.length === 0) throw new Error(`--only: one of ${Object.keys(measures).join(', ')}`);

if (values.here) {
  const { title, wanted, isMet, measure } = measures[names[0]];
  const { value, text } = await measure();
  const verdict = wanted === '' ? '' : ` (${wanted}: ${isMet(value) ? 'met' : 'NOT met'})`;
  console.log(`${title}: ${text}${verdict}`);
} else {
  const { processor, priority } = describeMachine();
  console.log(`${processor}, ${threads} threads, ${priority}, load ${load().toFixed(1)}`);
  for (const name of names) {
    const args = [fileURLToPath(import.meta.url), '--here', '--only', name, '--seconds', values.seconds];
    spawnSync(process.execPath, args, { stdio: 'inherit' });
  }
}
