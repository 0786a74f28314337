// What consists of several layers, each described once for every contender: chains of equal layers, and whole networks.

import type { Shape } from '../src/core/shape.js';
import { sizeOf } from '../src/core/shape.js';
import type { Tensor } from '../src/core/tensor.js';
import { heUniform, uniform } from '../src/initializers/index.js';
import {
  dense,
  depthwise,
  filterShapes,
  type MeasuredLayer,
  multiplyAdds,
  outputShape,
  outputSide,
  pointwise,
  pooling,
  separable,
} from '../src/measure/layer.js';

export interface MeasuredNetwork {
  /** Unique, among layers too. */
  readonly name: string;
  readonly operation: 'network';
  readonly dtype: 'float32';
  /** [n, h, w, c] */
  readonly input: MeasuredLayer['input'];
  readonly layers: readonly NetworkLayer[];
  /** Whether a bias follows the sums of every filter, as where batch normalization was folded into it. */
  readonly hasBiases: boolean;
}

export interface NetworkLayer {
  readonly layer: MeasuredLayer;
  /** What follows each of its filters. */
  readonly activations: readonly NetworkActivation[];
  /** The layer whose input is added to the output of this one. */
  readonly shortcut?: number;
}

export type NetworkActivation = 'linear' | 'relu6';

/** What has a row of its own. */
export type Measured = MeasuredLayer | MeasuredNetwork;

export interface NetworkOperands {
  /** In NHWC. */
  readonly input: Tensor;
  /** Of each layer. */
  readonly weights: readonly Weights[];
}

export interface Weights {
  /** In the shapes of `filterShapes`. */
  readonly filters: readonly Tensor[];
  /** One a filter, or none. */
  readonly biases: readonly Float32Array[];
}

export function isNetwork(measured: Measured): measured is MeasuredNetwork {
  return measured.operation === 'network';
}

/** Inputs uniform in [-1, 1), weights as He's for relu, biases uniform in [-0.1, 0.1): the same in every process. */
export function makeNetworkOperands({ input, layers, hasBiases }: MeasuredNetwork): NetworkOperands {
  let seed = 0;
  const weights = layers.map(({ layer }): Weights => {
    const filters = filterShapes(layer).map((shape, i) =>
      heUniform(shape, { seed: ++seed, filterLayout: isDepthwise(layer, i) ? 'HWCM' : 'HWIO' }),
    );
    const biases = filters.map(({ shape }, i) => {
      const outputs = isDepthwise(layer, i) ? shape[2] * shape[3] : shape[3];
      return uniform([outputs], { seed: ++seed, min: -0.1, max: 0.1 }).data;
    });
    return { filters, biases: hasBiases ? biases : [] };
  });
  return { input: uniform(input, { seed: ++seed, min: -1, max: 1 }), weights };
}

function isDepthwise({ operation }: MeasuredLayer, filter: number): boolean {
  return filter === 0 && (operation === 'depthwiseConv2d' || operation === 'separableConv2d');
}

/** One step of a network where a separable convolution is two. */
export interface NetworkStep {
  readonly layer: MeasuredLayer;
  readonly filter?: Tensor | undefined;
  readonly bias?: Float32Array | undefined;
  readonly activation: NetworkActivation;
  /** The step whose input is added to the output of this one. */
  readonly shortcut?: number | undefined;
}

/** The network as libraries run it that know no separable convolution. */
export function stepsOf({ layers }: MeasuredNetwork, { weights }: NetworkOperands): NetworkStep[] {
  const firsts: number[] = [];
  const steps: NetworkStep[] = [];
  for (const [i, part] of layers.entries()) {
    firsts.push(steps.length);
    steps.push(...partSteps(part, weights[i]));
    const { shortcut } = part;
    if (shortcut !== undefined) steps.push({ ...steps.pop()!, shortcut: firsts[shortcut] });
  }
  return steps;
}

/** The same of a layer alone, which has neither biases nor activations. */
export function layerSteps(layer: MeasuredLayer, filters: readonly Tensor[]): NetworkStep[] {
  return partSteps({ layer, activations: [] }, { filters, biases: [] });
}

function partSteps({ layer, activations }: NetworkLayer, { filters, biases }: Weights): NetworkStep[] {
  return partsOf(layer).map((part, half) => ({
    layer: part,
    filter: filters[half],
    bias: biases[half],
    activation: activations[half] ?? 'linear',
  }));
}

function partsOf(layer: MeasuredLayer): MeasuredLayer[] {
  if (layer.operation !== 'separableConv2d') return [layer];
  const channels = layer.input[3];
  const [height, width] = outputSide(layer);
  const second = pointwise([height, width], channels, layer.outputs, { batch: layer.input[0] });
  return [{ ...layer, operation: 'depthwiseConv2d', outputs: channels }, second];
}

/** Multiply-adds of a layer or of all layers of a network. */
export function workOf(measured: Measured): number {
  if (!isNetwork(measured)) return multiplyAdds(measured);
  return measured.layers.reduce((sum, { layer }) => sum + multiplyAdds(layer), 0);
}

export function outputShapeOf(measured: Measured): Shape {
  return outputShape(isNetwork(measured) ? measured.layers[measured.layers.length - 1].layer : measured);
}

/** Bytes of input, weights and output. */
export function bytesOf(measured: Measured): number {
  const layers = isNetwork(measured) ? measured.layers.map(({ layer }) => layer) : [measured];
  const images = sizeOf(measured.input) + sizeOf(outputShapeOf(measured));
  const weights = layers.flatMap(filterShapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
  return images * (measured.dtype === 'uint8' ? 1 : 4) + weights * 4;
}

/** A layer so many times, each on the output of the one before; no bias and no activation. */
function chain(count: number, layer: MeasuredLayer): MeasuredNetwork {
  const activations = filterShapes(layer).map(() => 'linear' as const);
  const layers = Array.from({ length: count }, () => ({ layer, activations }));
  return networkOf(`${count} × ${layer.name}`, layers, false);
}

/** Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017, table 1. */
function mobileNetV1(batch: number): MeasuredNetwork {
  const blocks = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    ...Array.from({ length: 5 }, () => [512, 1]),
    [1024, 2],
    [1024, 1],
  ];
  const layers: NetworkLayer[] = [convolved(dense(224, 3, 32, { strides: 2, batch }))];
  let [side, channels] = [112, 32];
  for (const [outputs, strides] of blocks) {
    layers.push(convolved(separable(side, channels, outputs, { strides, batch })));
    [side, channels] = [side / strides, outputs];
  }
  return networkOf(`MobileNetV1 224${batchText(batch)}`, [...layers, ...classified(side, channels, batch)], true);
}

/** Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018, table 2. */
function mobileNetV2(batch: number): MeasuredNetwork {
  const groups = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ];
  const layers: NetworkLayer[] = [convolved(dense(224, 3, 32, { strides: 2, batch }))];
  let [side, channels] = [112, 32];
  for (const [expansion, outputs, count, groupStrides] of groups) {
    for (let i = 0; i < count; i++) {
      const strides = i === 0 ? groupStrides : 1;
      const wide = channels * expansion;
      const first = layers.length;
      if (expansion > 1) layers.push(convolved(pointwise(side, channels, wide, { batch })));
      const shortcut = strides === 1 && channels === outputs ? { shortcut: first } : {};
      const layer = separable(side, wide, outputs, { strides, batch });
      layers.push({ layer, activations: ['relu6', 'linear'], ...shortcut });
      [side, channels] = [side / strides, outputs];
    }
  }
  layers.push(convolved(pointwise(side, channels, 1280, { batch })));
  return networkOf(`MobileNetV2 224${batchText(batch)}`, [...layers, ...classified(side, 1280, batch)], true);
}

/** With relu6 after each of its filters. */
function convolved(layer: MeasuredLayer): NetworkLayer {
  return { layer, activations: filterShapes(layer).map(() => 'relu6') };
}

/** The mean of each channel, and a thousand classes. */
function classified(side: number, channels: number, batch: number): NetworkLayer[] {
  const mean = pooling('globalAvgPool2d', side, channels);
  return [
    { layer: { ...mean, input: [batch, side, side, channels] }, activations: [] },
    { layer: pointwise(1, channels, 1000, { batch }), activations: ['linear'] },
  ];
}

function networkOf(name: string, layers: readonly NetworkLayer[], hasBiases: boolean): MeasuredNetwork {
  return { name, operation: 'network', dtype: 'float32', input: layers[0].layer.input, layers, hasBiases };
}

function batchText(batch: number): string {
  return batch === 1 ? '' : ` batch ${batch}`;
}

export const networks: readonly MeasuredNetwork[] = [
  mobileNetV1(1),
  mobileNetV2(1),
  mobileNetV1(8),
  mobileNetV2(8),
  chain(3, depthwise(56, 128)),
  chain(6, depthwise(56, 128)),
  chain(3, separable(56, 128, 128)),
];
