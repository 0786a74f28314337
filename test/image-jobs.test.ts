// What a job makes of a picture: in each mode, with borders and alpha.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Border, borders, type Dtype } from '../src/core/params.js';
import { prepareJob } from '../src/image/convolve.js';
import { readKernel } from '../src/image/filters.js';
import type { JobOptions } from '../src/image/job.js';
import { type Mode, type ModeName, modes } from '../src/image/modes.js';
import type { Picture } from '../src/image/picture.js';
import { createRuntime, type Tensor, tensor } from '../src/index.js';

const runtime = await createRuntime({ backend: 'reference' });

interface Given extends JobOptions {
  border?: Border;
  dtype?: Dtype;
}

const picture = (values: number[], width: number, channels = 1): Picture => {
  const pixels = values.length / channels;
  return {
    image: tensor(Float32Array.from(values), [1, pixels / width, width, channels]),
    alpha: Uint8Array.from({ length: pixels }, (_, i) => i),
    maximum: 255,
    dtype: 'uint8',
  };
};

/** Runs a mode with a kernel as a user writes it, or as an array; alpha counts the pixels, and the values are those of opaque ones. */
async function run(mode: ModeName, given: Picture, kernel: string | Tensor | undefined, settings: Given = {}) {
  const { border, dtype = 'float32', ...options } = settings;
  const read = typeof kernel === 'string' ? await readKernel(kernel) : kernel;
  const { [mode]: row }: Record<ModeName, Mode> = modes;
  const operation = row.operation({ channels: given.image.shape[3], kernel: read });
  const job = { ...operation, options, border, dtype };
  const prepared = prepareJob(runtime, { ...given, alpha: undefined }, job);
  const marked = prepareJob(runtime, given, job);
  const { data, shape } = await prepared.run();
  expect([prepared.outputShape, marked.outputShape, (await marked.run()).shape]).toEqual([shape, shape, shape]);
  for (const each of [prepared, marked]) each[Symbol.dispose]();
  return { values: [...data], shape, alpha: [...marked.alpha!], separation: operation.separation };
}

const rising = Array.from({ length: 9 }, (_, i) => i + 1);

describe('windows', () => {
  const same = { padding: 'same', border: 'replicate' } as const;

  test('an even filter stands with its floor((k − 1) / 2)th tap on the pixel', async () => {
    const { values, alpha } = await run('depthwise', picture([1, 2, 4, 8], 4), '10 1', same);
    expect(values).toEqual([12, 24, 48, 88]);
    expect(alpha).toEqual([0, 1, 2, 3]);
  });

  test('same-lower stands one tap later', async () => {
    const { values, alpha } = await run('depthwise', picture([1, 2, 4, 8], 4), '10 1', {
      ...same,
      padding: 'same-lower',
    });
    expect(values).toEqual([11, 12, 24, 48]);
    expect(alpha).toEqual([0, 1, 2, 3]);
  });

  test('the zero border darkens the edge', async () => {
    const ones = picture([1, 1, 1], 3);
    expect((await run('depthwise', ones, '1 1 1', { ...same, border: 'zero' })).values).toEqual([2, 3, 2]);
    expect((await run('depthwise', ones, '1 1 1', same)).values).toEqual([3, 3, 3]);
  });

  test('valid shrinks; strides and dilations move the anchor', async () => {
    expect(await run('depthwise', picture(rising, 9), '0 1 0')).toMatchObject({
      values: [2, 3, 4, 5, 6, 7, 8],
      alpha: [1, 2, 3, 4, 5, 6, 7],
    });
    const strided = await run('depthwise', picture(rising, 9), '0 1 0', { strides: [1, 3], dilations: [1, 2] });
    expect(strided).toMatchObject({ values: [3, 6], alpha: [2, 5] });
  });

  test('explicit padding is filled by the border', async () => {
    const settings = { padding: [0, 2], border: 'reflect' } as const;
    const { values, alpha } = await run('depthwise', picture([1, 2, 3], 3), '1', settings);
    expect(values).toEqual([3, 2, 1, 2, 3, 2, 1]);
    expect(alpha).toEqual([0, 0, 0, 1, 2, 2, 2]);
  });
});

describe('standard', () => {
  const colours = picture([1, 10, 100, 2, 20, 200], 2, 3);

  test('a plain filter gives the sum over all channels', async () => {
    const { values, shape } = await run('standard', colours, '1 2');
    expect({ values, shape }).toEqual({ values: [111 + 2 * 222], shape: [1, 1, 1, 1] });
  });

  test('a filter of [h, w, in, out] gives its outputs', async () => {
    const filter = tensor(Float32Array.of(1, 0, 0, 1, 0, 2), [1, 1, 3, 2]);
    expect((await run('standard', colours, filter)).values).toEqual([1, 210, 2, 420]);
  });
});

describe('transposed', () => {
  const same = { padding: 'same', border: 'replicate' } as const;

  test('the identity puts the pixels apart', async () => {
    const settings = { strides: [1, 3], padding: 'same', border: 'zero' } as const;
    const { values, alpha } = await run('transposed', picture([5, 7], 2), '1', settings);
    expect(values).toEqual([5, 0, 0, 7, 0, 0]);
    expect(alpha).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test('bilinear goes in even steps, and stays at the edges', async () => {
    const { values, alpha } = await run('transposed', picture([0, 8, 16], 3), 'bilinear:1:2', {
      ...same,
      strides: [1, 2],
    });
    expect(values).toEqual([0, 2, 6, 10, 14, 16]);
    expect(alpha).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test.each([1, 2, 3, 4, 5])('what is one colour stays so, enlarged by %i', async (strides) => {
    const { values, shape } = await run('transposed', picture(Array(12).fill(90), 2, 2), `bilinear:${strides}`, {
      ...same,
      strides,
    });
    expect(shape).toEqual([1, 3 * strides, 2 * strides, 2]);
    for (const value of values) expect(value).toBeCloseTo(90, 4);
  });

  test('each channel has a filter of its own, or all are summed by [h, w, in, out]', async () => {
    const colours = picture([1, 10, 100], 1, 3);
    const own = tensor(Float32Array.of(1, 2, 3), [1, 1, 3]);
    expect((await run('transposed', colours, own)).values).toEqual([1, 20, 300]);
    const full = tensor(Float32Array.of(1, 0, 1, 2, 1, 0), [1, 1, 3, 2]);
    expect((await run('transposed', colours, full)).values).toEqual([111, 20]);
  });

  test('where the picture ends in zeros, repeating them changes nothing', async () => {
    const size = fc.integer({ min: 1, max: 4 });
    const padding = fc.oneof(fc.constantFrom('same', 'same-lower', 'valid' as const), fc.constantFrom(0, 1));
    await fc.assert(
      fc.asyncProperty(size, size, size, size, padding, async (stride, dilation, rows, columns, pad) => {
        const values = [...'0000012003400000'].map(Number);
        const kernel = tensor(
          Float32Array.from({ length: rows * columns }, (_, i) => i + 1),
          [rows, columns],
        );
        const settings = { strides: stride, dilations: dilation, padding: pad } as Given;
        const outcome = (border: Border) => run('transposed', picture(values, 4), kernel, { ...settings, border });
        expect(await outcome('replicate')).toEqual(await outcome('zero'));
      }),
    );
  });
});

describe('pooling', () => {
  test('windows side by side, and the alpha under their anchors', async () => {
    const pixels = picture([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 4);
    expect(await run('maxpool', pixels, undefined, { windowDimensions: 2 })).toMatchObject({
      values: [6, 8],
      alpha: [0, 2],
    });
    expect((await run('avgpool', pixels, undefined, { windowDimensions: [3, 2] })).values).toEqual([5.5, 7.5]);
  });

  test('ceil mode, and padding that counts', async () => {
    const row = picture([4, 8, 12], 3);
    const settings = { windowDimensions: [1, 2], strides: [1, 2] } as const;
    expect((await run('maxpool', row, undefined, settings)).values).toEqual([8]);
    expect(await run('maxpool', row, undefined, { ...settings, ceilMode: true })).toMatchObject({
      values: [8, 12],
      alpha: [0, 2],
    });
    const padded = { ...settings, padding: [0, 1] } as const;
    expect((await run('avgpool', row, undefined, padded)).values).toEqual([4, 10]);
    expect((await run('avgpool', row, undefined, { ...padded, countIncludePad: true })).values).toEqual([2, 10]);
  });
});

describe('spatial', () => {
  const noise = Array.from({ length: 7 * 9 * 3 }, (_, i) => (i * 89 + ((i * i) % 37) * 11) % 256);
  const photo = picture(noise, 9, 3);
  const depthwise = (kernel: string, border: Border) => run('depthwise', photo, kernel, { padding: 'same', border });

  test.each(borders)('separated or not, %s gives what depthwise gives', async (border) => {
    for (const kernel of ['sobel-x', '1 2 3 4; 2 4 6 8', 'emboss', '1 2; 3 4']) {
      const settings = { padding: 'same', border } as const;
      const expected = await depthwise(kernel, border);
      const { values, shape, alpha } = await run('spatial', photo, kernel, settings);
      expect({ values, shape, alpha }).toEqual({
        values: expected.values,
        shape: expected.shape,
        alpha: expected.alpha,
      });
      const bytes = await run('spatial', photo, kernel, { ...settings, dtype: 'uint8' });
      expect(bytes.values).toEqual([...Uint8ClampedArray.from(expected.values)]);
    }
  });

  test('says what it did, and why', async () => {
    const separation = async (kernel: string | Tensor) => (await run('spatial', photo, kernel)).separation!;
    expect(await separation('sobel-x')).toEqual({
      isSeparated: true,
      rank: 1,
      error: 0,
      reason: 'separated: rank 1 (error 0.0, at most 2^-22); 3 + 3 taps instead of 9',
    });
    const gaussian = await separation('gaussian:9');
    expect(gaussian.isSeparated).toBe(true);
    expect(gaussian.error).toBeLessThan(2 ** -22);
    expect(await separation('1 0; 0 1')).toMatchObject({
      isSeparated: false,
      rank: 2,
      reason: expect.stringMatching(
        /^not separated: it has rank 2, and one row by one column would miss 71 % of it; the/,
      ),
    });
    const own = tensor(Float32Array.of(1, 2, 3), [1, 1, 3]);
    expect(await separation(own)).toMatchObject({ rank: undefined, reason: expect.stringContaining('of their own') });
    const infinite = tensor(Float32Array.of(1, Infinity), [1, 2]);
    expect((await separation(infinite)).reason).toMatch(/not all of its numbers are finite/);
    expect((await separation('0 0; 0 0')).isSeparated).toBe(false);
  });

  test('a filter that is nearly a product is one within the tolerance only', async () => {
    const nearly = async (by: number) => {
      const kernel = tensor(Float32Array.of(1, 1, 1, 1 + by), [2, 2]);
      return (await run('spatial', photo, kernel)).separation!.isSeparated;
    };
    expect([await nearly(2 ** -23), await nearly(2 ** -18)]).toEqual([true, false]);
  });
});
