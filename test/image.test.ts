import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Border } from '../src/core/params.js';
import { tensor } from '../src/core/tensor.js';
import { padImage } from '../src/image/border.js';
import { writeBytes } from '../src/image/files.js';
import { readKernel, readMix } from '../src/image/filters.js';
import { fitKernel, flip } from '../src/image/fit.js';
import { gaussianTaps } from '../src/image/gaussian.js';
import { toPixels } from '../src/image/pixels.js';
import { kernelPreset, mixPreset } from '../src/image/presets.js';
import { expectError } from './support/errors.js';

describe('presets', () => {
  const literal: Record<string, number[]> = {
    identity: [1],
    'sobel-x': [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    'sobel-y': [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    'prewitt-x': [-1, 0, 1, -1, 0, 1, -1, 0, 1],
    'prewitt-y': [-1, -1, -1, 0, 0, 0, 1, 1, 1],
    'scharr-x': [-3, 0, 3, -10, 0, 10, -3, 0, 3],
    'scharr-y': [-3, -10, -3, 0, 0, 0, 3, 10, 3],
    laplacian: [0, 1, 0, 1, -4, 1, 0, 1, 0],
    sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
    emboss: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
    'box:2': [0.25, 0.25, 0.25, 0.25],
  };

  test.each(Object.entries(literal))('%s', (name, expected) => {
    const side = Math.sqrt(expected.length);
    expect(kernelPreset(name)).toEqual({ data: Float32Array.from(expected), shape: [side, side] });
  });

  test('motion is one row', () => {
    expect(kernelPreset('motion:4')).toEqual({ data: Float32Array.of(0.25, 0.25, 0.25, 0.25), shape: [1, 4] });
  });

  test('gaussian:3:1 has the weights of the bell curve', () => {
    const edge = 0.27406862; // e^(−1/2) / (1 + 2 e^(−1/2)), by hand
    const middle = 0.45186276;
    const row = [edge, middle, edge];
    const { data, shape } = kernelPreset('gaussian:3:1');
    expect(shape).toEqual([3, 3]);
    row.forEach((y, i) => {
      row.forEach((x, j) => {
        expect(data[i * 3 + j]).toBeCloseTo(y * x, 7);
      });
    });
  });

  test.each(['gaussian:9', 'gaussian:4:0.1', 'box:7', 'motion:15'])('%s sums to 1', (name) => {
    expect(kernelPreset(name).data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  test('the default sigma is 0.3 · ((k − 1) / 2 − 1) + 0.8', () => {
    expect(kernelPreset('gaussian:9')).toEqual(kernelPreset('gaussian:9:1.7'));
  });

  test('bilinear falls to 0 at the next pixel, and its phases sum to 1', () => {
    expect(kernelPreset('bilinear:2:1')).toEqual({ data: Float32Array.of(0.25, 0.75, 0.75, 0.25), shape: [4, 1] });
    expect(kernelPreset('bilinear:1')).toEqual({ data: Float32Array.of(1), shape: [1, 1] });
    const { data, shape } = kernelPreset('bilinear:1:3');
    expect(shape).toEqual([1, 5]);
    [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3].forEach((weight, i) => {
      expect(data[i]).toBeCloseTo(weight, 7);
    });
    expect(kernelPreset('bilinear:3').shape).toEqual([5, 5]);
  });

  test('mixes of channels', () => {
    expect(mixPreset('luma', 3)).toEqual({ data: Float32Array.of(0.299, 0.587, 0.114), shape: [3, 1] });
    expect(mixPreset('swap-rb', 3).data).toEqual(Float32Array.of(0, 0, 1, 0, 1, 0, 1, 0, 0));
    expect(mixPreset('saturate:1', 3).data).toEqual(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
    expect(mixPreset('saturate:0', 3).data.slice(0, 3)).toEqual(Float32Array.of(0.299, 0.299, 0.299));
    expect(mixPreset('identity', 2)).toEqual({ data: Float32Array.of(1, 0, 0, 1), shape: [2, 2] });
    expect(mixPreset('mean', 4)).toEqual({ data: Float32Array.of(0.25, 0.25, 0.25, 0.25), shape: [4, 1] });
    expect(mixPreset('sepia', 3).data[3]).toBe(Math.fround(0.769));
  });

  test.each([
    'bilinear:0',
    'bilinear:2:2:2',
    'box',
    'box:0',
    'box:1.5',
    'box:1000',
    'box:',
    'box:3:3',
    'gaussian:3:0',
    'sobel-x:3',
    'gaussian:3:x',
  ])('%s is refused', (name) => expectError(() => kernelPreset(name), 'ERR_OPTION', 'kernel'));

  test('colour mixes are refused for other channels', () => {
    expectError(() => mixPreset('luma', 1), 'ERR_SHAPE', 'pointwise');
    expectError(() => mixPreset('saturate:-1', 3, 'kernel'), 'ERR_OPTION', 'kernel');
  });

  test.each([
    ['sobel', "did you mean 'sobel-x'?"],
    ['gausian:9', "did you mean 'gaussian'?"],
    ['Laplacian', "did you mean 'laplacian'?"],
    ['toString', 'name one of them'],
    ['sepia', 'it is a mix of channels, for mode pointwise'],
  ])('the kernel %s is none: %s', (name, fix) => {
    expectError(() => kernelPreset(name), 'ERR_OPTION', 'kernel', `; ${fix}`);
  });

  test.each([
    ['lume', "did you mean 'luma'?"],
    ['constructor', 'name one of them'],
    ['sobel-x', 'it is a filter of pixels, for the other modes'],
  ])('the mix %s is none: %s', (name, fix) => {
    expectError(() => mixPreset(name, 3), 'ERR_OPTION', 'pointwise', `; ${fix}`);
  });

  test('gaussianTaps are the rows of the preset, and its columns', () => {
    expect(gaussianTaps(3, 1)).toEqual(Float32Array.of(0.27406862, 0.45186276, 0.27406862));
    expect(gaussianTaps(9)).toEqual(gaussianTaps(9, 1.7));
    expectError(() => gaussianTaps(2.5), 'ERR_OPTION', 'size');
    expectError(() => gaussianTaps(3, Number.NaN), 'ERR_OPTION', 'sigma');
  });
});

describe('filters as text', () => {
  test('one filter serves every channel', async () => {
    const kernel = await readKernel('1 2; 3, 4');
    expect(kernel).toEqual({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] });
    expect(fitKernel(kernel, 2)).toEqual({ data: Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4), shape: [2, 2, 2, 1] });
  });

  test('rows of numbers, with signs, fractions and exponents', async () => {
    expect((await readKernel('-.5 +1e1 ;0 -0.25;')).data).toEqual(Float32Array.of(-0.5, 10, 0, -0.25));
  });

  test.each([
    ['1/9, -1/2; +.5/2 1e1/4', [1 / 9, -0.5, 0.25, 2.5], [2, 2]],
    ['[[-1,0,1],[-2,0,2],[-1,0,1]]', [-1, 0, 1, -2, 0, 2, -1, 0, 1], [3, 3]],
    ['[[1/4, .5,], [+1, 2e0]\n,]', [0.25, 0.5, 1, 2], [2, 2]],
    ['[-1 0 1; -2 0 2]', [-1, 0, 1, -2, 0, 2], [2, 3]],
    ['[1, 2; 3,4;]', [1, 2, 3, 4], [2, 2]],
    ['[[[1, 2]], [[3, 4]]]', [1, 2, 3, 4], [2, 1, 2]],
    ['1 2\n3 4\n', [1, 2, 3, 4], [2, 2]],
  ])('%s', async (text, values, shape) => {
    expect(await readKernel(text)).toEqual({ data: Float32Array.from(values), shape });
  });

  test.each([
    ['1 2; 3', /rows of as many numbers each, got "rows of 2, 1"/],
    ['1 2 x; 3 4 5', /expected numbers, got "x"; write each as -2, \.5, 1e-3 or 1\/9/],
    ['0x10', /got "0x10"/],
    ['- 1', /got "-"/],
    ['1;;2', /got "nothing between two separators"/],
    ['1,,2', /got "nothing between two separators"/],
    ['1/0', /got "1\/0"/],
    ['1/2/3', /got "1\/2\/3"/],
    ['1e39', /numbers of at most 3\.4e38, got 1e\+39/],
    ['[[1, 2], [3]]', /lists of as many items each, 2 as in the first one, got \[3\]/],
    ['[[1, 2], 3]', /lists of lists to one depth, got 3/],
    ['[[1, a]]', /expected numbers, got "a"/],
    ['[[1, 2]', /a \] for every \[, got/],
    ['[[1 2]]', /commas between their items/],
    ['[[]]', /lists with numbers in them, got "an empty list"/],
  ])('%s is refused', async (text, sentence) => {
    await expect(readKernel(text)).rejects.toThrow(sentence);
    await expect(readKernel(text)).rejects.toMatchObject({ code: 'ERR_OPTION', details: { argument: 'kernel' } });
  });

  test('one row in one list says what it lacks', async () => {
    await expect(readKernel('[1, 2, 1]')).rejects.toThrow(
      /\[height, width\].*got \[3\]; write one row as \[\[1, 2, 1\]\]/,
    );
  });

  test('a matrix has one row per channel', async () => {
    expect((await readMix('1; 2; 3', 3)).shape).toEqual([3, 1]);
    await expect(readMix('1 2 3', 3)).rejects.toMatchObject({ code: 'ERR_SHAPE' });
  });

  test('flip turns the taps, not the channels', () => {
    const filter = tensor(Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40), [2, 2, 2, 1]);
    expect(flip(filter).data).toEqual(Float32Array.of(4, 40, 3, 30, 2, 20, 1, 10));
  });
});

describe('borders', () => {
  const row = (border: Exclude<Border, 'zero'>, values: number[], left: number, right: number) => {
    const image = tensor(Float32Array.from(values), [1, 1, values.length, 1]);
    return [...padImage(image, { top: 0, bottom: 0, left, right }, border).data];
  };

  test('replicate', () => expect(row('replicate', [1, 2, 3], 2, 3)).toEqual([1, 1, 1, 2, 3, 3, 3, 3]));
  test('reflect', () => expect(row('reflect', [1, 2, 3], 2, 2)).toEqual([3, 2, 1, 2, 3, 2, 1]));
  test('reflect folds again', () => expect(row('reflect', [1, 2, 3], 5, 1)).toEqual([2, 1, 2, 3, 2, 1, 2, 3, 2]));
  test('reflect of one pixel', () => expect(row('reflect', [7], 3, 2)).toEqual([7, 7, 7, 7, 7, 7]));
  test('wrap', () => expect(row('wrap', [1, 2, 3], 4, 2)).toEqual([3, 1, 2, 3, 1, 2, 3, 1, 2]));

  test('in two directions, with channels and a batch', () => {
    const image = tensor(Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40), [2, 1, 2, 2]);
    const padded = padImage(image, { top: 1, bottom: 0, left: 1, right: 0 }, 'replicate');
    expect(padded.shape).toEqual([2, 2, 3, 2]);
    expect([...padded.data.slice(0, 6)]).toEqual([1, 10, 1, 10, 2, 20]);
    expect([...padded.data.slice(18)]).toEqual([3, 30, 3, 30, 4, 40]);
  });

  test('what is too large is refused before it is allocated', () => {
    const image = tensor(new Float32Array(4), [1, 2, 2, 1]);
    const sides = { top: 100_000, bottom: 0, left: 100_000, right: 0 };
    expectError(() => padImage(image, sides, 'wrap'), 'ERR_SHAPE', 'bordered picture');
  });
});

describe('results to pixels', () => {
  const values = [-Infinity, -1, -0.5, 0.5, 1.5, 2.5, 254.5, 255.5, 1e9, Infinity, Number.NaN, 127.49];
  const results = Float32Array.from(values);

  test('clamp is what Uint8ClampedArray does', () => {
    expect(toPixels(results)).toEqual(Uint8ClampedArray.from(results));
  });

  test('clamp of 16 bits: ties to even, saturated', () => {
    const wide = Float32Array.of(-1, 0.5, 1.5, 65534.5, 65536, Number.NaN);
    expect(toPixels(wide, { white: 65535 })).toEqual(Uint16Array.of(0, 0, 2, 65534, 65535, 0));
  });

  test('abs', () => {
    expect([...toPixels(Float32Array.of(-3, 3, -300), { range: 'abs' })]).toEqual([3, 3, 255]);
  });

  test('normalize spreads the finite values', () => {
    const spread = Float32Array.of(-1, 1, 0, Infinity, Number.NaN);
    expect([...toPixels(spread, { range: 'normalize' })]).toEqual([0, 255, 128, 255, 0]);
    expect([...toPixels(Float32Array.of(7, 7), { range: 'normalize' })]).toEqual([0, 0]);
    expect([...toPixels(Float32Array.of(Number.NaN), { range: 'normalize' })]).toEqual([0]);
  });

  test('16 bits become 8', () => {
    expect([...toPixels(Float32Array.of(0, 257, 65535), { white: 65535, maximum: 255 })]).toEqual([0, 1, 255]);
  });
});

describe('files', () => {
  test('of many writers of one name, one wins, and nothing else is left', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sepconv-'));
    const path = join(folder, 'out.bin');
    const contents = Array.from({ length: 8 }, (_, i) => new Uint8Array(1000).fill(i));
    const outcomes = await Promise.allSettled(contents.map((content) => writeBytes('output', path, content, false)));
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(new Uint8Array(await readFile(path))).toEqual(contents[winner]);
    expect(await readdir(folder)).toEqual(['out.bin']);
  });
});
