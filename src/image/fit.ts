// Filters made to fit: to the channels of a picture, and turned.
import { invalid } from '../core/errors.js';
import { type Tensor, tensor } from '../core/tensor.js';

/**
 * Fits a filter to a picture: one of a single channel is used for every channel.
 *
 * @returns [height, width, channels, outputs]
 * @throws SepconvError `ERR_SHAPE`
 */
export function fitKernel({ data, shape }: Tensor, channels: number): Tensor {
  const [height, width, filterChannels = 1, outputs = 1] = shape;
  if (filterChannels !== 1 && filterChannels !== channels) {
    throw invalid(
      'ERR_SHAPE',
      'kernel',
      `1 channel, or the ${channels} of the picture`,
      filterChannels,
      'give [height, width] to use one filter for every channel',
    );
  }
  const fitted = filterChannels === channels ? data : repeatChannel(data, outputs, channels);
  return tensor(fitted, [height, width, channels, outputs]);
}

/** The filter, [height, width, …], turned by 180°: what mathematical convolution applies. */
export function flip({ data, shape }: Tensor): Tensor {
  const [height, width] = shape;
  const depth = data.length / (height * width);
  const turned = new Float32Array(data.length);
  for (let tap = 0; tap < height * width; tap++) {
    turned.set(data.subarray(tap * depth, (tap + 1) * depth), (height * width - 1 - tap) * depth);
  }
  return tensor(turned, shape);
}

function repeatChannel(data: Float32Array, outputs: number, channels: number): Float32Array {
  const taps = data.length / outputs;
  const repeated = new Float32Array(data.length * channels);
  for (let tap = 0; tap < taps; tap++) {
    const values = data.subarray(tap * outputs, (tap + 1) * outputs);
    for (let c = 0; c < channels; c++) repeated.set(values, (tap * channels + c) * outputs);
  }
  return repeated;
}
