// What src/image gives to users: runs on any host, and does what the command line does.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { createRuntime, separateFilter, tensor } from '../src/entries/node.js';
import {
  fitKernel,
  formatNpy,
  fromPixels,
  gaussianTaps,
  kernelPreset,
  mixPreset,
  padImage,
  parseNpy,
  toPixels,
} from '../src/image/index.js';
import { at, decoded, photograph, succeed } from './support/command-line.js';
import { expectError } from './support/errors.js';

test('it is bundled without packages, and runs where there is nothing but JavaScript', async () => {
  const entry = fileURLToPath(new URL('../src/image/index.ts', import.meta.url));
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    globalName: 'image',
    platform: 'browser',
    write: false,
    metafile: true,
  });
  expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'))).toEqual([]);
  const [{ text }] = outputFiles;
  const context = createContext({});
  const script = `${text}
    const file = image.formatNpy(image.kernelPreset('gaussian:5'));
    const { tensor } = image.parseNpy(file);
    [...image.toPixels(tensor.data.map((value) => value * 1000))].join();`;
  const expected = toPixels(kernelPreset('gaussian:5').data.map((value) => value * 1000));
  expect(runInContext(script, context)).toBe([...expected].join());
});

describe('samples to tensors and back', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 255);

  test('each as it is, into a new tensor or a given one', () => {
    const image = fromPixels(bytes, [1, 2, 3]);
    expect(image).toEqual(tensor(Float32Array.from(bytes), [1, 1, 2, 3]));
    const out = tensor(new Float32Array(6), [1, 1, 2, 3]);
    expect(fromPixels(bytes, [1, 2, 3], out)).toBe(out);
    expect(out).toEqual(image);
    const wide = Uint16Array.of(0, 65535);
    expect([...fromPixels(wide, [2, 1, 1]).data]).toEqual([...wide]);
  });

  test('back into a given array', () => {
    const results = Float32Array.of(-1, 0.5, 1.5, 254.5, 300, Number.NaN);
    const out = new Uint8ClampedArray(6);
    expect(toPixels(results, {}, out)).toBe(out);
    expect([...out]).toEqual([0, 0, 2, 254, 255, 0]);
    const wide = new Uint16Array(6);
    expect([...toPixels(results, { maximum: 65535 }, wide)]).toEqual([0, 128, 386, 65406, 65535, 0]);
  });

  test('what does not fit is refused', () => {
    expectError(() => fromPixels(bytes, [2, 2, 3]), 'ERR_SHAPE', 'samples', '12 samples');
    expectError(() => fromPixels(bytes, [1, 2.5, 3]), 'ERR_SHAPE', 'size');
    expectError(
      () => fromPixels(bytes, [1, 2, 3], tensor(new Float32Array(6), [1, 2, 1, 3])),
      'ERR_SHAPE',
      'out.shape',
    );
    expectError(() => toPixels(new Float32Array(6), {}, new Uint8ClampedArray(5)), 'ERR_SHAPE', 'out');
    expectError(() => toPixels(new Float32Array(6), {}, new Uint16Array(6)), 'ERR_DTYPE', 'out');
  });
});

describe('what the command line does, done by the library: the same bytes', async () => {
  const { samples, width, height } = await decoded(photograph, 'srgb');
  const image = fromPixels(Uint8Array.from(samples), [height, width, 3]);
  const on = await createRuntime();
  const written = async (args: string[]) => {
    await succeed([photograph, ...args, '-o', 'written.png', '--force'], {});
    return (await decoded(at('written.png'), 'srgb')).samples;
  };

  test('depthwise, its border a padded copy', async () => {
    const padded = padImage(image, { top: 1, bottom: 1, left: 1, right: 1 }, 'reflect');
    const edges = on.depthwiseConv2d(padded, fitKernel(kernelPreset('sobel-x'), 3));
    const args = ['-k', 'sobel-x', '--border', 'reflect', '--range', 'abs'];
    expect([...toPixels(edges.data, { range: 'abs' })]).toEqual(await written(args));
  });

  test('spatial, by the factors of the filter', async () => {
    const { rows, columns } = separateFilter(kernelPreset('gaussian:9'));
    const soft = on.sepFilter2d(image, rows[0], columns[0]);
    expect([...toPixels(soft.data)]).toEqual(await written(['-m', 'spatial', '-k', 'gaussian:9']));
    const nearly = on.sepFilter2d(image, gaussianTaps(9), gaussianTaps(9));
    for (const [i, value] of nearly.data.entries()) expect(Math.abs(value - soft.data[i])).toBeLessThan(1e-3);
  });

  test('pointwise', async () => {
    const { data } = on.pointwiseConv2d(image, mixPreset('sepia', 3));
    expect([...toPixels(data)]).toEqual(await written(['-m', 'pointwise', '-k', 'sepia']));
  });

  test('.npy', async () => {
    writeFileSync(at('image.npy'), formatNpy(image));
    await succeed(['image.npy', '-k', 'laplacian', '-o', 'edges.npy'], {});
    const padded = padImage(image, { top: 1, bottom: 1, left: 1, right: 1 }, 'replicate');
    const expected = on.depthwiseConv2d(padded, fitKernel(kernelPreset('laplacian'), 3));
    expect(parseNpy(readFileSync(at('edges.npy'))).tensor).toEqual({
      data: expected.data,
      shape: [1, height, width, 3],
    });
  });
});
