// TensorFlow.js: a layer or a network on either of its backends.
import type { Tensor } from '../../src/core/tensor.js';
import type { MeasuredLayer } from '../../src/measure/layer.js';
import type { JavaScript, Started } from '../contender.js';
import { type NetworkStep, stepsOf } from '../networks.js';
import { loadPeer } from '../peers.js';

export interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

type Pair = readonly [number, number];

/** What is used of @tensorflow/tfjs-core. */
export interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor4d(data: Float32Array, shape: readonly number[]): TfTensor;
  depthwiseConv2d(x: TfTensor, f: TfTensor, strides: Pair, pad: string, layout: string, dilations: Pair): TfTensor;
  separableConv2d(
    x: TfTensor,
    depthwise: TfTensor,
    pointwise: TfTensor,
    strides: Pair,
    pad: string,
    dilations: Pair,
  ): TfTensor;
  conv2d(x: TfTensor, f: TfTensor, strides: number, pad: string, layout: string, dilations: number): TfTensor;
  conv2dTranspose(x: TfTensor, f: TfTensor, shape: readonly number[], strides: number, pad: string): TfTensor;
  maxPool(x: TfTensor, window: Pair, strides: number, pad: string): TfTensor;
  avgPool(x: TfTensor, window: Pair, strides: number, pad: string): TfTensor;
  /** Fused with a bias and an activation, as the converter of models leaves them. */
  readonly fused: {
    conv2d(parts: FusedParts): TfTensor;
    depthwiseConv2d(parts: FusedParts): TfTensor;
  };
  add(x: TfTensor, y: TfTensor): TfTensor;
  tensor1d(data: Float32Array): TfTensor;
  mean(x: TfTensor, axes: readonly number[], keep: boolean): TfTensor;
  readonly [activation: string]: unknown;
}

interface FusedParts {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly strides: number;
  readonly pad: string;
  readonly bias: TfTensor | undefined;
  readonly activation: string;
}

const activations = ['relu', 'relu6', 'sigmoid', 'tanh', 'elu'];

export function hasOperation({ operation, activation, groups }: MeasuredLayer): boolean {
  if (operation === 'activate') return activations.includes(activation!);
  return operation !== 'sepFilter2d' && groups === 1;
}

/**
 * @param backend loads and registers it
 * @param copies whether input and output are copied in and out at every call, as plain arrays
 */
export function tfjs(backend: () => Promise<void>, name: string, copies: boolean): JavaScript {
  const load = async () => {
    const tf = loadPeer<Tfjs>('@tensorflow/tfjs-core');
    await backend();
    await tf.setBackend(name);
    await tf.ready();
    return tf;
  };
  const started = (tf: Tfjs, operate: (x: TfTensor) => TfTensor, input: Tensor): Started => {
    if (copies) {
      let result = new Float32Array();
      const run = () => {
        const x = tf.tensor4d(input.data, input.shape);
        const y = operate(x);
        result = y.dataSync() as Float32Array<ArrayBuffer>;
        x.dispose();
        y.dispose();
      };
      return { run, output: () => result };
    }
    const x = tf.tensor4d(input.data, input.shape);
    return { run: () => operate(x).dispose(), output: () => operate(x).dataSync() };
  };
  return {
    kind: 'javascript',
    async start(layer, { input, filters }) {
      const tf = await load();
      const weights = filters.map(({ data, shape }) => tf.tensor4d(data, shape));
      return started(tf, operationOf(tf, layer, weights), input as Tensor);
    },
    async startNetwork(network, operands) {
      const tf = await load();
      return started(tf, networkOperation(tf, stepsOf(network, operands)), operands.input);
    },
  };
}

function networkOperation(tf: Tfjs, steps: readonly NetworkStep[]): (x: TfTensor) => TfTensor {
  const operations = steps.map((step) => stepOperation(tf, step));
  /** The last step that needs the input of each. */
  const lastUses = steps.map((_, i) =>
    Math.max(
      i,
      steps.findIndex(({ shortcut }) => shortcut === i),
    ),
  );
  return (input) => {
    const inputs: TfTensor[] = [];
    let x = input;
    for (const [i, operate] of operations.entries()) {
      inputs.push(x);
      x = operate(x);
      const { shortcut } = steps[i];
      if (shortcut !== undefined) {
        const sum = tf.add(x, inputs[shortcut]);
        x.dispose();
        x = sum;
      }
      for (let used = 1; used <= i; used++) if (lastUses[used] === i) inputs[used].dispose();
    }
    return x;
  };
}

function stepOperation(tf: Tfjs, { layer, filter, bias, activation }: NetworkStep): (x: TfTensor) => TfTensor {
  if (filter === undefined) return operationOf(tf, layer, []);
  const parts = {
    filter: tf.tensor4d(filter.data, filter.shape),
    strides: layer.strides,
    pad: 'same',
    bias: bias && tf.tensor1d(bias),
    activation,
  };
  return layer.operation === 'depthwiseConv2d'
    ? (x) => tf.fused.depthwiseConv2d({ x, ...parts })
    : (x) => tf.fused.conv2d({ x, ...parts });
}

function operationOf(tf: Tfjs, layer: MeasuredLayer, [first, second]: readonly TfTensor[]): (x: TfTensor) => TfTensor {
  const { operation, kernel, strides: s, dilations: d, input, outputs } = layer;
  switch (operation) {
    case 'depthwiseConv2d':
      return (x) => tf.depthwiseConv2d(x, first, [s, s], 'same', 'NHWC', [d, d]);
    case 'separableConv2d':
      return (x) => tf.separableConv2d(x, first, second, [s, s], 'same', [d, d]);
    case 'pointwiseConv2d':
    case 'conv2d':
      return (x) => tf.conv2d(x, first, s, 'same', 'NHWC', d);
    case 'convTranspose2d': {
      const shape = [input[0], input[1] * s, input[2] * s, outputs];
      return (x) => tf.conv2dTranspose(x, first, shape, s, 'same');
    }
    case 'maxPool2d':
      return (x) => tf.maxPool(x, kernel, s, 'same');
    case 'avgPool2d':
      return (x) => tf.avgPool(x, kernel, s, 'same');
    case 'globalAvgPool2d':
      return (x) => tf.mean(x, [1, 2], true);
    default:
      return tf[layer.activation!] as (x: TfTensor) => TfTensor;
  }
}
