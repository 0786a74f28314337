// The operands of a layer, and the call that it stands for.

import type { TensorData } from '../core/arrays.js';
import type { Operator } from '../core/operator.js';
import type { Layout } from '../core/params.js';
import { sizeOf } from '../core/shape.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { gaussianTaps } from '../image/gaussian.js';
import type { Operations } from '../ops/index.js';
import { filterShapes, type MeasuredLayer } from './layer.js';

export interface Operands {
  /** In NHWC. */
  readonly input: Tensor<TensorData>;
  readonly filters: readonly Tensor[];
}

/** Random numbers in [-1, 1), the same in every process; bytes for uint8; a Gaussian for image filters. */
export function makeOperands(layer: MeasuredLayer): Operands {
  const next = generator(layer.name.length);
  const draw = () => next() / 2 ** 31 - 1;
  const size = sizeOf(layer.input);
  const data: TensorData =
    layer.dtype === 'uint8' ? new Uint8Array(size).map(() => next() >>> 24) : new Float32Array(size).map(draw);
  const filters = filterShapes(layer).map((shape) => {
    const weights = new Float32Array(sizeOf(shape));
    return tensor(layer.operation === 'sepFilter2d' ? gaussianTaps(weights.length, 1.5) : weights.map(draw), shape);
  });
  return { input: tensor(data, layer.input), filters };
}

/**
 * The layer as a prepared operator.
 *
 * @param epilogue options of its biases and activations, where it has such
 */
export function prepareLayer(
  on: Operations,
  layer: MeasuredLayer,
  filters: readonly Tensor[],
  layout: Layout,
  epilogue: object = {},
): Operator {
  const { leading, options } = argumentsOf(layer, filters, layout);
  const name = `prepare${layer.operation[0].toUpperCase()}${layer.operation.slice(1)}` as keyof Operations;
  const dtype = layer.operation === 'sepFilter2d' ? { dtype: layer.dtype } : {};
  return call(on, name)(...leading, { ...options, ...dtype, ...epilogue }) as Operator;
}

/**
 * The layer as a one-shot call, which makes its own output.
 *
 * @param rest options of its biases, its activations and its residual, where it has such
 */
export function oneShot(
  on: Operations,
  layer: MeasuredLayer,
  { input, filters }: Operands,
  layout: Layout,
  rest: object = {},
): Tensor {
  const { leading, options } = argumentsOf(layer, filters, layout);
  return call(on, layer.operation)(input, ...leading, { ...options, ...rest }) as Tensor;
}

/** The operations of a layer share no signature, only its parts. */
function call(on: Operations, name: keyof Operations) {
  return on[name] as (...values: unknown[]) => unknown;
}

function argumentsOf(
  { operation, kernel, strides, dilations, ...layer }: MeasuredLayer,
  filters: readonly Tensor[],
  layout: Layout,
) {
  const window = { layout, strides, dilations, padding: 'same' };
  switch (operation) {
    case 'depthwiseConv2d':
    case 'separableConv2d':
      return { leading: filters, options: { ...window, filterLayout: 'HWCM' } };
    case 'pointwiseConv2d':
      return { leading: filters, options: { layout, filterLayout: 'HWIO' } };
    case 'conv2d':
      return { leading: filters, options: { ...window, filterLayout: 'HWIO', groups: layer.groups } };
    case 'convTranspose2d':
      return { leading: filters, options: { ...window, filterLayout: 'HWOI' } };
    case 'maxPool2d':
    case 'avgPool2d':
      return { leading: [], options: { ...window, windowDimensions: kernel } };
    case 'globalAvgPool2d':
      return { leading: [], options: { layout } };
    case 'activate':
      return { leading: [layer.activation], options: { layout } };
    case 'sepFilter2d':
      return { leading: filters.map(({ data }) => data), options: { layout, border: 'replicate' } };
  }
}

/** Integers in [0, 2^32): xorshift32. */
function generator(seed: number): () => number {
  let state = (seed * 2654435761 + 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
