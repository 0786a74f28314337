// Tensors from one layout to another, for contenders that have theirs.
import { permute } from '../src/core/layout.js';
import type { Shape, TensorData } from '../src/core/tensor.js';

export function toChannelsFirst<D extends TensorData>(data: D, shape: Shape): D {
  return permute(data, shape, [0, 3, 1, 2]);
}

export function channelsFirstShape([batch, height, width, channels]: Shape): Shape {
  return [batch, channels, height, width];
}

/** @param shape of the result, in NHWC */
export function toChannelsLast<D extends TensorData>(data: D, shape: Shape): D {
  return permute(data, channelsFirstShape(shape), [0, 2, 3, 1]);
}
