// Which samples are read from a file: those that its format defines, for files of every kind.
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decode } from '../src/image/decode.js';
import { encodeSamples, long, patched, tiffOf } from './support/files.js';
import { channelsOfType, type PngKind, pngOf } from './support/png.js';

const kinds = (
  [
    [0, [1, 2, 4, 8, 16]],
    [2, [8, 16]],
    [3, [1, 2, 4, 8]],
    [4, [8, 16]],
    [6, [8, 16]],
  ] as const
).flatMap(([colourType, depths]) =>
  depths.flatMap((depth) => [false, true].map((isInterlaced) => ({ colourType, depth, isInterlaced }))),
);

const sizes = [
  [1, 1],
  [3, 2],
  [7, 9],
  [32, 5],
] as const;

/** Samples that look like chance and hold both ends. */
const samplesOf = (length: number, depth: number) =>
  Array.from({ length }, (_, i) => (i === 0 ? 2 ** depth - 1 : (i * 7919 + i * i * 31) % 2 ** depth));

const shorts = (...values: number[]) => Buffer.concat(values.map((value) => long(value).subarray(2)));

/** Picture and alpha as one list of pixels. */
async function pixelsOf(file: Uint8Array) {
  const { image, alpha, maximum } = await decode(file, 'file');
  const channels = image.shape[3];
  const size = image.data.length / channels;
  const pixels = Array.from({ length: size }, (_, i) => [
    ...image.data.subarray(i * channels, (i + 1) * channels),
    ...(alpha ? [alpha[i]] : []),
  ]);
  return { pixels, maximum, width: image.shape[2], height: image.shape[1] };
}

function inPixels(samples: readonly number[], channels: number): number[][] {
  return Array.from({ length: samples.length / channels }, (_, i) => samples.slice(i * channels, (i + 1) * channels));
}

describe('PNG', () => {
  test.each(kinds)('$title', async ({ colourType, depth, isInterlaced }) => {
    for (const [width, height] of sizes) {
      const kind: PngKind = { width, height, colourType, depth, isInterlaced };
      const channels = channelsOfType[colourType];
      const samples = samplesOf(width * height * channels, depth);
      const pixels = inPixels(samples, channels);
      const colours = Array.from({ length: 2 ** depth }, (_, i) => [(i * 37) % 256, 255 - i, (i * i) % 256]);
      const palette = colourType === 3 ? [['PLTE', Uint8Array.from(colours.flat())] as const] : [];
      const most = 2 ** depth - 1;
      const scaled = (pixel: readonly number[]) =>
        depth < 8 ? pixel.map((value) => (value * 255) / most) : [...pixel];
      const maximum = depth === 16 ? 65535 : 255;
      const expected = colourType === 3 ? samples.map((place) => colours[place]) : pixels.map(scaled);
      expect(await pixelsOf(pngOf(kind, samples, palette))).toEqual({ pixels: expected, maximum, width, height });
      if (colourType > 3) continue;
      const opacities = colours.slice(0, Math.ceil(colours.length / 2)).map((_, i) => (i * 90) % 256);
      const keys = { 0: shorts(samples[0]), 2: shorts(...pixels[0]), 3: Uint8Array.from(opacities) } as const;
      const isKey = (pixel: readonly number[]) => pixel.every((value, c) => value === pixels[0][c]);
      const alphaOf = (i: number) =>
        colourType === 3 ? (opacities[samples[i]] ?? 255) : isKey(pixels[i]) ? 0 : maximum;
      const transparent = pngOf(kind, samples, [...palette, ['tRNS', keys[colourType as 0 | 2 | 3]]]);
      expect((await pixelsOf(transparent)).pixels).toEqual(expected.map((pixel, i) => [...pixel, alphaOf(i)]));
    }
  });
});

describe('the EXIF turn', () => {
  const [width, height] = [5, 3];
  const samples = Array.from({ length: width * height }, (_, i) => i * 17);
  /** Where the pixel at x and y of the turned picture is stored. */
  const sources: Record<number, (x: number, y: number) => readonly [x: number, y: number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [width - 1 - x, y],
    3: (x, y) => [width - 1 - x, height - 1 - y],
    4: (x, y) => [x, height - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, height - 1 - x],
    7: (x, y) => [width - 1 - y, height - 1 - x],
    8: (x, y) => [width - 1 - y, x],
  };
  const kind: PngKind = { width, height, colourType: 0, depth: 8, isInterlaced: false };
  const exif = (turn: number) =>
    Buffer.concat([Buffer.from('MM\0*', 'latin1'), long(8), shorts(1, 0x112, 3), long(1), shorts(turn, 0), long(0)]);

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i', async (turn) => {
    const isSideways = turn > 4;
    const [w, h] = isSideways ? [height, width] : [width, height];
    const turned = Array.from({ length: w * h }, (_, i) => sources[turn](i % w, Math.floor(i / w)));
    const expected = turned.map(([x, y]) => [samples[y * width + x]]);
    const png = pngOf(kind, samples, [['eXIf', exif(turn)]]);
    const little = tiffOf(Uint8Array.from(samples), width, true, [[274, 3, 1, [turn, 0, 0, 0]]]);
    const big = tiffOf(Uint8Array.from(samples), width, false, [[274, 3, 1, [0, turn, 0, 0]]]);
    for (const file of [png, little, big]) {
      expect(await pixelsOf(file)).toEqual({ pixels: expected, maximum: 255, width: w, height: h });
    }
    const jpeg = await encodeSamples(Uint8Array.from(samples), width, 1, 'jpeg');
    const segment = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif(turn)]);
    const app1 = Buffer.concat([Uint8Array.of(0xff, 0xe1), shorts(segment.length + 2), segment]);
    const stored = (await pixelsOf(jpeg)).pixels;
    const { pixels } = await pixelsOf(Buffer.concat([jpeg.subarray(0, 2), app1, jpeg.subarray(2)]));
    expect(pixels).toEqual(turned.map(([x, y]) => stored[y * width + x]));
  });
});

describe('others', () => {
  const samples = Uint8Array.from({ length: 12 }, (_, i) => i * 20);

  test('a TIFF in which white is 0', async () => {
    const file = tiffOf(samples, 4, true);
    const photometric = 8 + 12 + 2 + 4 * 12 + 8;
    expect((await pixelsOf(patched(file, photometric, [0]))).pixels.flat()).toEqual([...samples].map((v) => 255 - v));
  });

  test.each([10, 12] as const)('AVIF with %i bits: white is white', async (bitdepth) => {
    const raw = { width: 16, height: 16, channels: 3 } as const;
    const colours = Uint16Array.from({ length: 768 }, (_, i) => (i < 384 ? 65535 : 0));
    const avif = sharp(colours, { raw }).toColourspace('rgb16').avif({ bitdepth, lossless: true });
    const { pixels, maximum } = await pixelsOf(await avif.toBuffer());
    expect([maximum, pixels[0], pixels[255]]).toEqual([65535, [65535, 65535, 65535], [0, 0, 0]]);
  });

  test('the first frame of a GIF', async () => {
    const raw = { width: 2, height: 4, channels: 3, pageHeight: 2 } as const;
    const frames = Uint8Array.from([...Array(4).fill([255, 0, 0]), ...Array(4).fill([0, 0, 255])].flat());
    const gif = await sharp(frames, { raw })
      .gif({ delay: [100, 100] })
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect((await pixelsOf(gif)).pixels.map((pixel) => pixel.slice(0, 3))).toEqual(Array(4).fill([255, 0, 0]));
  });
});
