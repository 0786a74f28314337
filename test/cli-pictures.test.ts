// Which samples the command line reads from a file and writes into one.
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { formatNpy, parseNpy } from '../src/image/npy.js';
import { tensor } from '../src/index.js';
import { at, decoded, encoded, fail, photograph, report, results, steps, succeed } from './support/command-line.js';

describe('pictures in and out', () => {
  test.each([
    ['grey.png', 'b-w', 1],
    ['grey-alpha.png', 'srgb', 2],
    ['rgb.png', 'srgb', 3],
    ['rgba.png', 'srgb', 4],
    ['grey16.png', 'grey16', 1],
    ['rgba16.png', 'rgb16', 4],
  ] as const)('the identity keeps every sample of %s', async (name, space, channels) => {
    await succeed([name, '-k', 'identity', '-o', `kept-${name}`]);
    const kept = await decoded(at(`kept-${name}`), space);
    expect(kept).toEqual(await decoded(at(name), space));
    expect((await sharp(at(`kept-${name}`)).metadata()).channels).toBe(channels);
  });

  test.each(['png', 'tif', 'npy'])('.%s keeps 16 bits', async (extension) => {
    await succeed(['grey16.png', '-k', 'identity', '-o', `wide.${extension}`]);
    const expected = (await decoded(at('grey16.png'), 'grey16')).samples;
    if (extension === 'npy') expect([...parseNpy(readFileSync(at('wide.npy')), '').tensor.data]).toEqual(expected);
    else expect((await decoded(at(`wide.${extension}`), 'grey16')).samples).toEqual(expected);
  });

  test.each(['jpg', 'jpeg', 'webp', 'avif', 'tiff'])('.%s is written and read', async (extension) => {
    await succeed([photograph, '-k', 'box:5', '-o', `photo.${extension}`]);
    const { inputShape } = await report([at(`photo.${extension}`), '-k', 'identity']);
    expect(inputShape).toEqual([1, 300, 451, 3]);
  });

  test('a palette with transparency, one bit, and 16-bit grey with alpha are read as they are', async () => {
    const palette = encoded(steps(48), 4, 4, 'srgb').png({ palette: true });
    writeFileSync(at('palette.png'), await palette.toBuffer());
    expect((await sharp(at('palette.png')).metadata()).isPalette).toBe(true);
    await succeed(['palette.png', '-k', 'identity', '-o', 'kept-palette.png']);
    expect(await decoded(at('kept-palette.png'), 'srgb')).toEqual(await decoded(at('palette.png'), 'srgb'));
    const bits = encoded(Uint8Array.of(0, 255, 255, 0), 2, 1, 'b-w').png({ palette: true, colours: 2 });
    writeFileSync(at('bits.png'), await bits.toBuffer());
    expect(
      (await results(['bits.png', '-k', 'identity'])).filter((_, i, { length }) => i % (length / 4) === 0),
    ).toEqual([0, 255, 255, 0]);
    const wide = Uint16Array.from({ length: 24 }, (_, i) => i * 2849);
    writeFileSync(at('grey-alpha16.png'), await encoded(wide, 4, 2, 'grey16').png().toBuffer());
    const object = await report(['grey-alpha16.png', '-k', 'identity']);
    expect(object).toMatchObject({ inputShape: [1, 3, 4, 1], bits: 16, alpha: true });
    await succeed(['grey-alpha16.png', '-k', 'identity', '-o', 'kept-grey-alpha16.png']);
    expect(await decoded(at('kept-grey-alpha16.png'), 'grey16')).toEqual(
      await decoded(at('grey-alpha16.png'), 'grey16'),
    );
  });

  test('alpha goes with its pixels where the result has another size', async () => {
    const alphaOf = async (args: string[]) => {
      await succeed(['rgba.png', ...args, '-o', 'alpha.png', '--force']);
      const { samples } = await decoded(at('alpha.png'), 'srgb');
      return samples.filter((_, i) => i % 4 === 3);
    };
    expect(await alphaOf(['-m', 'maxpool'])).toEqual([15, 55]);
    expect((await alphaOf(['-m', 'transposed'])).slice(0, 8)).toEqual([15, 15, 35, 35, 55, 55, 75, 75]);
    expect(await alphaOf(['-m', 'spatial'])).toEqual(Array.from({ length: 12 }, (_, i) => i * 20 + 15));
  });

  test('a 16-bit picture becomes an 8-bit one where the format has no more', async () => {
    await succeed(['grey16.png', '-k', 'identity', '-o', 'narrow.webp']);
    const { format, depth } = await sharp(at('narrow.webp')).metadata();
    expect([format, depth]).toEqual(['webp', 'uchar']);
  });

  test('alpha is left out of JPEG', async () => {
    await succeed(['rgba.png', '-k', 'identity', '-o', 'opaque.jpg']);
    expect((await sharp(at('opaque.jpg')).metadata()).channels).toBe(3);
  });

  test('a colour profile changes nothing', async () => {
    const file = readFileSync(photograph);
    const begin = file.indexOf('iCCP') - 4;
    const end = begin + 12 + file.readUInt32BE(begin);
    writeFileSync(at('no-profile.png'), Buffer.concat([file.subarray(0, begin), file.subarray(end)]));
    const hash = async (path: string) => (await report([path, '-k', 'identity'])).sha256;
    expect(await hash(photograph)).toBe(await hash('no-profile.png'));
  });

  test('the EXIF turn is applied', async () => {
    const turned = await encoded(steps(36), 4, 3, 'srgb').withMetadata({ orientation: 6 }).jpeg().toBuffer();
    writeFileSync(at('turned.jpg'), turned);
    expect((await report(['turned.jpg'])).inputShape).toEqual([1, 4, 3, 3]);
  });

  test('of an animation the first frame is taken', async () => {
    const raw = { width: 4, height: 8, channels: 3, pageHeight: 4 } as const;
    const frames = await sharp(
      Uint8Array.from({ length: 96 }, (_, i) => i * 2),
      { raw },
    )
      .webp({ lossless: true })
      .toBuffer();
    writeFileSync(at('frames.webp'), frames);
    await succeed(['frames.webp', '-k', 'identity', '-o', 'frame.npy']);
    const { data, shape } = parseNpy(readFileSync(at('frame.npy')), '').tensor;
    expect(shape).toEqual([4, 4, 3]);
    expect([...data]).toEqual(Array.from({ length: 48 }, (_, i) => i * 2));
  });

  test('CMYK becomes RGB', async () => {
    writeFileSync(at('cmyk.jpg'), await encoded(steps(36), 4, 3, 'srgb').toColourspace('cmyk').jpeg().toBuffer());
    expect((await report(['cmyk.jpg'])).inputShape).toEqual([1, 3, 4, 3]);
  });

  test.each([
    [[3, 4], [3, 4], []],
    [
      [3, 4],
      [3, 4, 2],
      ['-m', 'pointwise', '-k', '1 2'],
    ],
    [[2, 3, 1], [2, 3, 1], []],
    [[1, 2, 3, 2], [1, 2, 3, 2], []],
    [
      [2, 4, 4, 1],
      [2, 2, 2, 1],
      ['-m', 'maxpool'],
    ],
  ])('an .npy array of %s gains no axis, and becomes %s', async (shape, expected, args) => {
    const size = shape.reduce((a, b) => a * b);
    writeFileSync(at('axes.npy'), formatNpy(tensor(new Float32Array(size), shape)));
    await succeed(['axes.npy', ...args, '-o', 'axes-out.npy', '--force']);
    expect(parseNpy(readFileSync(at('axes-out.npy'))).tensor.shape).toEqual(expected);
  });

  test('tensors in .npy, also those that are no picture', async () => {
    const array = tensor(
      Float32Array.from({ length: 40 }, (_, i) => i / 8 - 2),
      [2, 2, 2, 5],
    );
    writeFileSync(at('array.npy'), formatNpy(array));
    await succeed(['array.npy', '-k', 'identity', '-o', 'same.npy']);
    expect(parseNpy(readFileSync(at('same.npy')), '').tensor).toEqual(array);
    await fail(['array.npy', '-k', 'identity', '-o', 'none.png'], 1, /one picture of 1 or 3 channels/);
  });
});
