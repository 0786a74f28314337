// From samples of a picture to float32, and from results, which are any float32, back to samples.

import { allocate, type TensorData } from '../core/arrays.js';
import { invalid } from '../core/errors.js';
import { readShape, sameShape, sizeOf } from '../core/shape.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { Maximum } from './picture.js';

export const ranges = ['clamp', 'abs', 'normalize'] as const;
/** How results become samples: `'clamp'` as they are, `'abs'` without sign, `'normalize'` least to 0 and largest to white. */
export type Range = (typeof ranges)[number];

/** Of 8 or of 16 bits. */
export type Samples = Uint8ClampedArray | Uint16Array;

export interface ToPixelsOptions {
  /** Default `'clamp'`. */
  readonly range?: Range | undefined;
  /** The result that is white: 255, the default, or 65535 in the scale of a 16-bit picture. */
  readonly white?: Maximum | undefined;
  /** The largest sample, default `white`; results of another scale are multiplied by maximum / white first. */
  readonly maximum?: Maximum | undefined;
}

/**
 * Converts results to samples as Uint8ClampedArray stores them: NaN becomes 0, the rest is saturated and rounded, ties to
 * even.
 *
 * @param data pixel by pixel, their channels side by side
 * @param out takes the samples instead of a new array; of 16 bits where `maximum` is 65535
 * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE` where `out` does not fit
 */
export function toPixels(data: TensorData, options: ToPixelsOptions = {}, out?: Samples): Samples {
  const { range = 'clamp', white = 255, maximum = white } = options;
  const pixels = out === undefined ? emptySamples(data.length, maximum) : checkedSamples(out, data.length, maximum);
  if (range === 'clamp' && white === 255 && maximum === 255) {
    new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length).set(data);
    return pixels;
  }
  const [least, largest] = range === 'normalize' ? extremes(data) : [0, white];
  const extent = largest > least ? largest - least : 1;
  for (let i = 0; i < data.length; i++) {
    const value = range === 'abs' ? Math.abs(data[i]) : data[i];
    const scaled = range === 'normalize' ? ((value - least) / extent) * maximum : (value * maximum) / white;
    pixels[i] = roundToEven(scaled, maximum);
  }
  return pixels;
}

/**
 * Converts samples to a tensor of float32, each as it is.
 *
 * @param samples pixel by pixel, their channels side by side: 0–255, or 0–65535
 * @param size [height, width, channels]
 * @param out takes them instead of a new tensor, [1, height, width, channels]
 * @returns [1, height, width, channels]
 * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`
 */
export function fromPixels(
  samples: Samples | Uint8Array,
  size: readonly [height: number, width: number, channels: number],
  out?: Tensor,
): Tensor {
  const shape = readShape('size', [1, ...size], 4);
  if (samples.length !== sizeOf(shape)) {
    const expected = `${sizeOf(shape)} samples for height × width × channels ${size.join(' × ')}`;
    throw invalid('ERR_SHAPE', 'samples', expected, samples.length, 'give the size of the picture');
  }
  const image = out ?? tensor(allocate('float32', samples.length) as Float32Array, shape);
  if (!sameShape(image.shape, shape)) {
    throw invalid('ERR_SHAPE', 'out.shape', JSON.stringify(shape), image.shape, 'give it that shape');
  }
  image.data.set(samples);
  return image;
}

function checkedSamples(out: Samples, length: number, maximum: Maximum): Samples {
  if (out.BYTES_PER_ELEMENT !== (maximum === 255 ? 1 : 2)) {
    const expected = maximum === 255 ? 'a Uint8ClampedArray' : 'a Uint16Array';
    throw invalid('ERR_DTYPE', 'out', `${expected} for samples up to ${maximum}`, out, 'change out or maximum');
  }
  if (out.length !== length) {
    throw invalid('ERR_SHAPE', 'out', `${length} samples`, out.length, 'give it the length of the results');
  }
  return out;
}

/** How many results no sample can stand for: `below` is less than 0, `above` more than white, by half a sample or more. */
export interface Clipped {
  readonly below: number;
  readonly above: number;
}

/** Counts the results that `toPixels` would clip. */
export function clippedSamples(data: TensorData, range: Range, white: Maximum): Clipped {
  let [below, above] = [0, 0];
  if (range === 'normalize' || data instanceof Uint8Array) return { below, above };
  for (let i = 0; i < data.length; i++) {
    const value = range === 'abs' ? Math.abs(data[i]) : data[i];
    if (value <= -0.5) below++;
    else if (value >= white + 0.5) above++;
  }
  return { below, above };
}

/** Results as sepFilter2d stores them in uint8 images. */
export function toBytes({ data, shape }: Tensor<TensorData>): Tensor<Uint8Array> {
  const { buffer, byteOffset, length } = toPixels(data);
  return { data: new Uint8Array(buffer as ArrayBuffer, byteOffset, length), shape };
}

export function emptySamples(length: number, maximum: Maximum): Samples {
  return maximum === 255 ? new Uint8ClampedArray(length) : new Uint16Array(length);
}

/** The least and the largest finite value. */
function extremes(data: TensorData): [number, number] {
  let least = Infinity;
  let largest = -Infinity;
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return [least, largest];
}

function roundToEven(value: number, maximum: number): number {
  if (!(value > 0)) return 0;
  if (value >= maximum) return maximum;
  const below = Math.floor(value);
  const rest = value - below;
  const isUp = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  return isUp ? below + 1 : below;
}
