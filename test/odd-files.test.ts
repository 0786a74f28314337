// Files that are odd but whole are read; files that lost data are refused, and so are promises of too much.
import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decode, defaultMaxPixels } from '../src/image/decode.js';
import { encode } from '../src/image/encode.js';
import { filterPicture } from '../src/image/filter-picture.js';
import { createRuntime, tensor } from '../src/index.js';
import { at, fail, succeed } from './support/command-line.js';
import { encodeSamples, inserted, long, markerAt, patched, tiffOf, withChunks } from './support/files.js';

const samples = Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * i) % 251);
const jpeg = await encodeSamples(samples, 64, 3, 'jpeg');
const png = await encodeSamples(samples, 64, 3, 'png');
const scan = markerAt(jpeg, 0xda);
const data = scan + 2 + jpeg.readUInt16BE(scan + 2);
const tables = markerAt(jpeg, 0xdb);
const valuesOf = async (bytes: Uint8Array) => [...(await decode(bytes, 'odd')).image.data];

const oddScan = patched(jpeg, data - 3, [0, 62, 1]);
const strayBytes = inserted(jpeg, tables, [0, 1, 2, 0xff, 0, 9]);

describe('a JPEG that is odd but whole', () => {
  test.each([
    ['with scan parameters that a sequential one has not', oddScan],
    ['with stray bytes between segments', strayBytes],
    ['with both', patched(strayBytes, data + 6 - 3, [0, 62, 1])],
    ['with bytes after its end', inserted(jpeg, jpeg.length, [7, 7, 7, 7])],
    ['with fill bytes before a marker', inserted(jpeg, tables, [0xff, 0xff])],
  ])('%s', async (_, file) => expect(await valuesOf(file)).toEqual(await valuesOf(jpeg)));

  test('without its end, but no byte less', async () => {
    const whole = await valuesOf(jpeg);
    for (const missing of [1, 2]) expect(await valuesOf(jpeg.subarray(0, -missing))).toEqual(whole);
    for (let missing = 3; missing < 60; missing++) {
      await expect(decode(jpeg.subarray(0, -missing), 'cut.jpg')).rejects.toMatchObject({ code: 'ERR_CODEC' });
    }
    const progressive = await sharp(jpeg).jpeg({ progressive: true }).toBuffer();
    await expect(decode(progressive.subarray(0, -2), 'cut.jpg')).rejects.toMatchObject({ code: 'ERR_CODEC' });
  });

  test('in several scans, with restart markers', async () => {
    const progressive = await sharp(jpeg).jpeg({ progressive: true }).toBuffer();
    const odd = inserted(progressive, markerAt(progressive, 0xdb), [1, 2]);
    expect(await valuesOf(odd)).toEqual(await valuesOf(progressive));
  });
});

describe('a JPEG that lost data', () => {
  const noise = [0x55, 0x55, 0xff, 0, 0xff, 0, 0xff, 0];
  test.each([
    ['cut', jpeg.subarray(0, -300)],
    ['damaged', patched(jpeg, data + 100, noise)],
    ['ended early', patched(jpeg, data + 100, [0xff, 0xd9])],
    ['odd and cut', oddScan.subarray(0, -300)],
    ['odd and damaged', patched(oddScan, data + 100, noise)],
    ['odd and ended early', patched(strayBytes, data + 106, [0xff, 0xd9])],
    ['odd and cut in a segment', strayBytes.subarray(0, tables + 30)],
  ])('%s', async (_, file) => {
    await expect(decode(file, 'lost.jpg')).rejects.toMatchObject({
      code: 'ERR_CODEC',
      details: { argument: 'lost.jpg' },
    });
  });
});

describe.each([true, false])('a TIFF, little-endian: %s', (isLittle) => {
  const pixels = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
  const text = [...Buffer.from('abcd')];

  test.each([
    ['whose text has no final zero', tiffOf(pixels, 4, isLittle, [[305, 2, 4, text]])],
    ['whose tags are out of order', tiffOf(pixels, 4, isLittle, [[65000, 2, 4, text]], { isSorted: false })],
    ['with a tag that nobody knows', tiffOf(pixels, 4, isLittle, [[60123, 2, 4, text]])],
  ])('%s', async (_, file) => expect(await valuesOf(file)).toEqual([...pixels]));

  test('that is cut is refused', async () => {
    const file = tiffOf(pixels, 4, isLittle, [[305, 2, 4, text]]);
    await expect(decode(file.subarray(0, -20), 'cut.tif')).rejects.toMatchObject({ code: 'ERR_CODEC' });
    const placeOfStrip = 8 + pixels.length + 2 + 5 * 12 + 8;
    const beyond = patched(file, placeOfStrip + (isLittle ? 0 : 3), [200]);
    await expect(decode(beyond, 'beyond.tif')).rejects.toMatchObject({ code: 'ERR_CODEC' });
  });
});

test('a BigTIFF whose tags are out of order', async () => {
  const raw = { width: 64, height: 48, channels: 3 } as const;
  const file = await sharp(samples, { raw }).tiff({ bigtiff: true, compression: 'deflate' }).toBuffer();
  const directory = Number(file.readBigUInt64LE(8));
  const places = Array.from({ length: Number(file.readBigUInt64LE(directory)) }, (_, i) => directory + 8 + 20 * i);
  const resolution = places.find((at) => file.readUInt16LE(at) === 282)!;
  expect(await valuesOf(patched(file, resolution, [0xe8, 0xfd]))).toEqual([...samples]);
});

describe('limits', () => {
  const bomb = (width: number, height: number) => {
    const header = withChunks(png, ['IHDR', Buffer.concat([long(width, height), png.subarray(24, 29)])]);
    return Buffer.concat([header.subarray(0, 8), header.subarray(33)]);
  };

  test('a picture bomb is refused by its header, and the option named', async () => {
    const refused = decode(bomb(100_000, 100_000), 'bomb.png');
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      message: expect.stringMatching(
        /bomb\.png: expected at most 268402689 pixels, got .*; raise it with --max-pixels/,
      ),
    });
    await expect(decode(bomb(100_000, 100_000), 'bomb.png', { maxPixels: 1e10 })).rejects.toMatchObject({
      code: 'ERR_CODEC',
    });
  });

  test('the limit of the command line', async () => {
    writeFileSync(at('small.png'), png);
    await fail(
      ['small.png', '-o', 'never.png', '--max-pixels', '3071'],
      1,
      /at most 3071 pixels, got "3072, 64 wide and 48 high"/,
    );
    await fail(['small.png', '-o', 'never.png', '--max-pixels', 'all'], 2, /max-pixels: expected a whole number/);
    await succeed(['small.png', '-o', 'within.png', '--max-pixels', '3072']);
  });

  test('the limit is what it says', async () => {
    const picture = await decode(png, 'a.png', { maxPixels: 64 * 48 });
    expect(picture.image.shape).toEqual([1, 48, 64, 3]);
    await expect(decode(png, 'a.png', { maxPixels: 64 * 48 - 1 })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  test('what a format can not hold is refused before it is computed', async () => {
    const runtime = await createRuntime({ backend: 'reference' });
    const prepareConvTranspose2d: typeof runtime.prepareConvTranspose2d = (...args) =>
      Object.assign(runtime.prepareConvTranspose2d(...args), { run: () => expect.unreachable() });
    const kernel = tensor(Float32Array.of(1), [1, 1, 1, 1]);
    const job = {
      op: 'convTranspose2d',
      filters: [kernel],
      options: { strides: [1, 2000] },
      dtype: 'float32',
    } as const;
    const wide = await encodeSamples(new Uint8Array(40), 40, 1, 'png');
    const task = { jobFor: () => job, range: 'clamp' } as const;
    for (const [format, longest] of [
      ['jpeg', 65_500],
      ['webp', 16_383],
      ['avif', 16_384],
    ] as const) {
      const refused = filterPicture({ ...runtime, prepareConvTranspose2d }, wide, 'wide.png', { ...task, format });
      const sentence = new RegExp(`output: expected at most ${longest} pixels a side, as ${format} holds.*write it as`);
      await expect(refused).rejects.toMatchObject({ code: 'ERR_LIMIT', message: expect.stringMatching(sentence) });
    }
  });

  test('more pixels than are read by default are written', async () => {
    const [width, height] = [16_384, 16_384];
    const image = tensor(new Uint8Array(width * height), [1, height, width, 1]);
    const { bytes } = await encode({ image, maximum: 255 }, 'png', 'clamp');
    expect(width * height).toBeGreaterThan(defaultMaxPixels);
    await expect(decode(bytes, 'large.png')).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });
});
