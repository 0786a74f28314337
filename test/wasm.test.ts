// The WASM backend beyond its bits: its memory over many calls and at its end, the module's surface.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { reference } from '../src/backends/reference/index.js';
import { kernelNames } from '../src/core/kernel-table.js';
import { activations, packParams } from '../src/core/params.js';
import { createRuntime, type Operator, type Runtime, type Tensor, tensor } from '../src/entries/node.js';
import { type Operations, operationsOn } from '../src/ops/index.js';
import { expectSameBits } from './support/bits.js';
import { paramsBy } from './support/params.js';

const bytes = readFileSync(new URL('../dist/kernels.wasm', import.meta.url));
const expected = operationsOn(() => reference);

function ramp(...shape: readonly number[]): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length }, (_, i) => ((i * 37) % 101) - 50),
    shape,
  );
}

const filter = ramp(3, 3, 8, 1);
const mix = ramp(8, 12);

/** The params of a 1×1 filter on one channel. */
const onePixel = paramsBy((name) => (/^(batch|products|groups)$|Height$|Width$|Channels$/.test(name) ? 1 : 0));

/** A memory that tells how large it is, and can be told to grow no further. */
class WatchedMemory extends WebAssembly.Memory {
  static all: WatchedMemory[] = [];
  limit = Infinity;

  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    WatchedMemory.all.push(this);
  }

  override grow(delta: number): number {
    if (this.buffer.byteLength + delta * 2 ** 16 > this.limit) throw new RangeError('the limit of this test');
    return super.grow(delta);
  }
}

describe('memory', () => {
  let runtime: Runtime;
  let memory: WatchedMemory;
  const size = () => memory.buffer.byteLength;

  beforeAll(async () => {
    vi.stubGlobal(
      'WebAssembly',
      new Proxy(WebAssembly, { get: (of, name) => (name === 'Memory' ? WatchedMemory : Reflect.get(of, name)) }),
    );
    runtime = await createRuntime({ backend: 'wasm' });
    await createRuntime({ backend: 'wasm' });
    vi.unstubAllGlobals();
    expect(WatchedMemory.all).toHaveLength(1);
    [memory] = WatchedMemory.all;
  });

  afterEach(() => {
    memory.limit = Infinity;
  });

  /** One call of each op, compared with the reference's answer. */
  function expectRightAnswers(): void {
    const image = ramp(1, 9, 7, 8);
    const calls: ((on: Operations) => Tensor)[] = [
      (on) => on.depthwiseConv2d(image, filter, { padding: 'same' }),
      (on) => on.pointwiseConv2d(image, mix),
      (on) => on.separableConv2d(image, filter, mix),
      (on) => on.conv2d(image, ramp(3, 3, 8, 4)),
      (on) => on.convTranspose2d(image, ramp(3, 3, 4, 8), { strides: 2 }),
      (on) => on.maxPool2d(image, { windowDimensions: 2 }),
      (on) => on.activate(image, 'gelu'),
      (on) => on.sepFilter2d(image, mix.data.slice(0, 5), mix.data.slice(0, 4)),
    ];
    for (const call of calls) expectSameBits('wasm', call(runtime), call(expected));
  }

  test('does not grow over thousands of operators and runs', () => {
    const image = ramp(2, 6, 5, 8);
    const cycle = () => {
      const operators = [
        runtime.prepareDepthwiseConv2d(filter),
        runtime.preparePointwiseConv2d(mix),
        runtime.prepareSeparableConv2d(filter, mix),
      ];
      for (const operator of operators) operator.run(image);
      for (const operator of operators) operator[Symbol.dispose]();
      runtime.depthwiseConv2d(image, filter);
    };
    cycle();
    const before = size();
    for (let i = 0; i < 5000; i++) cycle();
    expect(size()).toBe(before);
  });

  test('is given back in any order of disposal', () => {
    const sizes = Array.from({ length: 40 }, (_, i) => 1 + ((i * 29) % 300));
    const cycle = (order: number) => {
      const operators = sizes.map((channels) => runtime.preparePointwiseConv2d(ramp(channels, 64)));
      operators.forEach((_, i) => {
        operators[(i * order) % operators.length][Symbol.dispose]();
      });
    };
    cycle(1);
    const before = size();
    for (const order of [3, 7, 11, 39, 13, 1]) cycle(order);
    expect(size()).toBe(before);
  });

  test('that grows leaves prepared operators whole', () => {
    const operator = runtime.prepareDepthwiseConv2d(filter);
    const image = ramp(1, 9, 7, 8);
    const before = operator.run(image);
    const size0 = size();
    const large = ramp(1, 400, 400, 8);
    expectSameBits('wasm', runtime.depthwiseConv2d(large, filter), expected.depthwiseConv2d(large, filter));
    expect(size()).toBeGreaterThan(size0);
    expectSameBits('wasm', operator.run(image), before);
    expectRightAnswers();
    const grown = size();
    for (let i = 0; i < 20; i++) runtime.depthwiseConv2d(large, filter);
    expect(size()).toBe(grown);
  });

  test('that dropped operators hold is freed with them', async () => {
    const weights = ramp(512, 512);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let i = 0; i < 100; i++) {
      runtime.preparePointwiseConv2d(weights);
      collect();
      await new Promise(setImmediate);
    }
    expect(size()).toBeLessThan(50 * weights.data.byteLength);
  });

  test('that a run can not get is a typed error, and the next call works', () => {
    const image = ramp(1, Math.ceil(size() / 32_000), 1000, 8);
    const options = { strides: 10 };
    const answer = expected.pointwiseConv2d(image, mix, options);
    const operator = runtime.preparePointwiseConv2d(mix, options);
    const out = tensor(new Float32Array(answer.data.length).fill(7), answer.shape);
    memory.limit = size();
    for (let i = 0; i < 3; i++) {
      expect(() => operator.run(image, { out })).toThrow(expect.objectContaining({ code: 'ERR_MEMORY' }));
      expect(out.data.every((value) => value === 7)).toBe(true);
      expectRightAnswers();
    }
    memory.limit = Infinity;
    expectSameBits('wasm', operator.run(image, { out }), answer);
  });

  test('that weights can not get is a typed error, and nothing is lost by it', () => {
    const weights = ramp(Math.ceil(size() / 256), 64);
    memory.limit = size();
    for (let i = 0; i < 10; i++) {
      expect(() => runtime.preparePointwiseConv2d(weights)).toThrow(expect.objectContaining({ code: 'ERR_MEMORY' }));
    }
    expectRightAnswers();
  });

  test('grows by what is needed where the host refuses more', () => {
    const before = size();
    const weights = ramp(256, 256);
    memory.limit = before + 2 ** 20;
    const operators: Operator[] = [];
    while (size() === before) operators.push(runtime.preparePointwiseConv2d(weights));
    expectRightAnswers();
    for (const operator of operators) operator[Symbol.dispose]();
  });
});

describe('the module', () => {
  const module = new WebAssembly.Module(bytes);

  test('imports its memory and nothing else', () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });

  test('exports five functions a kernel', () => {
    const names = kernelNames.flatMap((op) =>
      ['PackedBytes', 'Pack', 'Units', 'ScratchBytes', ''].map((part) => op + part),
    );
    const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(exported.sort()).toEqual([...names, 'heapBase', 'operandsBytes', 'paramBytes', 'weightsBytes'].sort());
  });

  test('separable keeps to its scratch, whatever the width', () => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 2 ** 16 });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const { separable, separableScratchBytes } = exports as Record<string, (...values: number[]) => bigint>;
    const [params, operands, output, packed, input, scratch] = [1024, 2048, 4096, 8192, 16384, 32768];
    const words = new Int32Array(memory.buffer);
    words.set([input, output, 0, packed, 0, 0], operands / 4);
    for (let width = 145; width <= 160; ++width) {
      const stage = { ...onePixel, inputWidth: width, outputWidth: width };
      words.set(packParams([stage, stage]), params / 4);
      const end = scratch + Number(separableScratchBytes(params));
      words.fill(-1, scratch / 4);
      separable(params, operands, scratch, 0, 1);
      expect(words[end / 4 - 1]).toBe(0);
      expect(words[end / 4]).toBe(-1);
    }
  });

  test.each(kernelNames)('%s computes blocks that end with the whole memory of 4 GiB', (name) => {
    const memory = new WebAssembly.Memory({ initial: 2 ** 16, maximum: 2 ** 16 });
    const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, CallableFunction>;
    const [params, operands, weights, filter, packed, low, scratch] = [1024, 2048, 3072, 4096, 16384, 32768, 65536];
    const [height, width, channels] = [3, 7, 5];
    const end = 2 ** 32;
    const size = 4 * height * width * channels;
    const words = new Int32Array(memory.buffer, 0, scratch / 4);
    const view = (at: number) => new Float32Array(memory.buffer, at, size / 4);
    const image = { inputHeight: height, outputHeight: height, inputWidth: width, outputWidth: width };
    const sizes = { ...image, inputChannels: channels, outputChannels: channels, alpha: 0.5 };
    const mixes = (stage: number) =>
      /^(pointwise|conv2d|transposed|product)/.test(name) || (stage > 0 && /^separable/.test(name));
    new Float32Array(memory.buffer, filter, 64).set(Float32Array.from({ length: 64 }, (_, i) => (i % 7) - 3));
    words.set([filter, filter + 128, filter, filter + 128], weights / 4);
    for (let activation = 0; activation < activations.length; activation++) {
      const stages = [0, 1].map((stage) => ({
        ...onePixel,
        ...sizes,
        activation,
        products: mixes(stage) ? channels : 1,
      }));
      words.set(packParams(stages), params / 4);
      kernels[`${name}Pack`](params, weights, packed);
      const run = (input: number, output: number) => {
        view(input).set(Float32Array.from({ length: size / 4 }, (_, i) => ((i * 37) % 101) / 10 - 5));
        words.set([input, output, 0, packed, filter, filter], operands / 4);
        kernels[name](params, operands, scratch, 0, kernels[`${name}Units`](params));
        return view(output).slice();
      };
      const expected = run(low, low + size);
      expect(run(end - size, low), activations[activation]).toEqual(expected);
      expect(run(low, end - size), activations[activation]).toEqual(expected);
    }
  });

  test(`is ${bytes.length} bytes, ${gzipSync(bytes).length} gzipped`, () => {
    expect(gzipSync(bytes).length).toBeLessThan(24 * 1024);
  });
});
