import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Tensor, tensor } from '../../src/entries/node.js';
import { bias, clamp, conv2d, depthwise, imageOf, pointwise, smallIntegers } from './plain.js';
import { type Layer, loadNetwork } from './pytorch-network.js';

const folder = mkdtempSync(join(tmpdir(), 'sepconv-network-'));
afterAll(() => rmSync(folder, { recursive: true }));

const layers: Layer[] = [
  { type: 'conv', name: 'stem', norm: 'stem_norm', stride: 2, padding: 1, activation: 'relu6' },
  { type: 'conv', name: 'depthwise', norm: 'depthwise_norm', padding: 1, groups: 4, activation: 'relu' },
  { type: 'conv', name: 'pointwise', activation: 'relu' },
  { type: 'mean' },
  { type: 'conv', name: 'classifier' },
];

/** Variances that make the factor of a channel a power of two, but for what the epsilon of PyTorch adds. */
const norm = (name: string, channels: number, seed: number): Record<string, Tensor> => ({
  [`${name}.weight`]: tensor(new Float32Array(channels).fill(2), [channels]),
  [`${name}.bias`]: smallIntegers([channels], seed),
  [`${name}.running_mean`]: smallIntegers([channels], seed + 1),
  [`${name}.running_var`]: tensor(new Float32Array(channels).fill(4 - 1e-5), [channels]),
});

const state: Record<string, Tensor> = {
  'stem.weight': smallIntegers([4, 3, 3, 3], 1),
  ...norm('stem_norm', 4, 2),
  'depthwise.weight': smallIntegers([4, 1, 3, 3], 4),
  ...norm('depthwise_norm', 4, 5),
  'pointwise.weight': smallIntegers([6, 4, 1, 1], 7),
  'pointwise.bias': smallIntegers([6], 8),
  'classifier.weight': smallIntegers([5, 6], 9),
  'classifier.bias': smallIntegers([5], 10),
};

function writeNetwork(): [string, string] {
  const tensors: Record<string, object> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { data, shape }] of Object.entries(state)) {
    tensors[name] = { shape, offset };
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const [json, binary] = [join(folder, 'network.json'), join(folder, 'network.bin')];
  writeFileSync(json, JSON.stringify({ layers, tensors }));
  writeFileSync(binary, Buffer.concat(parts));
  return [json, binary];
}

/** OIHW as [height, width, inputs, outputs]. */
function toHwio({ data, shape: [outputs, inputs, height = 1, width = 1] }: Tensor): Tensor {
  const moved = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let tap = 0; tap < height * width; tap++) {
        moved[(tap * inputs + i) * outputs + o] = data[(o * inputs + i) * height * width + tap];
      }
    }
  }
  return tensor(moved, [height, width, inputs, outputs]);
}

/** What the layers compute with their normalisations apart: (x − mean) / 2 · 2 + beta. */
function expectedScores(input: Tensor): number[] {
  const of = (name: string) => state[name];
  const normalised = (image: ReturnType<typeof imageOf>, name: string) =>
    bias(
      bias(
        image,
        of(`${name}.running_mean`).data.map((value) => -value),
      ),
      of(`${name}.bias`).data,
    );
  const matrix = ({ data, shape: [, , inputs, outputs] }: Tensor) => tensor(data, [inputs, outputs]);
  const stem = conv2d(imageOf(input), toHwio(of('stem.weight')), { stride: 2, padding: 1 });
  const first = clamp(normalised(stem, 'stem_norm'), 0, 6);
  const filter = tensor(toHwio(of('depthwise.weight')).data, [3, 3, 4, 1]);
  const second = clamp(normalised(depthwise(first, filter, { padding: 1 }), 'depthwise_norm'), 0, Infinity);
  const third = bias(pointwise(second, matrix(toHwio(of('pointwise.weight')))), of('pointwise.bias').data);
  const pixels = clamp(third, 0, Infinity).flat();
  const means = pixels[0].map((_, c) => pixels.reduce((sum, pixel) => sum + pixel[c], 0) / pixels.length);
  const scores = pointwise([[means]], matrix(toHwio(of('classifier.weight'))));
  return [...bias(scores, of('classifier.bias').data)[0][0]];
}

test('an exported network, loaded, folded and prepared, gives its scores image after image', async () => {
  const network = await loadNetwork(...writeNetwork());
  for (const [seed, height, width] of [
    [20, 8, 8],
    [21, 16, 8],
    [22, 8, 8],
  ]) {
    const input = smallIntegers([1, height, width, 3], seed);
    const { data, shape } = network.run(input);
    expect(shape).toEqual([1, 1, 1, 5]);
    const expected = expectedScores(input);
    for (const [i, score] of data.entries()) expect(score).toBeCloseTo(expected[i], 3);
  }
  network[Symbol.dispose]();
});
