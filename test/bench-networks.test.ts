// Networks as the yardstick describes them: what they are, and that every way to run one gives the same bits.
import { describe, expect, test } from 'vitest';
import { runsOn } from '../bench/contender.js';
import { contenders } from '../bench/contenders/index.js';
import {
  bytesOf,
  isNetwork,
  type MeasuredNetwork,
  makeNetworkOperands,
  networks,
  outputShapeOf,
  stepsOf,
  workOf,
} from '../bench/networks.js';
import { makeProblem } from '../bench/problem.js';
import { depthwise, filterShapes, pointwise, pooling, separable } from '../src/measure/layer.js';

const networkNamed = (name: string) => networks.find((network) => network.name === name)!;
const parameters = ({ layers, hasBiases }: MeasuredNetwork) =>
  makeNetworkOperands({ name: '', operation: 'network', dtype: 'float32', input: [1, 1, 1, 1], layers, hasBiases })
    .weights.flatMap(({ filters, biases }) => [...filters.map(({ data }) => data), ...biases])
    .reduce((sum, { length }) => sum + length, 0);

/** Every kind of layer that the networks have: an expansion, a separable one, a shortcut over both, a mean, classes. */
const small: MeasuredNetwork = {
  name: 'small',
  operation: 'network',
  dtype: 'float32',
  input: [2, 6, 6, 4],
  hasBiases: true,
  layers: [
    { layer: depthwise(6, 4, { batch: 2 }), activations: ['relu6'] },
    { layer: pointwise(6, 4, 8, { batch: 2 }), activations: ['relu6'] },
    { layer: separable(6, 8, 4, { batch: 2 }), activations: ['relu6', 'linear'], shortcut: 1 },
    { layer: { ...pooling('globalAvgPool2d', 6, 4), input: [2, 6, 6, 4] }, activations: [] },
    { layer: pointwise(1, 4, 3, { batch: 2 }), activations: ['linear'] },
  ],
};

describe('networks', () => {
  test.each([
    // As the papers count them: 569 million multiply-adds and 4.2 million parameters; 300 and 3.4 (batch norm folded).
    ['MobileNetV1 224', 568.8, 4.2],
    ['MobileNetV2 224', 300.8, 3.5],
  ])('%s has the size that its paper states', (name, millions, megaparameters) => {
    const network = networkNamed(name);
    expect(workOf(network) / 1e6).toBeCloseTo(millions, 1);
    expect(parameters(network) / 1e6).toBeCloseTo(megaparameters, 1);
    expect(outputShapeOf(network)).toEqual([1, 1, 1, 1000]);
  });

  test.each(networks)('$name: each layer takes what the one before it gives', ({ layers }) => {
    const shapes = layers.map(({ layer }) => outputShapeOf(layer));
    for (const [i, { layer, activations, shortcut }] of layers.entries()) {
      if (i > 0) expect(shapes[i - 1]).toEqual(layer.input);
      expect(activations).toHaveLength(filterShapes(layer).length);
      if (shortcut !== undefined) expect(layers[shortcut].layer.input).toEqual(shapes[i]);
    }
  });

  test('a batch is as many images, with the same weights', () => {
    const [one, eight] = ['MobileNetV2 224', 'MobileNetV2 224 batch 8'].map(networkNamed);
    expect(workOf(eight)).toBe(8 * workOf(one));
    expect(bytesOf(eight)).toBeLessThan(8 * bytesOf(one));
  });

  test('steps have a separable layer as two, and shortcuts lead to the step where the layer began', () => {
    const steps = stepsOf(small, makeNetworkOperands(small));
    expect(steps.map(({ layer, activation, shortcut }) => [layer.operation, activation, shortcut])).toEqual([
      ['depthwiseConv2d', 'relu6', undefined],
      ['pointwiseConv2d', 'relu6', undefined],
      ['depthwiseConv2d', 'relu6', undefined],
      ['pointwiseConv2d', 'linear', 1],
      ['globalAvgPool2d', 'linear', undefined],
      ['pointwiseConv2d', 'linear', undefined],
    ]);
    for (const { filter, bias } of steps) expect(bias === undefined).toBe(filter === undefined);
  });

  test('every way to call the library gives the bits of the reference', async () => {
    const problem = await makeProblem(small);
    const ways = contenders.filter(
      (contender) => contender.exact && contender.threads === 1 && runsOn(contender, small),
    );
    expect(ways.map(({ name }) => name)).toEqual(expect.arrayContaining(['wasm/simd128', 'wasm/simd128 one-shot']));
    for (const { name, runs } of ways) {
      if (runs.kind !== 'javascript' || runs.node !== undefined) continue;
      const started = await runs.startNetwork!(small, makeNetworkOperands(small)).catch((error) => {
        // Instruction sets of other machines.
        expect([name, error.constructor.name]).toEqual([name, 'Absent']);
      });
      if (started === undefined) continue;
      for (let i = 0; i < 2; i++) await started.run();
      const { buffer, byteOffset, byteLength } = await started.output();
      expect([name, problem.check(Buffer.from(buffer, byteOffset, byteLength), true)]).toEqual([name, undefined]);
    }
    problem.remove();
  });

  test('contenders that know no networks take none', () => {
    const named = (name: string) => contenders.find((contender) => contender.name === name)!;
    expect(
      ['auto', 'onnxruntime-web', 'auto two calls', 'naive loop', 'OpenCV'].map((name) => runsOn(named(name), small)),
    ).toEqual([true, true, false, false, false]);
    expect(runsOn(named('naive loop'), small.layers[0].layer)).toBe(true);
    expect(isNetwork(small.layers[0].layer)).toBe(false);
  });
});
