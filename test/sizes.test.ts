// What a kernel needs and how far it can be shared out, by its params alone: as exact integers say, however large.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernelNames } from '../src/core/kernel-table.js';
import { type Params, packParams } from '../src/core/params.js';
import { paramsBy } from './support/params.js';
import { runSeed } from './support/random.js';

const none = paramsBy(() => 0);
const maxInt32 = 2 ** 31 - 1;
const maxUint64 = 2n ** 64n - 1n;

/** Bytes as the nearest float64, which keeps their order. */
interface Sizes {
  readonly packedBytes: number;
  readonly scratchBytes: number;
  readonly units: number;
}

type SizesOf = (name: string, stages: readonly Params[]) => Sizes;

const module = new WebAssembly.Module(readFileSync(new URL('../dist/kernels.wasm', import.meta.url)));
const memory = new WebAssembly.Memory({ initial: 16, maximum: 2 ** 16 });
const exported = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, CallableFunction>;

const ofWasm: SizesOf = (name, stages) => {
  const at = 1024;
  new Int32Array(memory.buffer).set(packParams(stages), at / 4);
  const [packedBytes, scratchBytes, units] = ['PackedBytes', 'ScratchBytes', 'Units'].map((part) =>
    exported[name + part](at),
  );
  // JavaScript sees 64 bits with a sign.
  const bytesOf = (size: bigint) => Number(BigInt.asUintN(64, size));
  return { packedBytes: bytesOf(packedBytes), scratchBytes: bytesOf(scratchBytes), units };
};

const addonPath = fileURLToPath(new URL('../build/Release/sepconv.node', import.meta.url));
const addon = existsSync(addonPath) ? createRequire(import.meta.url)(addonPath) : { isas: [] };

const ofNative =
  (isa: string): SizesOf =>
  (name, stages) => {
    const kernel = addon.kernel(isa, name);
    const params = packParams(stages);
    const plan = new Float64Array(addon.planBytes / 8);
    addon.plan(kernel, new ArrayBuffer(1024), params, plan.buffer);
    const [units, scratchBytes] = plan;
    return { packedBytes: addon.packedBytes(kernel, params), scratchBytes, units };
  };

/** Every build of the kernels that runs here. */
const builds: readonly (readonly [string, SizesOf])[] = [
  ['wasm', ofWasm],
  ...addon.isas.map((isa: string) => [`native/${isa}`, ofNative(isa)] as const),
];

const saturated = (size: bigint) => Number(size > maxUint64 ? maxUint64 : size);
const product = (...factors: readonly number[]) => factors.reduce((all, factor) => all * BigInt(factor), 1n);

/** Sizes whose product is an int32, each from 1 up to all of it. */
const factors = (count: number) =>
  fc.array(fc.double({ min: 0, max: 31, noNaN: true }), { minLength: count, maxLength: count }).map((logs) => {
    const sum = logs.reduce((a, b) => a + b, 0);
    return logs.map((log) => Math.max(1, Math.floor(2 ** (log * Math.min(1, 30.99 / sum)))));
  });

const step = fc.double({ min: 0, max: 30.99, noNaN: true }).map((log) => Math.floor(2 ** log));

/** Any window that the facade lets through, along one axis of this size. */
const axis = (input: number) =>
  fc.tuple(step, step, step, step).map(([filter, stride, dilation, padding]) => {
    const taps = Math.min(filter, Math.floor((maxInt32 - 1) / dilation) + 1);
    const extent = (taps - 1) * dilation + 1;
    const padded = Math.max(extent, Math.min(input + padding, maxInt32));
    return { taps, stride, dilation, padding: padded - input, output: Math.floor((padded - extent) / stride) + 1 };
  });

const isInt32 = (...sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1) <= maxInt32;

/** Stages as a kernel of this name may get them. */
const stagesOf = (name: string) =>
  factors(4)
    .chain(([batch, height, width, channels]) =>
      fc.record({
        batch: fc.constant(batch),
        channels: fc.constant(channels),
        down: axis(height),
        across: axis(width),
        outputs: step,
        height: fc.constant(height),
        width: fc.constant(width),
      }),
    )
    .map(({ batch, channels, down, across, outputs, height, width }): readonly Params[] => {
      const isDepthwise = /^(depthwise|separable)/.test(name);
      const multiplier = isDepthwise ? Math.max(1, Math.floor(outputs / channels)) : 1;
      const outputChannels = isDepthwise || !hasWeights(name) ? channels * multiplier : outputs;
      const inputs = isDepthwise ? 1 : channels;
      const first: Params = {
        ...none,
        batch,
        inputHeight: height,
        inputWidth: width,
        outputHeight: down.output,
        outputWidth: across.output,
        paddingTop: down.padding,
        paddingLeft: across.padding,
        inputChannels: channels,
        outputChannels,
        filterHeight: down.taps,
        filterWidth: across.taps,
        strideHeight: down.stride,
        strideWidth: across.stride,
        dilationHeight: down.dilation,
        dilationWidth: across.dilation,
        products: down.taps * across.taps * inputs,
        groups: isDepthwise ? channels : 1,
      };
      const pixel = {
        strideHeight: 1,
        strideWidth: 1,
        dilationHeight: 1,
        dilationWidth: 1,
        filterHeight: 1,
        filterWidth: 1,
      };
      if (name === 'activation' || name === 'pointwise') {
        return [{ ...first, ...pixel, outputHeight: height, outputWidth: width, products: inputs }];
      }
      if (name === 'sepFilter') {
        const size = { ...first, ...pixel, outputHeight: height, outputWidth: width, outputChannels: channels };
        return [
          { ...size, filterWidth: across.taps, products: across.taps },
          { ...size, filterHeight: down.taps, products: down.taps },
        ];
      }
      const second = {
        ...first,
        ...pixel,
        inputHeight: down.output,
        inputWidth: across.output,
        inputChannels: outputChannels,
      };
      return [
        first,
        { ...second, products: outputChannels, outputChannels: Math.max(1, Math.floor(outputs / 3)), groups: 1 },
      ];
    })
    .filter((stages) =>
      stages.every(
        (p) =>
          isInt32(p.products, p.outputChannels) && isInt32(p.batch, p.outputHeight, p.outputWidth, p.outputChannels),
      ),
    );

const hasTwoStages = (name: string) => /^(separable|sepFilter)/.test(name);
const hasWeights = (name: string) => !/^(activation|pooling)/.test(name);

/** The bytes of the weights as they come, a bias for each output. */
function givenBytes(name: string, stages: readonly Params[]): bigint {
  if (!hasWeights(name)) return 0n;
  if (name === 'sepFilter') return 4n * (product(stages[0].products) + product(stages[1].products));
  const used = stages.slice(0, hasTwoStages(name) ? 2 : 1);
  return used.reduce((sum, p) => sum + 4n * product(p.products + 1, p.outputChannels), 0n);
}

/** What a run can not do without beside its operands. */
function leastScratch(name: string, [first, second]: readonly Params[]): bigint {
  if (name === 'sepFilter') return 4n * product(first.inputWidth, first.inputChannels, second.filterHeight);
  if (/^separable/.test(name)) return 4n * product(first.outputWidth, first.outputChannels);
  return 0n;
}

describe.each(kernelNames)(`%s (SEED=${runSeed})`, (name) => {
  test.each(builds)('%s', (_, sizesOf) => {
    const property = fc.property(stagesOf(name), (stages) => {
      const { packedBytes, scratchBytes, units } = sizesOf(name, stages);
      const [{ batch, outputHeight, outputWidth, outputChannels }] = stages;
      const last = stages[hasTwoStages(name) ? 1 : 0];
      const outputs = batch * outputHeight * outputWidth * Math.max(outputChannels, last.outputChannels);
      expect(units).toBeGreaterThan(0);
      expect(units).toBeLessThanOrEqual(outputs);
      const given = givenBytes(name, stages);
      expect(packedBytes).toBeGreaterThanOrEqual(saturated(given));
      // A channel may fill the lanes of a vector, and be packed once more for single lanes.
      expect(packedBytes).toBeLessThanOrEqual(saturated(given * 18n + 1024n));
      expect(scratchBytes).toBeGreaterThanOrEqual(saturated(leastScratch(name, stages)));
    });
    fc.assert(property, { numRuns: 300, seed: runSeed });
  });
});

describe.each(builds)('sizes that wrapped: %s', (_, sizesOf) => {
  const window = { filterHeight: 2, filterWidth: 2, outputHeight: 2, outputWidth: 2, products: 4 };
  const one = { ...none, batch: 1, inputHeight: 1, inputWidth: 1, inputChannels: 1, outputChannels: 1, groups: 1 };

  test.each([46_341, 865_000_000, 900_000_000])('depthwise planes with every step of %i need no strip', (far) => {
    const steps = { strideHeight: far, strideWidth: far, dilationHeight: far, dilationWidth: far };
    const padding = { paddingTop: far, paddingLeft: far, paddingBottom: far, paddingRight: far };
    const { scratchBytes, units } = sizesOf('depthwisePlanes', [{ ...one, ...window, ...steps, ...padding }]);
    expect(scratchBytes).toBeLessThan(1024);
    expect(units).toBe(1);
  });

  test('a ring of 15 rows of 2²⁸ values is more than an address of 32 bits', () => {
    const image = {
      ...one,
      inputWidth: 2 ** 26,
      outputWidth: 2 ** 26,
      inputChannels: 4,
      outputChannels: 4,
      inputType: 1,
      outputType: 1,
    };
    const stages = [
      { ...image, outputHeight: 1, filterHeight: 1, filterWidth: 3, products: 3 },
      { ...image, outputHeight: 1, filterHeight: 15, filterWidth: 1, products: 15 },
    ];
    expect(sizesOf('sepFilter', stages).scratchBytes).toBeGreaterThan(15 * 2 ** 30);
  });

  test.each([2 ** 22, 2 ** 26])('a product of %i inputs keeps no more of a plane than it has', (inputs) => {
    const plane = { ...one, outputHeight: 1, outputWidth: 1, filterHeight: 1, filterWidth: 1, strideHeight: 1 };
    const stage = {
      ...plane,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      inputChannels: inputs,
      products: inputs,
    };
    expect(sizesOf('productPlanes', [stage]).scratchBytes).toBeLessThan(2 ** 27);
  });
});
