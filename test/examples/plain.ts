// What the examples are checked against: the operations again, in the plainest loops, in binary64. Images are
// [height][width][channel] of one picture.
import { initializers, type Tensor, tensor } from '../../src/entries/node.js';

export type Image = readonly (readonly (readonly number[])[])[];

interface Window {
  readonly stride?: number;
  /** Rows and columns of zeros on each side, or so many that ⌈size / stride⌉ pixels come out. */
  readonly padding?: number | 'same';
}

/** Whole numbers around 0, so small that float32 holds every sum of their products exactly. */
export function smallIntegers(shape: readonly number[], seed: number, largest = 2): Tensor {
  const { data } = initializers.uniform(shape, { seed, min: -largest - 0.5, max: largest + 0.5 });
  return tensor(
    data.map((value) => Math.round(value) + 0),
    shape,
  );
}

/** The first picture of a tensor [1, height, width, channels]. */
export function imageOf({ data, shape: [, height, width, channels] }: Tensor): Image {
  return grid(height, width, (y, x) => {
    const at = (y * width + x) * channels;
    return [...data.subarray(at, at + channels)];
  });
}

/** Standard convolution, filter [height, width, inputs, outputs]. */
export function conv2d(image: Image, filter: Tensor, window: Window = {}): Image {
  const [height, width, inputs, outputs] = filter.shape;
  return slide(image, height, width, window, (taps) =>
    range(outputs).map((o) =>
      taps.reduce(
        (sum, { pixel, ky, kx }) =>
          sum + total(range(inputs).map((i) => pixel[i] * filter.data[((ky * width + kx) * inputs + i) * outputs + o])),
        0,
      ),
    ),
  );
}

/** Depthwise convolution, filter [height, width, channels, 1]. */
export function depthwise(image: Image, filter: Tensor, window: Window = {}): Image {
  const [height, width, channels] = filter.shape;
  return slide(image, height, width, window, (taps) =>
    range(channels).map((c) =>
      total(taps.map(({ pixel, ky, kx }) => pixel[c] * filter.data[(ky * width + kx) * channels + c])),
    ),
  );
}

/** Pointwise convolution, filter [inputs, outputs]. */
export function pointwise(image: Image, { data, shape: [inputs, outputs] }: Tensor): Image {
  return map(image, (pixel) =>
    range(outputs).map((o) => total(range(inputs).map((i) => pixel[i] * data[i * outputs + o]))),
  );
}

export function maxPool(image: Image, size: number, window: Window): Image {
  return slide(image, size, size, window, (taps) =>
    image[0][0].map((_, c) => Math.max(...taps.map(({ pixel }) => pixel[c]))),
  );
}

export function avgPool(image: Image, size: number): Image {
  return slide(image, size, size, { stride: size }, (taps) =>
    image[0][0].map((_, c) => total(taps.map(({ pixel }) => pixel[c])) / taps.length),
  );
}

/** A batch normalisation whose every factor is a power of two, so that folding it is exact. */
export function someNorm(channels: number) {
  const cycle = (values: readonly number[]) =>
    Float32Array.from({ length: channels }, (_, c) => values[c % values.length]);
  return {
    mean: cycle([1, -2, 0, 3]),
    variance: cycle([0.75, 3.75, 0]),
    gamma: cycle([1, -1, 2, 1, 0.5]),
    beta: cycle([2, 0, -1]),
    epsilon: 0.25,
  };
}

/** Batch normalisation to the letter. */
export function normalise(image: Image, { mean, variance, gamma, beta, epsilon }: ReturnType<typeof someNorm>): Image {
  return map(image, (pixel) =>
    pixel.map((value, c) => (gamma[c] * (value - mean[c])) / Math.sqrt(variance[c] + epsilon) + beta[c]),
  );
}

/** Adds one value per channel. */
export function bias(image: Image, values: ArrayLike<number>): Image {
  return map(image, (pixel) => pixel.map((value, c) => value + values[c]));
}

export function clamp(image: Image, min: number, max: number): Image {
  return map(image, (pixel) => pixel.map((value) => Math.min(Math.max(value, min), max)));
}

export function relu(image: Image): Image {
  return clamp(image, 0, Number.POSITIVE_INFINITY);
}

export function add(a: Image, b: Image): Image {
  return a.map((row, y) => row.map((pixel, x) => pixel.map((value, c) => value + b[y][x][c])));
}

/** The channels of one image after those of the other. */
export function concatenate(a: Image, b: Image): Image {
  return a.map((row, y) => row.map((pixel, x) => [...pixel, ...b[y][x]]));
}

interface Tap {
  readonly pixel: readonly number[];
  readonly ky: number;
  readonly kx: number;
}

/** An image of what is made of the taps under each window; those in the padding are left out. */
function slide(
  image: Image,
  height: number,
  width: number,
  { stride = 1, padding = 0 }: Window,
  make: (taps: readonly Tap[]) => readonly number[],
): Image {
  const rows = place(image.length, height, stride, padding);
  const columns = place(image[0].length, width, stride, padding);
  return grid(rows.count, columns.count, (y, x) => {
    const [top, left] = [y * stride - rows.before, x * stride - columns.before];
    const all = range(height).flatMap((ky) =>
      range(width).map((kx) => ({ pixel: image[top + ky]?.[left + kx], ky, kx })),
    );
    return make(all.filter(({ pixel }) => pixel !== undefined));
  });
}

function place(size: number, extent: number, stride: number, padding: number | 'same') {
  if (padding === 'same') {
    const count = Math.ceil(size / stride);
    return { count, before: Math.floor(Math.max(0, (count - 1) * stride + extent - size) / 2) };
  }
  return { count: Math.floor((size + 2 * padding - extent) / stride) + 1, before: padding };
}

function grid(height: number, width: number, at: (y: number, x: number) => readonly number[]): Image {
  return range(height).map((y) => range(width).map((x) => at(y, x)));
}

function map(image: Image, change: (pixel: readonly number[]) => readonly number[]): Image {
  return image.map((row) => row.map(change));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
