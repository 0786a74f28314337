// Tensors in a backend's own memory: used in place, alive through growth, refused once they are disposed.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import type { Kernels } from '../src/core/kernels.js';
import { arrayTypes, sizeOf, type Tensor, type TensorData } from '../src/core/tensor.js';
import { type AllocatedTensor, createRuntime, type Runtime, tensor } from '../src/entries/node.js';
import { type OperationName, operationsOn, ops } from '../src/ops/index.js';
import { everyBackend } from './support/backends.js';
import { bitsOf, expectSameBits } from './support/bits.js';
import { type Call, callOf, outputOf, prepare } from './support/cases.js';
import { expectError } from './support/errors.js';
import { namedCases } from './support/named-cases.js';

const names = Object.keys(ops) as OperationName[];
const expected = operationsOn(() => reference);
const runtimes: Runtime[] = [await createRuntime({ backend: 'reference' })];
for (const backend of new Set(everyBackend.map(({ kernels }) => kernels.backend))) {
  runtimes.push(await createRuntime({ backend }));
}
const wasm = runtimes.find(({ info }) => info.backend === 'wasm') as Runtime;

function ramp(...shape: readonly number[]): Tensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 37) % 101) - 50),
    shape,
  );
}

/** A copy of a tensor in a runtime's memory. */
function placed(runtime: Runtime, { data, shape }: Tensor): AllocatedTensor {
  const copy = runtime.allocate(shape);
  copy.data.set(data);
  return copy;
}

const memorySize = (runtime: Runtime): number => {
  const probe = runtime.allocate([1]);
  const { byteLength } = probe.data.buffer;
  probe[Symbol.dispose]();
  return byteLength;
};

const filter = ramp(3, 3, 8, 1);
const mix = ramp(8, 8);
const same = { padding: 'same' } as const;

/** Runs a case whose operands stand side by side in one allocation, and checks what lies between them. */
function runSideBySide(kernels: Kernels, call: Call): Tensor<TensorData> {
  const operator = prepare(kernels, call);
  const shape = operator.outputShape(call.input.shape);
  const type = arrayTypes[call.about.dtype ?? 'float32'];
  const [inputSize, outputSize, gap] = [sizeOf(call.input.shape), sizeOf(shape), 17];
  const size = inputSize + 2 * outputSize + 4 * gap;
  const memory = kernels.allocate(type, size);
  const view = (begin: number, length: number) => memory.data.subarray(begin, begin + length);
  memory.data.fill(type === 'Uint8Array' ? 255 : NaN);
  const input = { data: view(gap, inputSize), shape: call.input.shape };
  const residual = { data: view(inputSize + 2 * gap, outputSize), shape };
  const out = { data: view(inputSize + outputSize + 3 * gap, outputSize), shape };
  input.data.set(call.input.data);
  if (call.residual !== undefined) residual.data.set(call.residual.data);
  const before = bitsOf(memory.data.slice());
  operator.run(input as Tensor, call.residual === undefined ? { out } : { out, residual: residual as Tensor });
  const after = bitsOf(memory.data.slice());
  const outAt = inputSize + outputSize + 3 * gap;
  const changed = after.findIndex((bits, i) => bits !== before[i] && (i < outAt || i >= outAt + outputSize));
  expect(changed, `${JSON.stringify(call.about)}: wrote at ${changed - outAt} of ${outputSize}`).toBe(-1);
  const result = { data: view(outAt, outputSize).slice(), shape };
  memory.free();
  operator[Symbol.dispose]();
  return result;
}

/** One of each kind, the best: the other instruction sets read plain memory just as this one does. */
const oneOfEach = everyBackend.filter(
  ({ kernels }, i) => i === everyBackend.findIndex((other) => other.kernels.backend === kernels.backend),
);

describe.each(oneOfEach)('$name', ({ kernels }) => {
  test.each(names)('%s on operands side by side', (name) => {
    for (const layout of ['NHWC', 'NCHW'] as const) {
      for (const aCase of namedCases[name]) {
        const call = callOf(name, { ...aCase, layout });
        expectSameBits(name, runSideBySide(kernels, call), outputOf(kernels, call), layout, call.about);
      }
    }
  });
});

describe.each(runtimes)('$info.backend', (runtime) => {
  test('is a tensor of zeros, whatever was there before', () => {
    for (let i = 0; i < 3; i++) {
      const used = runtime.allocate([2, 3, 5, 7]);
      expect(used.shape).toEqual([2, 3, 5, 7]);
      expect(used.data).toEqual(new Float32Array(210));
      used.data.fill(5);
      used[Symbol.dispose]();
    }
    const bytes = runtime.allocate([3, 5], 'uint8');
    expect(bytes.data).toEqual(new Uint8Array(15));
    bytes[Symbol.dispose]();
  });

  test('of no elements', () => {
    const empty = runtime.allocate([0, 4, 4, 8]);
    const out = runtime.allocate([0, 2, 2, 8]);
    expect(empty.data).toEqual(new Float32Array(0));
    expect(runtime.depthwiseConv2d(empty, filter, { out })).toBe(out);
    expect(runtime.depthwiseConv2d(empty, filter).shape).toEqual([0, 2, 2, 8]);
    for (const used of [empty, out]) used[Symbol.dispose]();
  });

  test.each([[[2, -1]], [[1.5]], ['4'], [[2 ** 16, 2 ** 16]], [undefined]])('refuses the shape %j', (shape) => {
    expectError(() => runtime.allocate(shape as never), 'ERR_SHAPE', 'shape');
  });

  test('refuses an unknown type', () => {
    expectError(() => runtime.allocate([1], 'int8' as never), 'ERR_OPTION', 'dtype');
  });

  test('as input, residual, out and filter', () => {
    const [image, sum] = [ramp(1, 9, 7, 8), ramp(1, 9, 7, 8)];
    const answer = expected.depthwiseConv2d(image, filter, { ...same, residual: sum });
    const [input, residual, own] = [image, sum, filter].map((plain) => placed(runtime, plain));
    const out = runtime.allocate(answer.shape);
    expect(runtime.depthwiseConv2d(input, own, { ...same, residual, out })).toBe(out);
    expectSameBits('allocated', out, answer);
    const mixed = runtime.depthwiseConv2d(image, filter, { ...same, residual, out });
    expectSameBits('plain input', mixed, answer);
    const plain = runtime.depthwiseConv2d(input, filter, { ...same, residual: sum });
    expectSameBits('plain output', plain, answer);
    expect(plain.data.buffer).not.toBe(out.data.buffer);
    for (const used of [input, residual, own, out]) used[Symbol.dispose]();
  });

  test('pictures of bytes', () => {
    const image = tensor(
      Uint8Array.from({ length: 240 }, (_, i) => (i * 37) % 256),
      [1, 8, 10, 3],
    );
    const taps = Float32Array.of(0.25, 0.5, 0.25);
    const [input, out] = [runtime.allocate(image.shape, 'uint8'), runtime.allocate(image.shape, 'uint8')];
    input.data.set(image.data);
    expect(runtime.sepFilter2d(input, taps, taps, { out })).toBe(out);
    expectSameBits('bytes', out, expected.sepFilter2d(image, taps, taps));
    for (const used of [input, out]) used[Symbol.dispose]();
  });

  test('in place, and not partly over what is read', () => {
    const [a, b] = [placed(runtime, ramp(1, 3, 3, 7)), placed(runtime, ramp(1, 3, 3, 7))];
    runtime.add(a, b, { out: b });
    runtime.activate(a, 'relu', { out: a });
    expectSameBits('add', b, expected.add(ramp(1, 3, 3, 7), ramp(1, 3, 3, 7)));
    expectSameBits('activate', a, expected.activate(ramp(1, 3, 3, 7), 'relu'));
    const both = placed(runtime, ramp(2, 3, 3, 7));
    const part = (at: number) => ({ data: both.data.subarray(at, at + 63), shape: [1, 3, 3, 7] });
    for (const at of [1, 62]) {
      expectError(() => runtime.activate(part(0), 'relu', { out: part(at) }), 'ERR_OVERLAP', 'out', 'input');
    }
    expectError(() => runtime.maxPool2d(both, { windowDimensions: 1, out: both }), 'ERR_OVERLAP', 'out', 'input');
    expectSameBits('untouched', both, ramp(2, 3, 3, 7));
    runtime.activate(part(0), 'relu', { out: part(63) });
    expectSameBits('beside', part(63), expected.activate(ramp(1, 3, 3, 7), 'relu'));
    for (const used of [a, b, both]) used[Symbol.dispose]();
  });

  test('once disposed is refused by name', () => {
    const [good, gone] = [runtime.allocate([1, 4, 4, 8]), runtime.allocate([1, 4, 4, 8])];
    const operator = runtime.prepareDepthwiseConv2d(filter, same);
    gone[Symbol.dispose]();
    gone[Symbol.dispose]();
    expect(gone.shape).toEqual([1, 4, 4, 8]);
    expectError(() => gone.data, 'ERR_DISPOSED', 'tensor');
    for (let i = 0; i < 2; i++) {
      expectError(() => operator.run(gone), 'ERR_DISPOSED', 'input');
      expectError(() => operator.run(good, { out: gone }), 'ERR_DISPOSED', 'out');
      expectError(() => operator.run(good, { residual: gone }), 'ERR_DISPOSED', 'residual');
      expectError(() => runtime.depthwiseConv2d(good, gone), 'ERR_DISPOSED', 'filter');
      expectError(() => runtime.sepFilter2d(gone, filter.data, filter.data), 'ERR_DISPOSED', 'input');
      expect(operator.run(good).data).toEqual(new Float32Array(128));
    }
    good[Symbol.dispose]();
  });

  test('of every other runtime', () => {
    const image = ramp(1, 6, 5, 8);
    const answer = expected.depthwiseConv2d(image, filter);
    for (const other of runtimes) {
      const [input, out] = [placed(other, image), other.allocate(answer.shape)];
      runtime.depthwiseConv2d(input, filter, { out });
      expectSameBits(`from ${other.info.backend}`, out, answer);
      for (const used of [input, out]) used[Symbol.dispose]();
    }
  });
});

describe.skipIf(wasm === undefined)('the memory of WASM', () => {
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
