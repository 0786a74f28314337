// From encoded bytes to a picture.
import type { Metadata, SharpOptions } from 'sharp';
import { invalid } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import { tensor } from '../core/tensor.js';
import { isNpy, parseNpy } from './npy.js';
import type { Alpha, Picture } from './picture.js';
import { channelsOf } from './profile.js';
import { repaired } from './repair.js';
import { Reserve } from './reserve.js';
import { codecError, loadSharp } from './sharp.js';
import { statedColours } from './stated-colours.js';

export interface DecodeOptions {
  /** Pixels of the largest picture that is decoded, whatever its file promises; default 268,402,689. */
  readonly maxPixels?: number | undefined;
  /** Asked once the size is known, and waited for before the samples are read: whether there is room for so many pixels. */
  readonly admit?: ((pixels: number) => Promise<void>) | undefined;
  /** What pictures before this one have left. */
  readonly reserve?: Reserve | undefined;
}

/** 16,383², the largest WebP. A file of a few kilobytes may promise much more than a machine can hold. */
export const defaultMaxPixels = 16_383 ** 2;

/** What sharp calls the samples that are kept as they are; CMYK is the one that is converted. */
const colourSpaces: Record<string, 'b-w' | 'grey16' | 'srgb' | 'rgb16'> = {
  'b-w': 'b-w',
  grey16: 'grey16',
  srgb: 'srgb',
  rgb16: 'rgb16',
  cmyk: 'srgb',
};

/** sharp drops the alpha of raw 8-bit grey; as RGB it is kept, with three equal channels. */
const greyWithAlpha = 'srgb';

/**
 * Decodes a picture: PNG, JPEG, WebP, AVIF, TIFF, GIF or an .npy array of rank 2 (one channel), 3 or 4. Samples are used
 * as stored, without gamma, and their colour profile goes with them; CMYK is converted to sRGB by its profile. The EXIF
 * turn is applied; of an animation the first frame is read. Grey pictures have one channel, palettes become RGB.
 *
 * A file that is odd but whole is read; one that lost data, cut or damaged, is refused.
 *
 * @param name the file's name, for errors
 * @throws SepconvError (rejects) `ERR_CODEC`, `ERR_SHAPE`, `ERR_LIMIT`, `ERR_MEMORY`
 */
export async function decode(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<Picture> {
  if (isNpy(bytes)) return decodeNpy(bytes, name);
  const sharp = await loadSharp();
  try {
    const { maxPixels = defaultMaxPixels } = options;
    const limits = { limitInputPixels: false, unlimited: maxPixels > defaultMaxPixels };
    const metadata = await sharp(bytes, { ...limits, failOn: 'none' }).metadata();
    checkHeader(metadata, name, maxPixels);
    await options.admit?.(metadata.width * metadata.height);
    const { data, info } = await readSamples(bytes, metadata, limits).catch((cause) => {
      const again = repaired(bytes);
      if (again === undefined) throw cause;
      return readSamples(again, metadata, limits);
    });
    const isWide = metadata.depth === 'ushort' && metadata.space !== 'cmyk';
    const samples = isWide ? shortsOf(data, metadata.bitsPerSample) : data;
    const channels = metadata.space === 'b-w' || metadata.space === 'grey16' ? 1 : 3;
    const { reserve = new Reserve() } = options;
    return {
      ...toPicture(samples, info, channels, metadata.hasAlpha, reserve),
      ...coloursOf(bytes, metadata, channels),
    };
  } catch (cause) {
    const expected = 'a whole PNG, JPEG, WebP, AVIF, TIFF or GIF picture, or .npy';
    throw codecError(name, expected, cause, 'check the file, or use .npy');
  }
}

function checkHeader({ space, depth, width, height }: Metadata, name: string, maxPixels: number): void {
  if (colourSpaces[space ?? ''] === undefined || (depth !== 'uchar' && depth !== 'ushort')) {
    const expected = 'grey, RGB or CMYK with 8 or 16 bits a sample';
    throw invalid('ERR_CODEC', name, expected, `${space} ${depth}`, 'convert it, or use .npy');
  }
  if (width * height > maxPixels) {
    const received = `${width * height}, ${width} wide and ${height} high`;
    const fix = 'raise it with --max-pixels (maxPixels) if you trust the file';
    throw invalid('ERR_LIMIT', name, `at most ${maxPixels} pixels`, received, fix);
  }
}

async function readSamples(bytes: Uint8Array, { space, depth, hasAlpha }: Metadata, limits: SharpOptions) {
  const sharp = await loadSharp();
  const isConverted = space === 'cmyk';
  return sharp(bytes, { ...limits, ignoreIcc: !isConverted, failOn: 'warning' })
    .autoOrient()
    .toColourspace(space === 'b-w' && hasAlpha ? greyWithAlpha : colourSpaces[space!])
    .raw({ depth: isConverted ? 'uchar' : (depth as 'uchar' | 'ushort') })
    .toBuffer({ resolveWithObject: true });
}

function coloursOf(
  bytes: Uint8Array,
  { space, icc, exif }: Metadata,
  channels: 1 | 3,
): Pick<Picture, 'profile' | 'notes'> {
  if (space === 'cmyk') return { notes: [`CMYK, converted to sRGB by ${icc ? 'its' : 'a general'} profile`] };
  return icc && channelsOf(icc) ? { profile: new Uint8Array(icc) } : statedColours(bytes, exif, channels);
}

function decodeNpy(bytes: Uint8Array, name: string): Picture {
  const { tensor: array, dtype } = parseNpy(bytes, name);
  const { data, shape } = array;
  const shapes: Record<number, number[]> = { 2: [1, ...shape, 1], 3: [1, ...shape], 4: [...shape] };
  const image = shapes[shape.length];
  if (image === undefined || sizeOf(shape) === 0) {
    throw invalid('ERR_SHAPE', name, '[h, w], [h, w, c] or [n, h, w, c]', shape, 'reshape the array');
  }
  return {
    image: tensor(data, image),
    rank: shape.length,
    maximum: dtype === 'u2' ? 65535 : 255,
    dtype: dtype === 'u1' ? 'uint8' : 'float32',
  };
}

/** Parts pixels of `depth` samples into their first `channels` and, where there is one, their last: alpha. */
function toPicture(
  samples: Alpha,
  { width, height, channels: depth }: { width: number; height: number; channels: number },
  channels: number,
  hasAlpha: boolean,
  reserve: Reserve,
): Picture {
  const isWide = samples instanceof Uint16Array;
  const size = width * height;
  const image = reserve.take('float32', [1, height, width, channels]);
  const { data } = image;
  if (depth === channels) data.set(samples);
  else {
    for (let pixel = 0; pixel < size; pixel++) {
      for (let c = 0; c < channels; c++) data[pixel * channels + c] = samples[pixel * depth + c];
    }
  }
  return {
    image,
    alpha: hasAlpha ? lastOfEach(samples, depth) : undefined,
    maximum: isWide ? 65535 : 255,
    dtype: isWide ? 'float32' : 'uint8',
  };
}

function lastOfEach(samples: Alpha, depth: number): Alpha {
  const size = samples.length / depth;
  const last = samples instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size);
  for (let pixel = 0; pixel < size; pixel++) last[pixel] = samples[pixel * depth + depth - 1];
  return last;
}

/** Samples of 10 and 12 bits come in the highest bits; filled below with their own, white is white. */
function shortsOf(data: Buffer, bits = 16): Uint16Array {
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return bits > 8 && bits < 16 ? samples.map((sample) => sample | (sample >> bits)) : samples;
}
