// The order of axes in memory: of images, and of filters.
import { allocate, dtypeOf, type TensorData } from './arrays.js';
import { invalid } from './errors.js';
import type { Dtype, Layout, Params } from './params.js';
import type { Shape } from './shape.js';

export interface ImageSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Reads a rank-4 shape in its layout. */
export function imageSize(shape: Shape, layout: Layout): ImageSize {
  const [batch, second, third, fourth] = shape;
  return layout === 'NHWC'
    ? { batch, height: second, width: third, channels: fourth }
    : { batch, height: third, width: fourth, channels: second };
}

/** Writes a size as a rank-4 shape in its layout. */
export function imageShape({ batch, height, width, channels }: ImageSize, layout: Layout): Shape {
  return layout === 'NHWC' ? [batch, height, width, channels] : [batch, channels, height, width];
}

export function inputSize(p: Params): ImageSize {
  return { batch: p.batch, height: p.inputHeight, width: p.inputWidth, channels: p.inputChannels };
}

export function outputSize(p: Params): ImageSize {
  return { batch: p.batch, height: p.outputHeight, width: p.outputWidth, channels: p.outputChannels };
}

/** Copies `data` of this shape with its axes in another order: axis i of the result is axis `order[i]` of the source. */
export function permute<D extends TensorData>(data: D, shape: Shape, order: readonly number[]): D {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const result = allocate(dtypeOf(data) as Dtype, data.length) as D;
  let written = 0;
  const walk = (depth: number, offset: number): void => {
    const extent = shape[order[depth]];
    const stride = strides[order[depth]];
    for (let i = 0; i < extent; i++) {
      if (depth === order.length - 1) result[written++] = data[offset + i * stride];
      else walk(depth + 1, offset + i * stride);
    }
  };
  walk(0, 0);
  return result;
}

/** A filter's axes by name, from its shape and the letters of its layout. */
export function filterAxes<Letter extends string>(
  argument: string,
  shape: Shape,
  layout: string,
): Record<Letter, number> {
  if (shape.length !== layout.length || shape[0] === 0) {
    const axes = `[${[...layout].join(', ')}]`;
    throw invalid(
      'ERR_SHAPE',
      argument,
      `${layout.length} sizes of at least 1, ${axes}`,
      shape,
      'reshape it or name its filterLayout',
    );
  }
  const axes: Record<string, number> = {};
  for (let axis = 0; axis < layout.length; axis++) axes[layout[axis]] = shape[axis];
  return axes;
}
