// Colours that nobody sees never show: filters of pictures with alpha.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Border } from '../src/core/params.js';
import { prepareJob } from '../src/image/convolve.js';
import { readKernel } from '../src/image/filters.js';
import type { JobOptions } from '../src/image/job.js';
import { type Mode, type ModeName, modeNames, modes } from '../src/image/modes.js';
import type { Alpha, Picture } from '../src/image/picture.js';
import { createRuntime, type Tensor, tensor } from '../src/index.js';

const runtime = await createRuntime({ backend: 'reference' });

interface Given extends JobOptions {
  readonly border?: Border;
  readonly dtype?: 'uint8';
  readonly pointwise?: Tensor;
}

function pictureOf(values: readonly number[], width: number, channels: number, alpha?: readonly number[]): Picture {
  return {
    image: tensor(Float32Array.from(values), [1, values.length / channels / width, width, channels]),
    alpha: alpha && Uint8Array.from(alpha),
    maximum: 255,
    dtype: 'uint8',
  };
}

async function run(mode: ModeName, picture: Picture, kernel: string | Tensor | undefined, given: Given = {}) {
  const { border = 'replicate', dtype = 'float32', pointwise, ...options } = given;
  const { [mode]: row }: Record<ModeName, Mode> = modes;
  const read = typeof kernel === 'string' ? await readKernel(kernel) : kernel;
  const operation = row.operation({ channels: picture.image.shape[3], kernel: read, pointwise });
  const settled = { padding: row.defaults.padding, strides: row.defaults.strides, ...options };
  const taken = row.options.includes('border') ? border : undefined;
  const prepared = prepareJob(runtime, picture, { ...operation, options: settled, border: taken, dtype });
  const { data } = await prepared.run();
  prepared[Symbol.dispose]();
  return [...data];
}

describe('worked out by hand', () => {
  const hole = pictureOf([100, 7, 50, 40], 4, 1, [255, 0, 255, 255]);

  test('a filter that averages gives the mean of what is seen', async () => {
    const means = [100, 75, Math.fround((0.5 * 50 + 0.25 * 40) / 0.75), 42.5];
    expect(await run('depthwise', hole, '.25 .5 .25')).toEqual(means);
    expect(await run('spatial', hole, '.25 .5 .25')).toEqual(means);
    expect(await run('avgpool', hole, undefined, { windowDimensions: [1, 2], strides: [1, 2] })).toEqual([100, 45]);
  });

  test('a bias and an activation come after the weighing', async () => {
    const given = { bias: Float32Array.of(-60), activation: 'relu' } as const;
    const last = Math.max(0, Math.fround((0.5 * 50 + 0.25 * 40) / 0.75) - 60);
    expect(await run('depthwise', hole, '.25 .5 .25', given)).toEqual([40, 15, last, 0]);
    expect(await run('standard', hole, '.25 .5 .25', given)).toEqual([40, 15, last, 0]);
    const pointwise = tensor(Float32Array.of(2), [1, 1]);
    const doubled = { bias: Float32Array.of(-120), activation: 'relu', pointwise } as const;
    expect(await run('separable', hole, '.25 .5 .25', doubled)).toEqual([80, 30, 0, 0]);
  });

  test('one that looks for edges sees none between a colour and nothing, and those between colours as ever', async () => {
    const edges = pictureOf([10, 20, 40, 9, 9], 5, 1, [255, 255, 255, 0, 0]);
    expect(await run('depthwise', edges, '-1 0 1')).toEqual([10, 30, 0, 0, 0]);
    expect(await run('depthwise', edges, '1 -2 1')).toEqual([10, 10, -80 + 20 + (80 + 20) / 3, 0, 0].map(Math.fround));
  });

  test('one that sharpens leaves what is even as it is', async () => {
    const square = pictureOf([0, 0, 0, 0, 90, 0, 0, 90, 90], 3, 1, [0, 0, 0, 0, 255, 0, 0, 255, 255]);
    const sharpened = await run('depthwise', square, 'sharpen', { border: 'replicate' });
    expect([4, 7, 8].map((i) => sharpened[i])).toEqual([90, 90, 90]);
  });

  test('half opaque counts half', async () => {
    const halves = { ...pictureOf([30, 60], 2, 1), maximum: 65535, alpha: Uint16Array.of(65535, 0) } as const;
    expect(await run('depthwise', halves, '1 1', { padding: 'valid' })).toEqual([60]);
    const half = { ...halves, alpha: Uint16Array.of(65535, 32768) as Alpha };
    const a = Math.fround(32768 / 65535);
    const [value] = await run('depthwise', half, '1 1', { padding: 'valid' });
    expect(value).toBeCloseTo((2 * (30 + a * 60)) / (1 + a), 4);
  });

  test('the zero border is black, and seen', async () => {
    expect(await run('depthwise', hole, '.25 .5 .25', { border: 'zero' })).toEqual(
      [75, 75, 140 / 3, 32.5].map(Math.fround),
    );
  });

  test('channels that are summed are weighed each by itself', async () => {
    const colours = pictureOf([1, 10, 100, 8, 8, 8, 3, 30, 300], 3, 3, [255, 0, 255]);
    expect(await run('standard', colours, '1 2 1', { padding: 'valid' })).toEqual([2 * 111 + 2 * 333]);
    const filter = tensor(Float32Array.of(1, 0, 0, 1, 0, 2, 1, 0, 0, 1, 0, 2, 1, 0, 0, 1, 0, 2), [1, 3, 3, 2]);
    expect(await run('standard', colours, filter, { padding: 'valid' })).toEqual([6, 3 * 20 + 6 * 200]);
    const pointwise = tensor(Float32Array.of(1, -1, 0, 0, 0, 1), [3, 2]);
    expect(await run('separable', colours, '.25 .5 .25', { padding: 'valid', pointwise })).toEqual([2, -2 + 200]);
  });

  test('the largest value is one that is seen', async () => {
    const pixels = pictureOf([9, 200, 5, 250], 4, 1, [255, 0, 0, 0]);
    expect(await run('maxpool', pixels, undefined, { windowDimensions: [1, 2] })).toEqual([9, 0]);
  });

  test('one pixel by itself keeps its colour, seen or not', async () => {
    expect(await run('depthwise', hole, 'identity')).toEqual([100, 7, 50, 40]);
    const pointwise = tensor(Float32Array.of(2), [1, 1]);
    expect(await run('pointwise', hole, undefined, { pointwise })).toEqual([200, 14, 100, 80]);
  });

  test('a white square stays white on any hidden ground', async () => {
    const size = 21;
    const inside = (i: number) => [i % size, Math.floor(i / size)].every((at) => at >= 6 && at < 15);
    const pixels = Array.from({ length: size * size }, (_, i) => i);
    for (const ground of [0, 128, 255]) {
      const values = pixels.flatMap((i) => (inside(i) ? [255, 255, 255] : [ground, 0, 255 - ground]));
      const square = pictureOf(
        values,
        size,
        3,
        pixels.map((i) => (inside(i) ? 255 : 0)),
      );
      const blurred = await run('spatial', square, 'gaussian:9', { dtype: 'uint8' });
      for (const i of pixels.filter(inside)) expect(blurred.slice(3 * i, 3 * i + 3)).toEqual([255, 255, 255]);
    }
  });
});

const sample = fc.integer({ min: 0, max: 255 });
const pixelsOf = (alpha: fc.Arbitrary<number>) =>
  fc.array(fc.record({ seen: fc.tuple(sample, sample), hidden: fc.tuple(sample, sample), alpha }), {
    minLength: 48,
    maxLength: 48,
  });
const kernels = ['gaussian:3', 'sobel-x', 'sharpen', 'laplacian', 'emboss', 'box:2', '1 2; 3 -4'];
const summing = tensor(
  Float32Array.from({ length: 36 }, (_, i) => ((i * 7) % 11) - 4),
  [3, 3, 2, 2],
);
const pointwise = tensor(Float32Array.of(1, -1, 0.5, 2), [2, 2]);
const aKernel = (mode: ModeName) => fc.constantFrom(...kernels, ...(/standard|transposed/.test(mode) ? [summing] : []));
const borders = fc.constantFrom<Border>('zero', 'replicate', 'reflect', 'wrap');

describe.each(modeNames.filter((mode) => mode !== 'pointwise'))('%s', (mode) => {
  const settings = (border: Border): Given =>
    /pool/.test(mode) ? { windowDimensions: [3, 2] } : { border, pointwise };

  test('no result depends on a colour that nobody sees', async () => {
    const alpha = fc.constantFrom(0, 0, 77, 255);
    await fc.assert(
      fc.asyncProperty(pixelsOf(alpha), aKernel(mode), borders, async (pixels, kernel, border) => {
        const alphas = pixels.map((pixel) => pixel.alpha);
        const one = pixels.flatMap(({ seen }) => seen);
        const other = pixels.flatMap(({ seen, hidden, alpha: a }) => (a === 0 ? hidden : seen));
        const [first, second] = [one, other].map((values) => pictureOf(values, 8, 2, alphas));
        const given = settings(border);
        expect(await run(mode, second, kernel, given)).toEqual(await run(mode, first, kernel, given));
      }),
      { numRuns: 40 },
    );
  });

  test('where all is opaque nothing changes, to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(pixelsOf(fc.constant(255)), aKernel(mode), borders, async (pixels, kernel, border) => {
        const values = pixels.flatMap(({ seen }) => seen);
        const given = settings(border);
        const plain = await run(mode, pictureOf(values, 8, 2), kernel, given);
        const alphas = pixels.map((pixel) => pixel.alpha);
        expect(await run(mode, pictureOf(values, 8, 2, alphas), kernel, given)).toEqual(plain);
        // One hidden pixel in a corner: what is computed far from it stays the same.
        const holed = await run(mode, pictureOf(values, 8, 2, [...alphas.slice(0, -1), 0]), kernel, given);
        if (border !== 'wrap') expect(holed.slice(0, holed.length / 3)).toEqual(plain.slice(0, holed.length / 3));
      }),
      { numRuns: 40 },
    );
  });
});
