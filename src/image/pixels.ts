// From results, which are any float32, to samples of a picture.
import type { Tensor, TensorData } from '../core/tensor.js';
import type { Maximum } from './picture.js';

export const ranges = ['clamp', 'abs', 'normalize'] as const;
/** How results become samples: `'clamp'` as they are, `'abs'` without sign, `'normalize'` least to 0 and largest to white. */
export type Range = (typeof ranges)[number];

export type Samples = Uint8ClampedArray | Uint16Array;

/**
 * Converts results to samples as Uint8ClampedArray stores them: NaN becomes 0, the rest is saturated and rounded, ties to
 * even.
 *
 * @param white the result that is white: 255, or 65535 in the scale of a 16-bit picture
 * @param maximum the largest sample; results of another scale are multiplied by maximum / white first
 */
export function toPixels(data: TensorData, range: Range, white: Maximum, maximum: Maximum): Samples {
  if (range === 'clamp' && white === 255 && maximum === 255) return new Uint8ClampedArray(data);
  const pixels = emptySamples(data.length, maximum);
  const [least, largest] = range === 'normalize' ? extremes(data) : [0, white];
  const extent = largest > least ? largest - least : 1;
  for (let i = 0; i < data.length; i++) {
    const value = range === 'abs' ? Math.abs(data[i]) : data[i];
    const scaled = range === 'normalize' ? ((value - least) / extent) * maximum : (value * maximum) / white;
    pixels[i] = roundToEven(scaled, maximum);
  }
  return pixels;
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
  const { buffer, byteOffset, length } = toPixels(data, 'clamp', 255, 255);
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
