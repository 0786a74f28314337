// Files to pictures and back. sharp is optional: it is loaded at the first picture, and its absence is a typed error.
import { extname } from 'node:path';
import type { Sharp, SharpOptions } from 'sharp';
import { invalid, SepconvError } from '../core/errors.js';
import { sizeOf, type Tensor, type TensorData, tensor } from '../core/tensor.js';
import { formatNpy, isNpy, parseNpy } from './npy.js';
import type { Alpha, Maximum, Picture, Result } from './picture.js';
import { emptySamples, type Range, type Samples, toPixels } from './pixels.js';

const formats = {
  png: ['.png'],
  jpeg: ['.jpg', '.jpeg'],
  webp: ['.webp'],
  avif: ['.avif'],
  tiff: ['.tif', '.tiff'],
  npy: ['.npy'],
} as const;
export type Format = keyof typeof formats;

/** libvips reads many more formats, SVG and PDF among them; what is not a picture of samples is refused. */
const readers = ['Png', 'Jpeg', 'Webp', 'Heif', 'Tiff', 'Nsgif'];

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
 * The format that a file's name asks for; standard output, `-`, takes PNG.
 *
 * @throws SepconvError `ERR_OPTION`
 */
export function formatOf(path: string): Format {
  if (path === '-') return 'png';
  const extension = extname(path).toLowerCase();
  const found = Object.entries(formats).find(([, extensions]) => (extensions as readonly string[]).includes(extension));
  if (found === undefined) {
    const known = Object.values(formats).flat().join(', ');
    throw invalid('ERR_OPTION', 'output', `a name that ends in ${known}`, path, 'name the file so');
  }
  return found[0] as Format;
}

/**
 * Decodes a picture: PNG, JPEG, WebP, AVIF, TIFF, GIF or an .npy array of rank 2 (one channel), 3 or 4. Samples are used
 * as stored, without gamma or colour profile; the EXIF turn is applied; of an animation the first frame is read. Grey
 * pictures have one channel, palettes and CMYK become RGB.
 *
 * @param name the file's name, for errors
 * @throws SepconvError (rejects) `ERR_CODEC`, `ERR_SHAPE`
 */
export async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  if (isNpy(bytes)) return decodeNpy(bytes, name);
  const sharp = await loadSharp();
  try {
    const { space = '', depth, hasAlpha } = await sharp(bytes, { ignoreIcc: true }).metadata();
    const target = colourSpaces[space];
    if (target === undefined || (depth !== 'uchar' && depth !== 'ushort')) {
      throw invalid(
        'ERR_CODEC',
        name,
        'grey, RGB or CMYK with 8 or 16 bits a sample',
        `${space} ${depth}`,
        'convert it, or use .npy',
      );
    }
    const isGrey = space === 'b-w' || space === 'grey16';
    const { data, info } = await sharp(bytes, { ignoreIcc: true })
      .autoOrient()
      .toColourspace(space === 'b-w' && hasAlpha ? greyWithAlpha : target)
      .raw({ depth })
      .toBuffer({ resolveWithObject: true });
    const samples = depth === 'uchar' ? data : new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    return toPicture(samples, info, isGrey ? 1 : 3, hasAlpha);
  } catch (cause) {
    throw codecError(name, 'a whole PNG, JPEG, WebP, AVIF, TIFF or GIF picture, or .npy', cause);
  }
}

/**
 * Encodes a result in a format. An .npy file holds the results themselves; `range` says how they become samples
 * otherwise. 16-bit pictures stay so in PNG and TIFF. JPEG leaves alpha out.
 *
 * @throws SepconvError (rejects) `ERR_CODEC`; `ERR_SHAPE` where the result is not one picture of 1 or 3 channels
 */
export async function encode(picture: Result, format: Format, range: Range): Promise<Uint8Array> {
  if (format === 'npy') return formatNpy(picture.image);
  const [, height, width, channels] = picture.image.shape;
  checkPicture(picture.image, format);
  const maximum: Maximum = format === 'png' || format === 'tiff' ? picture.maximum : 255;
  const pixels = toPixels(picture.image.data, range, picture.maximum, maximum);
  const alpha = format === 'jpeg' ? undefined : picture.alpha;
  const samples = alpha
    ? interleave(pixels, toPixels(Float32Array.from(alpha), 'clamp', picture.maximum, maximum))
    : pixels;
  const raw = { width, height, channels: (alpha ? channels + 1 : channels) as 1 | 2 | 3 | 4 };
  const sharp = await loadSharp();
  const grey = maximum === 255 ? 'b-w' : 'grey16';
  const colour = maximum === 255 ? 'srgb' : 'rgb16';
  try {
    const image = sharp(samples, { raw }).toColourspace(channels === 1 ? grey : colour);
    return await (format === 'tiff' ? image.tiff({ compression: 'deflate' }) : image.toFormat(format)).toBuffer();
  } catch (cause) {
    throw codecError(`output.${format}`, 'a picture that the format can hold', cause);
  }
}

/** Checks that a result can be shown: one picture of 1 or 3 channels. */
export function checkPicture({ shape }: Tensor<TensorData>, format: string): void {
  if (shape[0] === 1 && (shape[3] === 1 || shape[3] === 3)) return;
  throw invalid(
    'ERR_SHAPE',
    'output',
    `one picture of 1 or 3 channels for ${format}`,
    shape,
    'write it as .npy, or choose another --pointwise',
  );
}

type Codec = (input: Uint8Array | Uint8ClampedArray | Uint16Array, options?: SharpOptions) => Sharp;
let codec: Promise<Codec> | undefined;

/**
 * The codec library.
 *
 * @throws SepconvError (rejects) `ERR_CODEC` where it is not installed
 */
export function loadSharp(): Promise<Codec> {
  codec ??= importSharp();
  return codec;
}

async function importSharp(): Promise<Codec> {
  try {
    const { default: sharp } = await import('sharp');
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: readers.map((name) => `VipsForeignLoad${name}`) });
    return sharp;
  } catch (cause) {
    const message =
      'sharp: pictures need the package sharp, which does not load here; npm install sharp, or use .npy files';
    throw new SepconvError('ERR_CODEC', message, { argument: 'sharp', fix: 'npm install sharp' }, cause);
  }
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
): Picture {
  const maximum = samples instanceof Uint16Array ? 65535 : 255;
  const size = width * height;
  const image = tensor(new Float32Array(size * channels), [1, height, width, channels]);
  const alpha = maximum === 255 ? new Uint8Array(size) : new Uint16Array(size);
  for (let pixel = 0; pixel < size; pixel++) {
    const at = pixel * depth;
    for (let c = 0; c < channels; c++) image.data[pixel * channels + c] = samples[at + c];
    alpha[pixel] = samples[at + depth - 1];
  }
  return { image, alpha: hasAlpha ? alpha : undefined, maximum, dtype: maximum === 255 ? 'uint8' : 'float32' };
}

function interleave(pixels: Samples, alpha: Samples): Samples {
  const channels = pixels.length / alpha.length;
  const both = emptySamples(pixels.length + alpha.length, pixels instanceof Uint16Array ? 65535 : 255);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    both.set(pixels.subarray(pixel * channels, (pixel + 1) * channels), pixel * (channels + 1));
    both[pixel * (channels + 1) + channels] = alpha[pixel];
  }
  return both;
}

function codecError(argument: string, expected: string, cause: unknown): SepconvError {
  if (cause instanceof SepconvError) return cause;
  const fix = 'check the file, or use .npy';
  const message = `${argument}: expected ${expected}, got «${(cause as Error).message.split('\n')[0]}»; ${fix}`;
  return new SepconvError('ERR_CODEC', message, { argument, expected, fix }, cause);
}
