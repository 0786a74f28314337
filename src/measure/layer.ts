// Layers as data: what `sepconv bench` and bench/ measure, each the same for every contender.
import type { ActivationName, Dtype } from '../core/params.js';
import type { Shape } from '../core/shape.js';
import type { OperationName } from '../ops/index.js';

type Size = readonly [height: number, width: number];

/** One operation on one input, without bias; `padding` is `'same'`, the border of image filters `'replicate'`. */
export interface MeasuredLayer {
  /** Unique; says everything that the other fields say. */
  readonly name: string;
  readonly operation: Exclude<OperationName, 'add' | 'globalMaxPool2d'>;
  /** [n, h, w, c] */
  readonly input: readonly [number, number, number, number];
  /** Of the window; for sepFilter2d the taps of the column and of the row filter. */
  readonly kernel: Size;
  readonly outputs: number;
  readonly strides: number;
  readonly dilations: number;
  readonly groups: number;
  readonly dtype: Dtype;
  readonly activation?: ActivationName;
}

/** What a layer may have beside its size; defaults: 3×3 (pointwise 1×1), 1, 1, 1, 1. */
export interface LayerOptions {
  readonly kernel?: number;
  readonly strides?: number;
  readonly dilations?: number;
  readonly multiplier?: number;
  readonly groups?: number;
  readonly batch?: number;
}

/** The side of a square image, or [height, width]. */
type Side = number | Size;

const plain = { kernel: [1, 1], strides: 1, dilations: 1, groups: 1, dtype: 'float32' } as const;

export function depthwise(side: Side, channels: number, options: LayerOptions = {}): MeasuredLayer {
  const { kernel = 3, multiplier = 1 } = options;
  const outputs = channels * multiplier;
  const channelText = multiplier === 1 ? `${channels}` : `${channels} m${multiplier}`;
  return {
    ...plain,
    ...windowOf(options),
    name: `depthwise ${kernel}×${kernel}${suffix(options)} ${sideText(side)}×${channelText}${batchText(options)}`,
    operation: 'depthwiseConv2d',
    input: inputOf(side, channels, options),
    kernel: [kernel, kernel],
    outputs,
  };
}

export function pointwise(side: Side, channels: number, outputs: number, options: LayerOptions = {}): MeasuredLayer {
  return {
    ...plain,
    name: `pointwise ${sideText(side)} ${channels}→${outputs}${batchText(options)}`,
    operation: 'pointwiseConv2d',
    input: inputOf(side, channels, options),
    outputs,
  };
}

export function separable(side: Side, channels: number, outputs: number, options: LayerOptions = {}): MeasuredLayer {
  const { kernel = 3 } = options;
  const window = kernel === 3 ? '' : ` ${kernel}×${kernel}`;
  return {
    ...plain,
    ...windowOf(options),
    name: `separable${window}${suffix(options)} ${sideText(side)} ${channels}→${outputs}${batchText(options)}`,
    operation: 'separableConv2d',
    input: inputOf(side, channels, options),
    kernel: [kernel, kernel],
    outputs,
  };
}

export function dense(side: Side, channels: number, outputs: number, options: LayerOptions = {}): MeasuredLayer {
  const { kernel = 3, groups = 1 } = options;
  const word = groups === 1 ? 'dense' : `grouped (${groups})`;
  return {
    ...plain,
    ...windowOf(options),
    name: `${word} ${kernel}×${kernel}${suffix(options)} ${sideText(side)} ${channels}→${outputs}${batchText(options)}`,
    operation: 'conv2d',
    input: inputOf(side, channels, options),
    kernel: [kernel, kernel],
    outputs,
    groups,
  };
}

export function transposed(
  side: Side,
  channels: number,
  outputs: number,
  kernel: number,
  strides: number,
): MeasuredLayer {
  return {
    ...plain,
    name: `transposed ${kernel}×${kernel} s${strides} ${sideText(side)} ${channels}→${outputs}`,
    operation: 'convTranspose2d',
    input: inputOf(side, channels, {}),
    kernel: [kernel, kernel],
    outputs,
    strides,
  };
}

export function pooling(
  operation: 'maxPool2d' | 'avgPool2d' | 'globalAvgPool2d',
  side: number,
  channels: number,
  kernel = side,
  strides = 1,
): MeasuredLayer {
  const word = { maxPool2d: 'max pool', avgPool2d: 'average pool', globalAvgPool2d: 'global average pool' }[operation];
  const window = operation === 'globalAvgPool2d' ? '' : ` ${kernel}×${kernel}${suffix({ strides })}`;
  return {
    ...plain,
    name: `${word}${window} ${sideText(side)}×${channels}`,
    operation,
    input: inputOf(side, channels, {}),
    kernel: [kernel, kernel],
    outputs: channels,
    strides,
  };
}

export function activation(name: ActivationName, side: number, channels: number): MeasuredLayer {
  return {
    ...plain,
    name: `${name} ${sideText(side)}×${channels}`,
    operation: 'activate',
    input: inputOf(side, channels, {}),
    outputs: channels,
    activation: name,
  };
}

export function gaussian(taps: number, size: Size, channels: number, dtype: Dtype): MeasuredLayer {
  const [height, width] = size;
  return {
    ...plain,
    name: `Gaussian ${taps}×${taps} ${height}×${width}×${channels} ${dtype}`,
    operation: 'sepFilter2d',
    input: inputOf(size, channels, {}),
    kernel: [taps, taps],
    outputs: channels,
    dtype,
  };
}

/** Height and width of the output. */
export function outputSide({ operation, input: [, ...sizes], strides }: MeasuredLayer): [number, number] {
  const [height, width] = sizes.map((size) => {
    if (operation === 'globalAvgPool2d') return 1;
    return operation === 'convTranspose2d' ? size * strides : Math.ceil(size / strides);
  });
  return [height, width];
}

export function outputShape(layer: MeasuredLayer): Shape {
  return [layer.input[0], ...outputSide(layer), layer.outputs];
}

/** Multiply-adds of a layer that skips nothing, padding included; for pooling and activations, elements looked at. */
export function multiplyAdds({ operation, input, kernel: [kh, kw], outputs, groups, ...layer }: MeasuredLayer): number {
  const [batch, height, width, channels] = input;
  const [outHeight, outWidth] = outputSide({ operation, input, kernel: [kh, kw], outputs, groups, ...layer });
  const pixels = batch * outHeight * outWidth;
  switch (operation) {
    case 'pointwiseConv2d':
    case 'conv2d':
      return (pixels * outputs * kh * kw * channels) / groups;
    case 'separableConv2d':
      return pixels * channels * (kh * kw + outputs);
    case 'convTranspose2d':
      return batch * height * width * channels * kh * kw * outputs;
    case 'sepFilter2d':
      return pixels * outputs * (kh + kw);
    default:
      return pixels * outputs * kh * kw;
  }
}

/** Shapes of the filters: TensorFlow's layouts; for sepFilter2d the row filter, then the column filter. */
export function filterShapes({ operation, input, kernel: [kh, kw], outputs, groups }: MeasuredLayer): readonly Shape[] {
  const channels = input[3];
  switch (operation) {
    case 'depthwiseConv2d':
      return [[kh, kw, channels, outputs / channels]];
    case 'pointwiseConv2d':
      return [[1, 1, channels, outputs]];
    case 'separableConv2d':
      return [
        [kh, kw, channels, 1],
        [1, 1, channels, outputs],
      ];
    case 'conv2d':
      return [[kh, kw, channels / groups, outputs]];
    case 'convTranspose2d':
      return [[kh, kw, outputs, channels]];
    case 'sepFilter2d':
      return [[kw], [kh]];
    default:
      return [];
  }
}

function windowOf({ strides = 1, dilations = 1 }: LayerOptions) {
  return { strides, dilations };
}

function inputOf(side: Side, channels: number, { batch = 1 }: LayerOptions): [number, number, number, number] {
  const [height, width] = typeof side === 'number' ? [side, side] : side;
  return [batch, height, width, channels];
}

function sideText(side: Side): string {
  return typeof side === 'number' ? `${side}²` : side.join('×');
}

function suffix({ strides = 1, dilations = 1 }: LayerOptions): string {
  return `${strides === 1 ? '' : ` s${strides}`}${dilations === 1 ? '' : ` d${dilations}`}`;
}

function batchText({ batch = 1 }: LayerOptions): string {
  return batch === 1 ? '' : ` batch ${batch}`;
}
