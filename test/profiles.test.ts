// Colour profiles: the result of a filter is seen in the colours of its picture, in every format.
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decode } from '../src/image/decode.js';
import { encode, toScreen } from '../src/image/encode.js';
import { filterPicture } from '../src/image/filter-picture.js';
import { type Format, formatOf } from '../src/image/formats.js';
import type { Picture } from '../src/image/picture.js';
import {
  adobePrimaries,
  channelsOf,
  gammaCurve,
  greyProfile,
  p3Primaries,
  profileFor,
  rgbProfile,
  srgbCurve,
  srgbPrimaries,
} from '../src/image/profile.js';
import { createRuntime, tensor } from '../src/index.js';
import { at, report, succeed } from './support/command-line.js';
import { type Codec, encodeSamples, long, patched, withChunks } from './support/files.js';

const runtime = await createRuntime({ backend: 'reference' });
const codecs: readonly Codec[] = ['png', 'jpeg', 'webp', 'tiff', 'avif'];
const p3 = rgbProfile(p3Primaries, srgbCurve);

/** Colours at the edge of a wide gamut, greys and what is between, in blocks that no codec blurs. */
const blocks = [
  [200, 100, 50],
  [255, 0, 0],
  [128, 128, 128],
  [40, 200, 90],
].flatMap((colour) => Array(256).fill(colour).flat());
const picture: Picture = {
  image: tensor(Float32Array.from(blocks), [1, 64, 16, 3]),
  maximum: 255,
  dtype: 'uint8',
  profile: p3,
};

/** What a viewer shows that knows of profiles: the middle of each block, in sRGB. */
async function seen(file: Uint8Array): Promise<number[]> {
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = [8, 24, 40, 56].map((y) => (y * 16 + 8) * info.channels);
  return pixels.flatMap((pixel) => [...data.subarray(pixel, pixel + 3)]);
}

const stored = async (file: Uint8Array) => [...(await decode(file, 'file')).image.data];
const profileOf = async (file: Uint8Array) => (await sharp(file).metadata()).icc;

async function identity(file: Uint8Array, format: Format) {
  const job = { op: 'depthwiseConv2d', options: {}, dtype: 'uint8' } as const;
  const filter = (channels: number) => tensor(new Float32Array(channels).fill(1), [1, 1, channels, 1]);
  const jobFor = (channels: number) => ({ ...job, filters: [filter(channels)] });
  return filterPicture(runtime, file, 'file', { jobFor, format, range: 'clamp' });
}

describe.each(codecs)('%s', (input) => {
  test.each(codecs)('to %s: the profile goes with the picture, the samples stay', async (output) => {
    const { bytes: file } = await encode(picture, input, 'clamp');
    const { bytes, notes } = await identity(file, output);
    expect(notes).toEqual([]);
    expect(Buffer.compare((await profileOf(bytes))!, p3)).toBe(0);
    const before = await decode(file, 'file');
    const plain = await encode({ ...before, profile: undefined }, output, 'clamp');
    expect(await stored(bytes)).toEqual(await stored(plain.bytes));
    if (output === 'png' || output === 'tiff') expect(await seen(bytes)).toEqual(await seen(file));
  });
});

test('a colour is seen as in Display P3, not as in sRGB', async () => {
  const { bytes } = await encode(picture, 'png', 'clamp');
  expect((await seen(bytes)).slice(0, 3)).toEqual([215, 93, 31]);
  expect(await seen((await encode({ ...picture, profile: undefined }, 'png', 'clamp')).bytes)).toEqual(
    blocks.filter((_, i) => i % (256 * 3) < 3),
  );
});

test('16 bits and alpha keep the profile', async () => {
  const alpha = new Uint16Array(64 * 16).fill(40_000);
  const image = tensor(
    picture.image.data.map((value) => value * 257),
    picture.image.shape,
  );
  const wide: Picture = { ...picture, image, alpha, maximum: 65535, dtype: 'float32' };
  for (const format of ['png', 'tiff'] as const) {
    const read = await decode((await encode(wide, format, 'clamp')).bytes, 'wide');
    expect(read).toEqual({ ...wide, profile: p3 });
  }
  const narrow = await decode((await encode(wide, 'webp', 'clamp')).bytes, 'narrow');
  expect(narrow.profile).toEqual(p3);
  expect([narrow.maximum, narrow.alpha![0]]).toEqual([255, Math.round(40_000 / 257)]);
});

describe('grey', () => {
  const greys = [0, 60, 128, 250].flatMap((grey) => Array(256).fill(grey));
  const grey = { image: tensor(Float32Array.from(greys), [1, 64, 16, 1]), maximum: 255 } as const;
  const gamma = gammaCurve(1.8);
  const rgb = rgbProfile(p3Primaries, gamma);
  const triple = { ...grey, image: tensor(Float32Array.from(greys.flatMap((v) => [v, v, v])), [1, 64, 16, 3]) };
  const expected = async () => seen((await encode({ ...triple, profile: rgb }, 'png', 'clamp')).bytes);

  test.each(['png', 'tiff', 'jpeg'] as const)(
    '%s: of a picture in colour has the grey profile that looks the same',
    async (format) => {
      const { bytes, notes } = await encode({ ...grey, profile: rgb }, format, 'clamp');
      expect(notes).toEqual([]);
      expect((await sharp(bytes).metadata()).channels).toBe(1);
      expect(new Uint8Array((await profileOf(bytes))!)).toEqual(greyProfile(gamma));
      if (format !== 'jpeg') expect(await seen(bytes)).toEqual(await expected());
    },
  );

  test.each(['webp', 'avif'] as const)('%s has no grey: three equal channels', async (format) => {
    for (const profile of [rgb, greyProfile(gamma)]) {
      const { bytes } = await encode({ ...grey, profile }, format, 'clamp');
      expect(channelsOf((await profileOf(bytes))!)).toBe(3);
    }
  });

  test('three equal channels, too, where no grey looks the same', async () => {
    const green = Buffer.from(rgb).indexOf('gTRC');
    const longer = Buffer.concat([patched(rgb, green + 4, [...long(rgb.length)]), gammaCurve(2.4)]);
    const tinted = new Uint8Array(patched(longer, 0, [...long(longer.length)]));
    expect(profileFor(tinted, 1)).toBeUndefined();
    const { bytes } = await encode({ ...grey, profile: tinted }, 'png', 'clamp');
    expect((await sharp(bytes).metadata()).channels).toBe(3);
    expect(new Uint8Array((await profileOf(bytes))!)).toEqual(tinted);
  });

  test('in colour: what was grey looks the same', async () => {
    const { bytes } = await encode({ ...triple, profile: greyProfile(gamma) }, 'png', 'clamp');
    expect(await seen(bytes)).toEqual(await expected());
  });

  test('a grey profile that is no curve becomes sRGB where it can not be held, which is said', async () => {
    const strange = greyProfile(gamma);
    strange.set(Buffer.from('kTRX'), Buffer.from(strange).indexOf('kTRC'));
    const { bytes, notes } = await encode({ ...grey, profile: strange }, 'webp', 'clamp');
    expect(notes).toEqual(['converted to sRGB: webp can not hold the colour profile']);
    expect(await profileOf(bytes)).toBeUndefined();
  });
});

describe('what a file says of its colours without a profile', async () => {
  const png = await encodeSamples(Uint8Array.from(blocks), 16, 3, 'png');
  const grey = await encodeSamples(new Uint8Array(1024).fill(128), 16, 1, 'png');
  const linear = ['gAMA', long(100_000)] as const;
  const colours = (...values: number[]) => ['cHRM', long(...values)] as const;
  const p3Colours = colours(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000);
  const srgbColours = colours(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000);
  const profile = async (...chunks: Parameters<typeof withChunks> extends [Buffer, ...infer C] ? C : never) =>
    (await decode(withChunks(png, ...chunks), 'file')).profile;

  test('PNG: gAMA and cHRM', async () => {
    expect(await profile(linear)).toEqual(rgbProfile(srgbPrimaries, gammaCurve(1)));
    expect(await profile(p3Colours)).toEqual(p3);
    expect(await profile(linear, p3Colours)).toEqual(rgbProfile(p3Primaries, gammaCurve(1)));
    expect((await decode(withChunks(grey, linear), 'file')).profile).toEqual(greyProfile(gammaCurve(1)));
  });

  test('PNG: half of the light of white is 188 in sRGB', async () => {
    for (const codec of ['png', 'tiff', 'webp'] as const) {
      const { bytes } = await identity(withChunks(grey, linear), codec);
      expect((await seen(bytes)).slice(0, 3)).toEqual([188, 188, 188]);
    }
  });

  test('PNG: what stands for sRGB is sRGB, and what counts more counts', async () => {
    expect(await profile(['gAMA', long(45455)])).toBeUndefined();
    expect(await profile(['gAMA', long(45455)], srgbColours)).toBeUndefined();
    expect(await profile(['sRGB', Uint8Array.of(0)], linear, p3Colours)).toBeUndefined();
    expect(await profile(['cICP', Uint8Array.of(12, 13, 0, 1)], ['sRGB', Uint8Array.of(0)], linear)).toEqual(p3);
  });

  test('PNG: what makes no sense is as if it were not there', async () => {
    expect(await profile(['gAMA', long(0)], colours(0, 0, 0, 0, 0, 0, 0, 0))).toBeUndefined();
    expect(await profile(colours(31270, 32900, 64000, 33000, 64000, 33000, 15000, 6000))).toBeUndefined();
    expect(await profile(['gAMA', Uint8Array.of(1, 2)])).toBeUndefined();
  });

  test('AVIF: code points', async () => {
    const avif = await encodeSamples(Uint8Array.from(blocks), 16, 3, 'avif');
    expect((await decode(avif, 'file')).profile).toBeUndefined();
    const box = avif.indexOf('nclx');
    expect((await decode(patched(avif, box + 4, [0, 12]), 'file')).profile).toEqual(p3);
  });
});

describe('what cannot be told by curves', () => {
  test('Adobe RGB, which cameras name in EXIF data alone', async () => {
    const jpeg = await encodeSamples(Uint8Array.from(blocks), 16, 3, 'jpeg');
    const entry = (tag: number, type: number, count: number, value: Buffer) =>
      Buffer.concat([long(tag * 65536 + type, count), value]);
    const directory = (...entries: Buffer[]) => Buffer.concat([Uint8Array.of(0, entries.length), ...entries, long(0)]);
    const exif = (index: string) =>
      Buffer.concat([
        Buffer.from('Exif\0\0MM\0*\0\0\0\b', 'latin1'),
        directory(entry(0x8769, 4, 1, long(26))),
        directory(entry(0xa001, 3, 1, Buffer.of(255, 255, 0, 0)), entry(0xa005, 4, 1, long(56))),
        directory(entry(1, 2, 4, Buffer.from(`${index}\0`))),
      ]);
    const withExif = (data: Buffer) =>
      Buffer.concat([jpeg.subarray(0, 2), Uint8Array.of(0xff, 0xe1, 0, data.length + 2), data, jpeg.subarray(2)]);
    const adobe = rgbProfile(adobePrimaries, gammaCurve(563 / 256));
    expect((await decode(withExif(exif('R03')), 'file')).profile).toEqual(adobe);
    expect((await decode(withExif(exif('R98')), 'file')).profile).toBeUndefined();
    expect((await decode(withExif(exif('R03').subarray(0, 40)), 'file')).profile).toBeUndefined();
  });

  test('a high dynamic range is lost, and it is said', async () => {
    const png = await encodeSamples(Uint8Array.from(blocks), 16, 3, 'png');
    const { profile, notes } = await decode(withChunks(png, ['cICP', Uint8Array.of(9, 16, 0, 1)]), 'file');
    expect([profile, notes]).toEqual([undefined, ['its dynamic range is lost: no colour profile holds PQ']]);
  });
});

test('CMYK is converted by its own profile, and it is said', async () => {
  const inks = sharp(Uint8Array.from(blocks), { raw: { width: 16, height: 64, channels: 3 } });
  const cmyk = inks.withIccProfile('cmyk').toColourspace('cmyk');
  for (const file of [await cmyk.clone().tiff().toBuffer(), await cmyk.clone().jpeg().toBuffer()]) {
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const { profile, notes, image } = await decode(file, 'file');
    expect([profile, notes]).toEqual([undefined, ['CMYK, converted to sRGB by its profile']]);
    const expected = await sharp(file).toColourspace('srgb').raw().toBuffer();
    expect([...image.data]).toEqual([...expected]);
  }
});

test('a screen is of sRGB', async () => {
  expect([...(await toScreen(picture, 'clamp')).subarray(0, 3)]).toEqual([215, 93, 31]);
  expect([...(await toScreen({ ...picture, profile: undefined }, 'clamp')).subarray(0, 3)]).toEqual([200, 100, 50]);
});

describe('on the command line', () => {
  test('the profile of a picture is in its result, and what is not kept is told', async () => {
    writeFileSync(at('p3.png'), (await encode(picture, 'png', 'clamp')).bytes);
    await succeed(['p3.png', '-m', 'spatial', '-k', 'gaussian:3', '-o', 'soft.webp']);
    expect(new Uint8Array((await profileOf(readFileSync(at('soft.webp'))))!)).toEqual(p3);
    await succeed(['p3.png', '-m', 'pointwise', '-o', 'luma.png']);
    expect(new Uint8Array((await profileOf(readFileSync(at('luma.png'))))!)).toEqual(greyProfile(srgbCurve));
    expect(await report(['p3.png', '-k', 'identity', '-o', 'numbers.npy'])).toMatchObject({
      notes: ['numbers.npy: no colour profile: npy does not keep it'],
    });
    expect(formatOf('numbers.npy')).toBe('npy');
  });
});
