// What other libraries want in their own way: tensors in another layout, padding in numbers.

import type { TensorData } from '../src/core/arrays.js';
import { permute } from '../src/core/layout.js';
import type { Shape } from '../src/core/shape.js';
import { type MeasuredLayer, outputSide } from '../src/measure/layer.js';

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

/** Rows and columns around the image that `padding: 'same'` stands for, as [top, left, bottom, right]. */
export function samePadding(layer: MeasuredLayer): [number, number, number, number] {
  const { input, kernel, strides, dilations } = layer;
  const [rows, columns] = outputSide(layer).map((output, axis) => {
    const extent = (output - 1) * strides + (kernel[axis] - 1) * dilations + 1;
    return Math.max(0, extent - input[axis + 1]);
  });
  return [Math.floor(rows / 2), Math.floor(columns / 2), Math.ceil(rows / 2), Math.ceil(columns / 2)];
}
