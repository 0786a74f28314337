// From a result to encoded bytes, and to the samples of a screen.
import type { TensorData } from '../core/arrays.js';
import type { Shape } from '../core/shape.js';
import { formatBitmap } from './bitmap.js';
import { capabilitiesOf, checkHolds, type Format, type PictureFormat } from './formats.js';
import { formatNpy } from './npy.js';
import type { Alpha, Maximum, Result } from './picture.js';
import { emptySamples, type Range, type Samples, type ToPixelsOptions, toPixels } from './pixels.js';
import { profileFor } from './profile.js';
import { codecError, loadSharp } from './sharp.js';

export interface Encoded {
  readonly bytes: Uint8Array;
  /** What the format could not hold, each in a few words. */
  readonly notes: readonly string[];
}

/** Pixels that are ready for a codec. */
interface Raster {
  readonly samples: Samples;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly hasAlpha: boolean;
  readonly profile: Uint8Array | undefined;
  /** Whether the format can not hold the profile: the codec library then converts to sRGB. */
  readonly isConverted: boolean;
}

/**
 * Encodes a result in a format. An .npy file holds the results themselves; `range` says how they become samples
 * otherwise. The colour profile of the picture is kept; a grey result of a picture in colour has the grey profile that looks
 * the same, or three equal channels. 16-bit pictures stay so in PNG and TIFF. JPEG leaves alpha out.
 *
 * @throws SepconvError (rejects) `ERR_CODEC`; `ERR_SHAPE`, `ERR_LIMIT` where the format can not hold the result
 */
export async function encode(result: Result, format: Format, range: Range): Promise<Encoded> {
  const notes: string[] = [];
  const isOpaque = result.alpha === undefined;
  if (format === 'npy') {
    if (!isOpaque) notes.push('no alpha: npy does not keep it');
    if (result.profile) notes.push('no colour profile: npy does not keep it');
    return { bytes: formatNpy(withRank(result.image, result.rank ?? 3)), notes };
  }
  checkHolds(format, result.image.shape);
  if (!isOpaque && !capabilitiesOf(format).hasAlpha) notes.push(`no alpha: ${format} does not keep it`);
  const raster = rasterOf(result, format, range);
  if (raster.isConverted) notes.push(`converted to sRGB: ${format} can not hold the colour profile`);
  return { bytes: await encodeRaster(raster, format), notes };
}

/**
 * A result as a screen shows it: samples of sRGB from 0 to 255, with 1 or 3 channels and without alpha.
 *
 * @throws SepconvError (rejects) `ERR_CODEC` where the picture has a colour profile and sharp is missing
 */
export async function toScreen(result: Result, range: Range): Promise<Samples> {
  const samples = toPixels(result.image.data, { range, white: result.maximum, maximum: 255 });
  if (result.profile === undefined) return samples;
  const [, height, width, channels] = result.image.shape;
  const { profile } = result;
  const sharp = await loadSharp();
  const bitmap = formatBitmap({ samples, width, height, channels, hasAlpha: false, profile });
  const shown = sharp(bitmap, ownPixels).toColourspace('srgb').raw({ depth: 'uchar' });
  return new Uint8ClampedArray(await shown.toBuffer());
}

/** A result without the axes that its picture did not have. */
function withRank({ data, shape }: Result['image'], rank: number): Result['image'] {
  const [batch, height, width, channels] = shape;
  if (batch !== 1 || rank === 4) return { data, shape };
  return { data, shape: rank === 2 && channels === 1 ? [height, width] : [height, width, channels] };
}

/** Results are of our own making: no picture bombs. */
const ownPixels = { limitInputPixels: false, unlimited: true };

function rasterOf({ image, alpha, maximum: white, profile }: Result, format: PictureFormat, range: Range): Raster {
  const { maximum: most, hasAlpha, hasGrey } = capabilitiesOf(format);
  const maximum: Maximum = white < most ? white : most;
  const [, height, width] = image.shape;
  const colours = samplesOf(image.data, { range, white, maximum });
  const kept = profile && keptProfile(profile, image.shape, hasGrey);
  const copies = kept?.isTripled ? 3 : 1;
  const shown = hasAlpha && alpha ? toPixels(Float32Array.from(alpha), { white, maximum }) : undefined;
  return {
    samples: copies === 1 && !shown ? colours : interleave(colours, image.shape[3], copies, shown),
    width,
    height,
    channels: image.shape[3] * copies + Number(shown !== undefined),
    hasAlpha: shown !== undefined,
    profile: kept ? kept.profile : profile,
    isConverted: profile !== undefined && kept === undefined,
  };
}

/** Bytes are samples as they are. */
function samplesOf(data: TensorData, options: ToPixelsOptions): Samples {
  const { range, maximum } = options;
  if (data instanceof Float32Array || range !== 'clamp' || maximum !== 255) return toPixels(data, options);
  return new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
}

/** The profile that a file of these samples can hold, and whether grey becomes three equal channels for it. */
function keptProfile(profile: Uint8Array, [, , , channels]: Shape, hasGrey: boolean) {
  const own = channels === 3 || hasGrey ? profileFor(profile, channels as 1 | 3) : undefined;
  if (own) return { profile: own, isTripled: false };
  const colour = channels === 1 ? profileFor(profile, 3) : undefined;
  return colour && { profile: colour, isTripled: true };
}

async function encodeRaster(raster: Raster, format: PictureFormat): Promise<Uint8Array> {
  const { samples, width, height, channels, hasAlpha, profile, isConverted } = raster;
  const isGrey = channels - Number(hasAlpha) === 1;
  const space = samples instanceof Uint16Array ? (isGrey ? 'grey16' : 'rgb16') : isGrey ? 'b-w' : 'srgb';
  const sharp = await loadSharp();
  try {
    const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 };
    const input = profile
      ? sharp(formatBitmap({ samples, width, height, channels, hasAlpha, profile }), ownPixels)
      : sharp(samples, { ...ownPixels, raw });
    const image = (profile && !isConverted ? input.keepIccProfile() : input).toColourspace(space);
    return await (format === 'tiff' ? image.tiff({ compression: 'deflate' }) : image.toFormat(format)).toBuffer();
  } catch (cause) {
    throw codecError(`output.${format}`, 'a picture that the format can hold', cause, 'write it as .npy');
  }
}

/** Each pixel's channels, so many times, and its alpha. */
function interleave(colours: Samples, channels: number, copies: number, alpha: Alpha | Samples | undefined): Samples {
  const size = colours.length / channels;
  const depth = channels * copies + (alpha ? 1 : 0);
  const both = emptySamples(size * depth, colours instanceof Uint16Array ? 65535 : 255);
  for (let pixel = 0, at = 0; pixel < size; pixel++) {
    for (let copy = 0; copy < copies; copy++) {
      for (let c = 0; c < channels; c++) both[at++] = colours[pixel * channels + c];
    }
    if (alpha) both[at++] = alpha[pixel];
  }
  return both;
}
