// Tensors in a backend's own memory: used in place, on a line of the cache for native kernels, refused once disposed.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { AllocatedTensor } from '../src/core/allocated.js';
import type { TensorData } from '../src/core/arrays.js';
import type { Kernels } from '../src/core/kernels.js';
import { sizeOf } from '../src/core/shape.js';
import type { Tensor } from '../src/core/tensor.js';
import { createRuntime, type Runtime, tensor } from '../src/entries/node.js';
import { type OperationName, operationsOn, ops } from '../src/ops/index.js';
import { placed, ramp } from './support/allocated.js';
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

const filter = ramp(3, 3, 8, 1);
const same = { padding: 'same' } as const;

/** Runs a case whose operands stand side by side in one allocation, and checks what lies between them. */
function runSideBySide(kernels: Kernels, call: Call): Tensor<TensorData> {
  const operator = prepare(kernels, call);
  const shape = operator.outputShape(call.input.shape);
  const dtype = call.about.dtype ?? 'float32';
  const [inputSize, outputSize, gap] = [sizeOf(call.input.shape), sizeOf(shape), 17];
  const size = inputSize + 2 * outputSize + 4 * gap;
  const memory = new AllocatedTensor<TensorData>(
    kernels.allocate(AllocatedTensor.bytesOf([size], dtype)),
    [size],
    dtype,
  );
  const view = (begin: number, length: number) => memory.data.subarray(begin, begin + length);
  memory.data.fill(dtype === 'uint8' ? 255 : NaN);
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
  memory[Symbol.dispose]();
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

const native = runtimes.find(({ info }) => info.backend === 'native') as Runtime;

describe.skipIf(native === undefined)('the memory of native kernels', () => {
  const addon = fileURLToPath(new URL('../build/Release/sepconv.node', import.meta.url));

  test.skipIf(!existsSync(addon))('begins on a line of the cache', () => {
    const { bytesToLine }: { bytesToLine(array: TensorData): number } = createRequire(import.meta.url)(addon);
    const sizes = [0, 1, 15, 16, 17, 64, 1000, 2 ** 15 + 3, 2 ** 20];
    const all = (['float32', 'uint8'] as const).flatMap((dtype) => sizes.map((size) => native.allocate([size], dtype)));
    for (const [i, { data }] of all.entries()) {
      expect(data.length).toBe(sizes[i % sizes.length]);
      expect(bytesToLine(data)).toBe(0);
      if (data.length > 0) expect(bytesToLine(data.subarray(1))).toBe(64 - data.BYTES_PER_ELEMENT);
      data.fill(i);
    }
    for (const [i, { data }] of all.entries()) expect(data.every((value) => value === i)).toBe(true);
    for (const used of all) used[Symbol.dispose]();
  });

  test.skipIf(!existsSync(addon))('is plain where the host lets no buffer stand on foreign memory', async () => {
    const dlopen = vi.spyOn(process, 'dlopen').mockImplementation((module) => {
      const nothing = { value: () => undefined };
      (module as NodeModule).exports = Object.create(createRequire(import.meta.url)(addon), { allocate: nothing });
    });
    vi.resetModules();
    const { createRuntime } = await import('../src/entries/node.js');
    const runtime = await createRuntime({ backend: 'native' });
    dlopen.mockRestore();
    const image = ramp(1, 64, 64, 8);
    const input = placed(runtime, image);
    const answer = expected.depthwiseConv2d(image, filter, same);
    const operator = runtime.prepareDepthwiseConv2d(filter, same);
    expectSameBits('in place', operator.run(input), answer);
    const run = operator.runAsync(input);
    structuredClone(input.data.buffer, { transfer: [input.data.buffer as ArrayBuffer] });
    expectSameBits('transferred meanwhile', await run, answer);
    input[Symbol.dispose]();
  });

  test('gives the same bits wherever in it the operands begin', () => {
    const image = ramp(1, 9, 7, 8);
    const answer = expected.depthwiseConv2d(image, filter, same);
    const length = sizeOf(image.shape);
    const [from, to] = [native.allocate([length + 16]), native.allocate([length + 16])];
    for (const begin of [0, 1, 4, 8, 15, 16]) {
      for (const end of [0, 3, 4]) {
        const input = { data: from.data.subarray(begin, begin + length), shape: image.shape };
        const out = { data: to.data.subarray(end, end + length), shape: image.shape };
        input.data.set(image.data);
        native.depthwiseConv2d(input, filter, { ...same, out });
        expectSameBits(`from ${begin} to ${end}`, out, answer);
      }
    }
    for (const used of [from, to]) used[Symbol.dispose]();
  });
});
