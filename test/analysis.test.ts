// Shapes, costs and receptive fields, against plain counting and known networks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Cost,
  conv2d,
  convTranspose2d,
  cost,
  depthwiseConv2d,
  maxPool2d,
  outputShape,
  pointwiseConv2d,
  prepareSeparableConv2d,
  type ReceptiveLayer,
  receptiveField,
  separableConv2d,
  sepFilter2d,
  type Tensor,
  tensor,
} from '../src/entries/node.js';
import { expectError } from './support/errors.js';

const filled = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape);

describe('outputShape', () => {
  const image = filled(2, 9, 8, 6);
  const ofLayout = { layout: 'NCHW', padding: 'same', strides: 2 } as const;
  test.each<[string, readonly number[], Tensor]>([
    [
      'depthwiseConv2d',
      outputShape('depthwiseConv2d', image.shape, [3, 3, 6, 2], { strides: 2, padding: 1 }),
      depthwiseConv2d(image, filled(3, 3, 6, 2), { strides: 2, padding: 1 }),
    ],
    [
      'depthwiseConv2d NCHW, whose filter does not tell the channels',
      outputShape('depthwiseConv2d', [2, 4, 9, 8], [12, 1, 3, 3], ofLayout),
      depthwiseConv2d(filled(2, 4, 9, 8), filled(12, 1, 3, 3), ofLayout),
    ],
    [
      'pointwiseConv2d',
      outputShape('pointwiseConv2d', image.shape, [6, 5], { strides: [2, 3] }),
      pointwiseConv2d(image, filled(6, 5), { strides: [2, 3] }),
    ],
    [
      'separableConv2d',
      outputShape('separableConv2d', image.shape, [
        [3, 2, 6, 2],
        [12, 5],
      ]),
      separableConv2d(image, filled(3, 2, 6, 2), filled(12, 5)),
    ],
    [
      'conv2d',
      outputShape('conv2d', image.shape, [3, 3, 2, 9], { groups: 3, dilations: [2, 1] }),
      conv2d(image, filled(3, 3, 2, 9), { groups: 3, dilations: [2, 1] }),
    ],
    [
      'convTranspose2d',
      outputShape('convTranspose2d', image.shape, [3, 3, 4, 6], { strides: 2, outputPadding: 1 }),
      convTranspose2d(image, filled(3, 3, 4, 6), { strides: 2, outputPadding: 1 }),
    ],
    [
      'maxPool2d',
      outputShape('maxPool2d', image.shape, undefined, { windowDimensions: 2, ceilMode: true }),
      maxPool2d(image, { windowDimensions: 2, ceilMode: true }),
    ],
    [
      'sepFilter2d',
      outputShape('sepFilter2d', image.shape, [[3], [5]]),
      sepFilter2d(image, new Float32Array(3), new Float32Array(5)),
    ],
  ])('%s says what the operation gives', (_, said, { shape }) => expect(said).toEqual(shape));

  test('(N − F + 2P) / S + 1', () => {
    for (const [n, f, p, s] of [
      [7, 3, 0, 1],
      [7, 3, 0, 2],
      [7, 3, 1, 3],
      [227, 11, 0, 4],
      [32, 5, 2, 1],
    ]) {
      const size = Math.floor((n - f + 2 * p) / s) + 1;
      expect(outputShape('conv2d', [1, n, n, 3], [f, f, 3, 4], { strides: s, padding: p })).toEqual([1, size, size, 4]);
    }
  });

  test('wrong arguments', () => {
    const shape = [1, 8, 8, 3];
    expectError(() => outputShape('conv3d' as never, shape), 'ERR_OPTION', 'op');
    expectError(() => outputShape('toString' as never, shape), 'ERR_OPTION', 'op');
    expectError(() => outputShape('conv2d', [8, 8, 3], [3, 3, 3, 4]), 'ERR_SHAPE', 'inputShape');
    expectError(() => outputShape('conv2d', shape), 'ERR_SHAPE', 'filterShape');
    expectError(() => outputShape('maxPool2d', shape, [2, 2]), 'ERR_SHAPE', 'filterShape');
    expectError(() => outputShape('separableConv2d', shape, [3, 3, 3, 1]), 'ERR_SHAPE', 'filterShape');
    expectError(() => outputShape('conv2d', shape, [3, 3, 3, 0]), 'ERR_SHAPE', 'filter.shape');
    expectError(() => outputShape('conv2d', shape, [3, 3, 4, 4]), 'ERR_SHAPE', 'input');
    expectError(() => outputShape('conv2d', shape, [3, 3, 3, 4], { stride: 2 } as never), 'ERR_OPTION', 'options');
    expectError(() => outputShape('maxPool2d', shape), 'ERR_OPTION', 'windowDimensions');
  });
});

describe('cost', () => {
  test.each([
    [1, 3, 4, 8],
    [3, 16, 32, 14],
    [5, 7, 3, 9],
  ])("the course's formulas: K %i, M %i, N %i, D %i", (k, m, n, d) => {
    const input = [1, d + k - 1, d + k - 1, m];
    const standard = { parameters: k * k * m * n, multiplyAdds: k * k * m * n * d * d };
    const separable = cost('separableConv2d', input, [
      [k, k, m, 1],
      [m, n],
    ]);
    expect(separable).toMatchObject({
      outputShape: [1, d, d, n],
      parameters: k * k * m + m * n,
      multiplyAdds: k * k * m * d * d + m * n * d * d,
      standard,
    });
    expect(separable.ratio).toBeCloseTo(1 / n + 1 / (k * k), 12);
    expect(cost('conv2d', input, [k, k, m, n])).toMatchObject({ ...standard, standard, ratio: 1 });
  });

  test('taps counted one by one, without padding', () => {
    // Ones in, ones as weights: each output is the number of its products.
    const products = ({ data }: Tensor) => data.reduce((sum, value) => sum + value, 0);
    const image = filled(2, 9, 8, 6);
    const grouped = { groups: 3, strides: 2, dilations: [2, 1] as const };
    const upward = { groups: 2, strides: [2, 3] as const, dilations: 2 };
    expect([
      cost('conv2d', image.shape, [3, 3, 2, 9], grouped).multiplyAdds,
      cost('depthwiseConv2d', image.shape, [3, 2, 6, 2]).multiplyAdds,
      cost('pointwiseConv2d', image.shape, [6, 5], { strides: 3 }).multiplyAdds,
      cost('convTranspose2d', image.shape, [3, 2, 4, 6], upward).multiplyAdds,
    ]).toEqual([
      products(conv2d(image, filled(3, 3, 2, 9), grouped)),
      products(depthwiseConv2d(image, filled(3, 2, 6, 2))),
      products(pointwiseConv2d(image, filled(6, 5), { strides: 3 })),
      products(convTranspose2d(image, filled(3, 2, 4, 6), upward)),
    ]);
  });

  test('MobileNet has 569 million multiply-adds and 4.2 million parameters (Howard et al., 2017, table 8)', () => {
    const same = (strides: number) => ({ strides, padding: 'same' }) as const;
    const costs: Cost[] = [cost('conv2d', [1, 224, 224, 3], [3, 3, 3, 32], same(2))];
    const widths = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
    for (const [index, width] of widths.entries()) {
      const input = costs[index].outputShape;
      const channels = input[3];
      const filters = [
        [3, 3, channels, 1],
        [channels, width],
      ] as const;
      costs.push(cost('separableConv2d', input, filters, same([1, 3, 5, 11].includes(index) ? 2 : 1)));
    }
    costs.push(cost('pointwiseConv2d', [1, 1, 1, 1024], [1024, 1000]));
    expect(costs.at(-2)?.outputShape).toEqual([1, 7, 7, 1024]);
    expect(costs.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0)).toBe(568_740_352);
    expect(costs.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(4_209_088);
  });

  test('bytes, intensity, and operations without weights', () => {
    const values = 2 * 9 * 8 * 6;
    const shape = [2, 9, 8, 6];
    const pointwise = cost('pointwiseConv2d', shape, [6, 5]);
    expect(pointwise.bytes).toBe(4 * (values + 6 * 5 + 2 * 9 * 8 * 5));
    expect(pointwise.intensity).toBe((2 * 2 * 9 * 8 * 6 * 5) / pointwise.bytes);
    expect(cost('sepFilter2d', shape, [[3], [5]], { dtype: 'uint8' })).toMatchObject({
      bytes: 2 * values + 4 * 8,
      parameters: 8,
      multiplyAdds: values * 8,
      standard: { parameters: 15, multiplyAdds: values * 15 },
      ratio: 8 / 15,
    });
    expect(cost('add', shape)).toMatchObject({ bytes: 12 * values, multiplyAdds: 0, intensity: 0, ratio: undefined });
    expect(cost('globalAvgPool2d', shape)).toMatchObject({ bytes: 4 * (values + 12), standard: undefined });
    expect(cost('activate', [0, 9, 8, 6], undefined, { activation: 'relu' })).toMatchObject({ bytes: 0, intensity: 0 });
  });

  test('a prepared operator says the same', () => {
    const operator = prepareSeparableConv2d(filled(3, 3, 6, 2), filled(12, 5), { padding: 'same', strides: 2 });
    const shapes = [
      [3, 3, 6, 2],
      [12, 5],
    ] as const;
    const expected = cost('separableConv2d', [2, 9, 8, 6], shapes, { padding: 'same', strides: 2 });
    expect(operator.cost([2, 9, 8, 6])).toEqual(expected);
    expectError(() => operator.cost([2, 9, 8, 5]), 'ERR_SHAPE', 'input');
    operator[Symbol.dispose]();
  });
});

describe('receptiveField', () => {
  const repeat = (times: number, layer: ReceptiveLayer) => Array.from({ length: times }, () => layer);
  const conv3: ReceptiveLayer = { kernelSize: 3, padding: 1 };
  const same = (strides: number): ReceptiveLayer => ({ kernelSize: 3, strides, padding: 'same' });

  test.each<[string, ReceptiveLayer[], number]>([
    [
      'AlexNet (v2)',
      [
        { kernelSize: 11, strides: 4 },
        { kernelSize: 3, strides: 2 },
        { kernelSize: 5, padding: 2 },
        { kernelSize: 3, strides: 2 },
        ...repeat(3, conv3),
        { kernelSize: 3, strides: 2 },
      ],
      195,
    ],
    ['VGG-16', [2, 2, 3, 3, 3].flatMap((times) => [...repeat(times, conv3), { kernelSize: 2, strides: 2 }]), 212],
    [
      'ResNet-50 (v1, the strides in the last unit of a block)',
      [
        { kernelSize: 7, strides: 2 },
        { kernelSize: 3, strides: 2 },
        ...[3, 4, 6].flatMap((units) => [...repeat(units - 1, conv3), { ...conv3, strides: 2 }]),
        ...repeat(3, conv3),
      ],
      483,
    ],
    ['MobileNet (v1)', [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1].map((strides) => ({ ...conv3, strides })), 315],
  ])('%s sees what Araujo et al. found, every 32 pixels', (_, layers, size) => {
    expect(receptiveField(layers)).toMatchObject({ size: [size, size], jump: [32, 32] });
  });

  test("'same' needs the input's size where a stride is above 1", () => {
    expect(receptiveField([same(1), same(1)]).start).toEqual([0, 0]);
    expectError(() => receptiveField([same(1), same(2)]), 'ERR_OPTION', 'inputSize');
    // An even size is padded at the end only, an odd one at both ends.
    expect(receptiveField([same(2)], [224, 225]).start).toEqual([1, 0]);
    expect(receptiveField([{ ...same(2), padding: 'same-lower' }], [224, 225]).start).toEqual([0, 0]);
  });

  test('what a pixel sees, tap by tap', () => {
    const aLayer = fc.record({
      kernelSize: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      strides: fc.integer({ min: 1, max: 3 }),
      dilations: fc.integer({ min: 1, max: 2 }),
      padding: fc.integer({ min: 0, max: 2 }),
    });
    const law = fc.property(fc.array(aLayer, { maxLength: 4 }), fc.nat(3), (layers, pixel) => {
      const { size, jump, start, layers: each } = receptiveField(layers);
      expect(each).toHaveLength(layers.length);
      for (const axis of [0, 1]) {
        let [first, last] = [pixel, pixel];
        for (const { kernelSize, strides, dilations, padding } of [...layers].reverse()) {
          first = first * strides - padding;
          last = last * strides - padding + (kernelSize[axis] - 1) * dilations;
        }
        expect(last - first + 1).toBe(size[axis]);
        expect((first + last) / 2).toBe(start[axis] + pixel * jump[axis]);
      }
    });
    fc.assert(law, { numRuns: 200, seed: 1 });
  });

  test('wrong arguments', () => {
    expectError(() => receptiveField(conv3 as never), 'ERR_OPTION', 'layers');
    expectError(() => receptiveField([undefined as never]), 'ERR_OPTION', 'layers[0]');
    expectError(() => receptiveField([conv3, { kernelSize: 0 }]), 'ERR_OPTION', 'layers[1].kernelSize');
    expectError(() => receptiveField([{ kernelSize: 3, stride: 2 } as never]), 'ERR_OPTION', 'options');
    expectError(() => receptiveField([{ kernelSize: 3, padding: -1 }]), 'ERR_PADDING', 'padding');
    expectError(() => receptiveField([conv3], 0), 'ERR_SHAPE', 'inputSize');
    expectError(() => receptiveField([{ kernelSize: 9 }], 8), 'ERR_SHAPE', 'input height');
  });
});
