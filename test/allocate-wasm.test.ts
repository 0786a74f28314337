// The memory of WASM under the tensors in it: alive through growth, given back, each instance with its own.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { sizeOf } from '../src/core/shape.js';
import type { Tensor } from '../src/core/tensor.js';
import { createRuntime, type Runtime, tensor } from '../src/entries/node.js';
import { operationsOn } from '../src/ops/index.js';
import { placed, ramp } from './support/allocated.js';
import { everyBackend } from './support/backends.js';
import { expectSameBits } from './support/bits.js';
import { expectError, withCode } from './support/errors.js';

const expected = operationsOn(() => reference);
const isThere = everyBackend.some(({ kernels }) => kernels.backend === 'wasm');
const wasm = (isThere ? await createRuntime({ backend: 'wasm' }) : undefined) as Runtime;

const memorySize = (runtime: Runtime): number => {
  const probe = runtime.allocate([1]);
  const { byteLength } = probe.data.buffer;
  probe[Symbol.dispose]();
  return byteLength;
};

const filter = ramp(3, 3, 8, 1);
const mix = ramp(8, 8);
const same = { padding: 'same' } as const;

describe.skipIf(!isThere)('the memory of WASM', () => {
  /** An instance of its own, with a memory of one MiB. */
  async function newInstance(): Promise<Runtime> {
    vi.resetModules();
    const copy = await import('../src/entries/node.js');
    const runtime = (await copy.createRuntime({ backend: 'wasm' })) as Runtime;
    expect(memorySize(runtime)).toBe(2 ** 20);
    return runtime;
  }

  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('a run that needs more than there can be ends before it writes anything', () => {
    const beside = wasm.allocate([1, 16, 16, 4]);
    beside.data.fill(7);
    const shape = [1, 1, 2 ** 26, 4];
    const [image, out] = [tensor(new Uint8Array(2 ** 28), shape), tensor(new Uint8Array(2 ** 28), shape)];
    const [across, down] = [Float32Array.of(1, 2, 1), new Float32Array(15).fill(1)];
    expect(() => wasm.sepFilter2d(image, across, down, { out })).toThrow(withCode('ERR_MEMORY'));
    expect(beside.data.every((value) => value === 7)).toBe(true);
    const small = ramp(1, 5, 6, 4);
    expectSameBits('next', wasm.sepFilter2d(small, across, down), expected.sepFilter2d(small, across, down));
    beside[Symbol.dispose]();
  });

  test('a chain of layers copies only at its ends', () => {
    const image = ramp(1, 12, 12, 8);
    const own = Array.from({ length: 5 }, () => wasm.allocate(image.shape));
    const [input, first, second, third, last] = own;
    const [depthwise, pointwise] = [wasm.prepareDepthwiseConv2d(filter, same), wasm.preparePointwiseConv2d(mix)];
    const add = wasm.prepareAdd({ activation: 'relu6' });
    const chain = (from: Tensor, to: Tensor) => {
      depthwise.run(from, { out: first });
      pointwise.run(first, { out: second });
      depthwise.run(second, { out: third });
      add.run(third, { residual: second, out: third });
      pointwise.run(third, { out: to });
    };
    const out = tensor(new Float32Array(sizeOf(image.shape)), image.shape);
    input.data.set(image.data);
    chain(image, out);
    const prototype = Object.getPrototypeOf(Float32Array.prototype);
    const copies = (['set', 'subarray', 'slice', 'fill', 'copyWithin'] as const).map((n) => vi.spyOn(prototype, n));
    const count = () => copies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    chain(image, out);
    expect(count()).toBe(2);
    chain(input, last);
    expect(count()).toBe(2);
    vi.restoreAllMocks();
    expectSameBits('the chain', last, out);
    for (const used of own) used[Symbol.dispose]();
  });

  test('grows under tensors, and their data with it', () => {
    const small = placed(wasm, ramp(1, 6, 5, 8));
    const old = small.data;
    const grown = wasm.allocate([memorySize(wasm) / 4]);
    expect(old.length).toBe(0);
    expectError(() => wasm.activate({ data: old, shape: small.shape }, 'relu'), 'ERR_BUFFER', 'input.data');
    expectError(() => tensor(old, small.shape), 'ERR_BUFFER', 'data');
    expectSameBits('after growth', small, ramp(1, 6, 5, 8));
    expect(small.data).toBe(small.data);
    expectSameBits('used', wasm.depthwiseConv2d(small, filter), expected.depthwiseConv2d(ramp(1, 6, 5, 8), filter));
    for (const used of [small, grown]) used[Symbol.dispose]();
  });

  const inMemory = [
    ['input', 'out'],
    ['input', 'residual'],
    ['residual', 'out'],
    ['input', 'residual', 'out'],
  ].flatMap((resident) => [{ resident, layout: 'NHWC' } as const, { resident, layout: 'NCHW' } as const]);

  test.each(inMemory)('may grow during a run with $resident in it, $layout', async ({ resident, layout }) => {
    const runtime = await newInstance();
    const options = { layout, filterLayout: 'HWOI' } as const;
    const weights = ramp(1, 1, 1, 1);
    const operator = runtime.prepareConvTranspose2d(weights, options);
    const shape = layout === 'NHWC' ? [1, 100, 900, 1] : [1, 1, 100, 900];
    const plain = { input: ramp(...shape), residual: ramp(...shape), out: tensor(new Float32Array(90_000), shape) };
    const answer = expected.convTranspose2d(plain.input, weights, { ...options, residual: plain.residual });
    const own = resident.map((name) => [name, placed(runtime, plain[name as 'out'])] as const);
    const { input, residual, out } = { ...plain, ...Object.fromEntries(own) };
    const before = memorySize(runtime);
    operator.run(input, { residual, out });
    if (resident.length < 3 || layout === 'NCHW') expect(memorySize(runtime)).toBeGreaterThan(before);
    expectSameBits(`${resident}`, out, answer, layout);
  });

  test('may grow while a filter in it is packed', async () => {
    const runtime = await newInstance();
    const own = placed(runtime, ramp(8, 2 ** 14));
    expect(memorySize(runtime)).toBe(2 ** 20);
    const result = runtime.pointwiseConv2d(ramp(1, 1, 1, 8), own);
    expect(memorySize(runtime)).toBeGreaterThan(2 ** 20);
    expectSameBits('filter', result, expected.pointwiseConv2d(ramp(1, 1, 1, 8), ramp(8, 2 ** 14)));
  });

  test('that can not be had is a typed error, and nothing is lost by it', () => {
    const before = memorySize(wasm);
    const allocate = () => wasm.allocate([2 ** 15, 2 ** 15]);
    for (let i = 0; i < 3; i++) expect(allocate).toThrow(expect.objectContaining({ code: 'ERR_MEMORY' }));
    expect(memorySize(wasm)).toBe(before);
  });

  test('of another instance is read as any other', async () => {
    const other = await newInstance();
    const image = ramp(1, 6, 5, 8);
    const [input, out] = [placed(other, image), wasm.allocate([1, 4, 3, 8])];
    expect(input.data.buffer).not.toBe(out.data.buffer);
    wasm.depthwiseConv2d(input, filter, { out });
    expectSameBits('theirs in', out, expected.depthwiseConv2d(image, filter));
    const theirs = other.allocate(out.shape);
    wasm.depthwiseConv2d(image, filter, { out: theirs });
    expectSameBits('theirs out', theirs, out);
    out[Symbol.dispose]();
  });

  test('is freed with dropped tensors, but not under a view that somebody has', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const view = placed(wasm, ramp(64, 1024)).data;
    const before = memorySize(wasm);
    for (let i = 0; i < 100; i++) {
      wasm.allocate([64, 1024]);
      collect();
      await new Promise(setImmediate);
    }
    expect(memorySize(wasm)).toBeLessThan(before + 50 * view.byteLength);
    if (view.length > 0) expect(view).toEqual(ramp(64, 1024).data);
  });

  test('is where it was after thousands of calls, errors among them', () => {
    const image = ramp(1, 6, 5, 8);
    const operator = wasm.prepareDepthwiseConv2d(filter);
    const [input, kept] = [placed(wasm, image), wasm.allocate([1, 4, 3, 8])];
    const cycle = (i: number) => {
      wasm.pointwiseConv2d(input, mix);
      operator.run(input, { out: kept });
      operator.run(image);
      const other = wasm.allocate([1, 4, 3, 1 + (i % 100)]);
      expect(() => operator.run(image, { out: i % 100 === 7 ? kept : other, residual: filter })).toThrow();
      other[Symbol.dispose]();
      expect(() => operator.run(other)).toThrow();
    };
    /** Where blocks of these sizes are found. */
    const places = () => {
      const probes = [1, 100, 3000, 20_000, 100_000].map((length) => wasm.allocate([length]));
      const found = probes.map(({ data }) => data.byteOffset);
      for (const probe of probes) probe[Symbol.dispose]();
      return found;
    };
    cycle(0);
    const before = [places(), memorySize(wasm)];
    for (let i = 0; i < 3000; i++) cycle(i);
    expect([places(), memorySize(wasm)]).toEqual(before);
    for (const used of [input, kept]) used[Symbol.dispose]();
  });
});
