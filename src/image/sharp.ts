// The codec library: optional, loaded at the first picture, and a typed error where it is missing.
import type { Sharp, SharpOptions } from 'sharp';
import { SepconvError } from '../core/errors.js';

/** libvips reads many more formats, SVG and PDF among them; what is not a picture of samples is refused. */
const readers = ['Png', 'Jpeg', 'Webp', 'Heif', 'Tiff', 'Nsgif'];

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

/** The typed error for what the library says of a file. */
export function codecError(argument: string, expected: string, cause: unknown, fix: string): SepconvError {
  if (cause instanceof SepconvError) return cause;
  const message = `${argument}: expected ${expected}, got «${(cause as Error).message.split('\n')[0]}»; ${fix}`;
  return new SepconvError('ERR_CODEC', message, { argument, expected, fix }, cause);
}
