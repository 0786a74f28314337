// What the image commands work on: samples as a float32 tensor, alpha apart.

import type { TensorData } from '../core/arrays.js';
import type { Dtype } from '../core/params.js';
import type { Tensor } from '../core/tensor.js';

/** A decoded picture. */
export interface Picture extends Result {
  /** NHWC: one picture, or the images of an .npy file. Samples as stored: 0–255, or 0–65535 where `maximum` says so. */
  readonly image: Tensor;
  /** The type that holds its samples as they are. */
  readonly dtype: Dtype;
  /** What became of the samples as they were read, each in a few words. */
  readonly notes?: readonly string[] | undefined;
}

/** What became of a picture, and may become one again. */
export interface Result {
  readonly image: Tensor<TensorData>;
  /** One sample per pixel, as stored; never convolved. Absent where the picture is opaque. */
  readonly alpha?: Alpha | undefined;
  /** The sample that is white: 255, or 65535 for 16-bit pictures. */
  readonly maximum: Maximum;
  /** Axes of the .npy array that it was and may become: 4, 3 without the batch (default), 2 also without channels. */
  readonly rank?: number | undefined;
  /** The ICC profile of its colours; absent where they are sRGB, or nothing is known. */
  readonly profile?: Uint8Array | undefined;
}

export type Alpha = Uint8Array | Uint16Array;
export type Maximum = 255 | 65535;
