// A layer or a network as an ONNX model, for both builds of onnxruntime.

import { permute } from '../../src/core/layout.js';
import type { Shape } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import { type MeasuredLayer, outputShape } from '../../src/measure/layer.js';
import { channelsFirstShape, samePadding } from '../layouts.js';
import { type MeasuredNetwork, type NetworkOperands, outputShapeOf, stepsOf } from '../networks.js';
import { loadPeer } from '../peers.js';

/** What is used of onnx-proto, the schema of the format as a package. */
interface OnnxProto {
  readonly onnx: { readonly ModelProto: { encode(model: object): { finish(): Uint8Array } } };
}

interface Node {
  readonly type: string;
  readonly filter?: Tensor;
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

/** A node between named values. */
interface Link extends Pick<Node, 'type' | 'attributes'> {
  readonly inputs: readonly string[];
  readonly output: string;
}

/** The layers that ONNX has an operator for. */
export function hasModel({ operation, activation }: MeasuredLayer): boolean {
  return operation === 'activate' ? activation! in activations : operation !== 'sepFilter2d';
}

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  hardSwish: 'HardSwish',
  gelu: 'Gelu',
};

/** The bytes of a model whose input is `x` and whose output is `y`, both NCHW. */
export function onnxModel(layer: MeasuredLayer, filters: readonly Tensor[]): Uint8Array {
  const nodes = nodesOf(layer, filters);
  const names = ['x', ...nodes.slice(1).map((_, i) => `between${i}`), 'y'];
  const links = nodes.map(({ type, filter, attributes }, i) => ({
    type,
    attributes,
    inputs: filter ? [names[i], `filter${i}`] : [names[i]],
    output: names[i + 1],
  }));
  const constants = nodes.flatMap(({ filter }, i): [string, Tensor][] => (filter ? [[`filter${i}`, filter]] : []));
  return encode(links, Object.fromEntries(constants), layer.input, outputShape(layer));
}

/** The same of a network: its activations are `Clip`, its shortcuts `Add`, both of which onnxruntime fuses. */
export function onnxNetwork(network: MeasuredNetwork, operands: NetworkOperands): Uint8Array {
  const links: Link[] = [];
  const constants: Record<string, Tensor> = { zero: scalar(0), six: scalar(6) };
  const inputs: string[] = [];
  let x = 'x';
  const follow = (type: string, more: readonly string[], attributes?: Node['attributes']) => {
    const output = `value${links.length}`;
    links.push({ type, inputs: [x, ...more], output, attributes });
    x = output;
  };
  for (const [i, { layer, filter, bias, activation, shortcut }] of stepsOf(network, operands).entries()) {
    inputs.push(x);
    const [node] = nodesOf(layer, filter ? [filter] : []);
    if (node.filter) constants[`filter${i}`] = node.filter;
    if (bias) constants[`bias${i}`] = { data: bias, shape: [bias.length] };
    follow(node.type, [...(node.filter ? [`filter${i}`] : []), ...(bias ? [`bias${i}`] : [])], node.attributes);
    if (shortcut !== undefined) follow('Add', [inputs[shortcut]]);
    if (activation === 'relu6') follow('Clip', ['zero', 'six']);
  }
  const last = links[links.length - 1];
  links[links.length - 1] = { ...last, output: 'y' };
  return encode(links, constants, network.input, outputShapeOf(network));
}

function scalar(value: number): Tensor {
  return { data: Float32Array.of(value), shape: [] };
}

/** @param input its shape in NHWC, as that of the output */
function encode(
  links: readonly Link[],
  constants: Readonly<Record<string, Tensor>>,
  input: Shape,
  output: Shape,
): Uint8Array {
  const { onnx } = loadPeer<OnnxProto>('onnx-proto');
  const graph = {
    name: 'layers',
    node: links.map(({ type, inputs, output: result, attributes = {} }) => ({
      opType: type,
      input: inputs,
      output: [result],
      attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    })),
    initializer: Object.entries(constants).map(([name, { data, shape }]) => ({
      name,
      dataType: 1,
      dims: shape,
      rawData: bytesOf(data),
    })),
    input: [valueInfo('x', channelsFirstShape(input))],
    output: [valueInfo('y', channelsFirstShape(output))],
  };
  return onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 20 }], graph }).finish();
}

function nodesOf(layer: MeasuredLayer, filters: readonly Tensor[]): Node[] {
  const { operation, input, kernel, strides, dilations } = layer;
  const window = { strides: [strides, strides], pads: samePadding(layer) };
  const dilated = { ...window, dilations: [dilations, dilations] };
  const outputsFirst = (filter: Tensor) => reorder(filter, [3, 2, 0, 1]);
  switch (operation) {
    case 'depthwiseConv2d':
    case 'separableConv2d': {
      const attributes = { ...dilated, group: input[3] };
      const first = { type: 'Conv', filter: channelFilters(filters[0]), attributes };
      return [first, ...filters.slice(1).map((filter) => ({ type: 'Conv', filter: outputsFirst(filter) }))];
    }
    case 'pointwiseConv2d':
      return [{ type: 'Conv', filter: outputsFirst(filters[0]) }];
    case 'conv2d':
      return [{ type: 'Conv', filter: outputsFirst(filters[0]), attributes: { ...dilated, group: layer.groups } }];
    case 'convTranspose2d':
      return [
        {
          type: 'ConvTranspose',
          filter: outputsFirst(filters[0]),
          attributes: { strides: [strides, strides], auto_pad: 'SAME_UPPER' },
        },
      ];
    case 'maxPool2d':
      return [{ type: 'MaxPool', attributes: { ...window, kernel_shape: kernel } }];
    case 'avgPool2d':
      return [{ type: 'AveragePool', attributes: { ...window, kernel_shape: kernel } }];
    case 'globalAvgPool2d':
      return [{ type: 'GlobalAveragePool' }];
    default:
      return [{ type: activations[layer.activation!] }];
  }
}

/** HWCM as [C · M, 1, H, W]. */
function channelFilters(filter: Tensor): Tensor {
  const [height, width, channels, multiplier] = filter.shape;
  return { data: reorder(filter, [2, 3, 0, 1]).data, shape: [channels * multiplier, 1, height, width] };
}

function reorder({ data, shape }: Tensor, order: readonly number[]): Tensor {
  return { data: permute(data, shape, order), shape: order.map((axis) => shape[axis]) };
}

/** Codes of AttributeProto.AttributeType: INT 2, STRING 3, INTS 7. */
function attributeOf(name: string, value: number | string | readonly number[]) {
  if (typeof value === 'number') return { name, type: 2, i: value };
  return typeof value === 'string' ? { name, type: 3, s: Buffer.from(value) } : { name, type: 7, ints: value };
}

function valueInfo(name: string, shape: readonly number[]) {
  return { name, type: { tensorType: { elemType: 1, shape: { dim: shape.map((size) => ({ dimValue: size })) } } } };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
