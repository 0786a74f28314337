// A prepared operator with `out` allocates nothing, run after run: neither objects nor memory outside of the heap.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createRuntime, type Operator, type Runtime, tensor } from '../src/entries/node.js';
import { everyBackend } from './support/backends.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const runs = 20_000;

/** Bytes of objects that the runs have left, at the least of some attempts: a compiler at work may add to one of them. */
function bytesLeftBy(run: () => void): number {
  let least = Infinity;
  for (let attempt = 0; attempt < 12 && least > runs; attempt++) {
    for (let i = 0; i < runs; i++) run();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < runs; i++) run();
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least;
}

const tensorOf = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), shape);
const shape = [1, 4, 4, 8];

const operators: Readonly<Record<string, (runtime: Runtime) => Operator>> = {
  prepareDepthwiseConv2d: (runtime) => runtime.prepareDepthwiseConv2d(tensorOf(3, 3, 8, 1), { padding: 'same' }),
  preparePointwiseConv2d: (runtime) => runtime.preparePointwiseConv2d(tensorOf(8, 8)),
};

test('an object of two words a run would be seen', () => {
  let last: object = {};
  expect(
    bytesLeftBy(() => {
      last = [];
    }),
  ).toBeGreaterThan(runs);
  expect(last).toEqual([]);
});

describe.each([...new Set(everyBackend.map(({ kernels }) => kernels.backend))])('%s', (backend) => {
  test.each(Object.keys(operators))('%s with out leaves nothing', async (name) => {
    const runtime = await createRuntime({ backend });
    const operator = operators[name](runtime);
    const [input, options] = [tensorOf(...shape), { out: tensorOf(...shape), residual: tensorOf(...shape) }];
    const resident = { out: runtime.allocate(shape) };
    const own = runtime.allocate(shape);
    collect();
    const { external } = process.memoryUsage();
    // Less than a byte a run: the smallest object has twelve.
    expect(bytesLeftBy(() => operator.run(input, options))).toBeLessThan(runs);
    expect(bytesLeftBy(() => operator.run(own, resident))).toBeLessThan(runs);
    expect(process.memoryUsage().external).toBeLessThanOrEqual(external);
  });
});
