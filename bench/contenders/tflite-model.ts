// A layer or a network as a TensorFlow Lite model: the flatbuffer that TensorFlow's schema describes, written field by
// field, since the format's own package holds the schema for other languages only.
import { permute } from '../../src/core/layout.js';
import type { Shape } from '../../src/core/shape.js';
import type { MeasuredLayer } from '../../src/measure/layer.js';
import { type NetworkStep, outputShapeOf } from '../networks.js';
import { loadPeer } from '../peers.js';

type Offset = number;

/** What is used of flatbuffers. */
interface Builder {
  startObject(fields: number): void;
  endObject(): Offset;
  addFieldInt8(field: number, value: number, none: number): void;
  addFieldInt32(field: number, value: number, none: number): void;
  addFieldOffset(field: number, value: Offset, none: number): void;
  prep(alignment: number, bytes: number): void;
  startVector(elementBytes: number, count: number, alignment: number): void;
  endVector(): Offset;
  addInt32(value: number): void;
  addOffset(offset: Offset): void;
  createString(text: string): Offset;
  createByteVector(bytes: Uint8Array): Offset;
  finish(root: Offset, identifier: string): void;
  asUint8Array(): Uint8Array;
}

interface Flatbuffers {
  readonly Builder: new (bytes: number) => Builder;
}

/** A table's fields in the order of the schema; what is undefined has its default. */
type Fields = readonly (Field | undefined)[];
type Field =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly ints: readonly number[] }
  | { readonly table: Fields }
  | { readonly tables: readonly Fields[] };

/** Codes of the schema. */
const operators = { ADD: 0, AVERAGE_POOL_2D: 1, CONV_2D: 3, DEPTHWISE_CONV_2D: 4, MAX_POOL_2D: 17, MEAN: 40 } as const;
const optionTypes = { conv: 1, depthwise: 2, pool: 5, add: 11, reducer: 27 } as const;
const types = { float32: 0, int32: 2 } as const;
const fusedActivations = { linear: 0, relu6: 3 } as const;

const operations: readonly MeasuredLayer['operation'][] = [
  'depthwiseConv2d',
  'pointwiseConv2d',
  'separableConv2d',
  'conv2d',
  'maxPool2d',
  'avgPool2d',
  'globalAvgPool2d',
];

export function hasTfliteModel({ operation }: MeasuredLayer): boolean {
  return operations.includes(operation);
}

const int8 = (value: number): Field => ({ int8: value });
const int32 = (value: number): Field => ({ int32: value });
const ints = (values: readonly number[]): Field => ({ ints: values });

/** Tensors and operators as they are added. */
class Graph {
  readonly buffers: Fields[] = [[]];
  readonly tensors: Fields[] = [];
  readonly nodes: Fields[] = [];

  /** @param data constant where it is given */
  tensor(shape: Shape, data?: Float32Array | Int32Array): number {
    if (data !== undefined)
      this.buffers.push([{ bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }]);
    const type = data instanceof Int32Array ? types.int32 : types.float32;
    const buffer = data === undefined ? 0 : this.buffers.length - 1;
    this.tensors.push([ints(shape), int8(type), int32(buffer), { text: `t${this.tensors.length}` }]);
    return this.tensors.length - 1;
  }

  node(
    operator: keyof typeof operators,
    inputs: readonly number[],
    output: number,
    type: number,
    options: Fields,
  ): void {
    const code = Object.keys(operators).indexOf(operator);
    this.nodes.push([int32(code), ints(inputs), ints([output]), int8(type), { table: options }]);
  }
}

/** The bytes of a model with one input and one output, both NHWC. */
export function tfliteModel(input: Shape, steps: readonly NetworkStep[]): Uint8Array {
  const graph = new Graph();
  const first = graph.tensor(input);
  const inputs: number[] = [];
  let x = first;
  for (const step of steps) {
    inputs.push(x);
    x = addStep(graph, step, x);
    if (step.shortcut === undefined) continue;
    const sum = graph.tensor(outputShapeOf(step.layer));
    graph.node('ADD', [x, inputs[step.shortcut]], sum, optionTypes.add, [int8(fusedActivations.linear)]);
    x = sum;
  }
  const codes = Object.values(operators).map((code): Fields => [int8(code), undefined, int32(1), int32(code)]);
  const subgraph: Fields = [{ tables: graph.tensors }, ints([first]), ints([x]), { tables: graph.nodes }];
  return encode([int32(3), { tables: codes }, { tables: [subgraph] }, { text: '' }, { tables: graph.buffers }]);
}

/** @returns the tensor of its output */
function addStep(graph: Graph, { layer, filter, bias, activation }: NetworkStep, x: number): number {
  const { operation, kernel, strides, dilations, input, outputs } = layer;
  const y = graph.tensor(outputShapeOf(layer));
  const same = int8(0);
  const window = [same, int32(strides), int32(strides)];
  const fused = int8(fusedActivations[activation]);
  if (filter === undefined) {
    if (operation === 'globalAvgPool2d') {
      const axes = graph.tensor([2], Int32Array.of(1, 2));
      graph.node('MEAN', [x, axes], y, optionTypes.reducer, [int8(1)]);
    } else {
      const size = [int32(kernel[1]), int32(kernel[0])];
      graph.node(operation === 'maxPool2d' ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D', [x], y, optionTypes.pool, [
        ...window,
        ...size,
        fused,
      ]);
    }
    return y;
  }
  const biases = graph.tensor([outputs], bias ?? new Float32Array(outputs));
  const dilated = [fused, int32(dilations), int32(dilations)];
  if (operation === 'depthwiseConv2d') {
    const weights = graph.tensor([1, ...kernel, outputs], filter.data);
    const multiplier = int32(outputs / input[3]);
    graph.node('DEPTHWISE_CONV_2D', [x, weights, biases], y, optionTypes.depthwise, [
      ...window,
      multiplier,
      ...dilated,
    ]);
  } else {
    const order = [3, 0, 1, 2];
    const shape = order.map((axis) => filter.shape[axis]);
    const weights = graph.tensor(shape, permute(filter.data, filter.shape, order));
    graph.node('CONV_2D', [x, weights, biases], y, optionTypes.conv, [...window, ...dilated]);
  }
  return y;
}

function encode(model: Fields): Uint8Array {
  const { Builder } = loadPeer<Flatbuffers>('flatbuffers');
  const builder = new Builder(1024);
  builder.finish(writeTable(builder, model), 'TFL3');
  return builder.asUint8Array();
}

/** What a table refers to stands before it. */
function writeTable(builder: Builder, fields: Fields): Offset {
  const offsets = fields.map((field) => field && offsetOf(builder, field));
  builder.startObject(fields.length);
  for (const [i, field] of fields.entries()) {
    if (field === undefined) continue;
    // No value is left out as a default, which differs from field to field.
    if ('int8' in field) builder.addFieldInt8(i, field.int8, -1);
    else if ('int32' in field) builder.addFieldInt32(i, field.int32, -1);
    else builder.addFieldOffset(i, offsets[i]!, 0);
  }
  return builder.endObject();
}

function offsetOf(builder: Builder, field: Field): Offset | undefined {
  if ('text' in field) return builder.createString(field.text);
  if ('table' in field) return writeTable(builder, field.table);
  if ('bytes' in field) {
    // Constants are read where they stand.
    builder.prep(16, field.bytes.length);
    return builder.createByteVector(field.bytes);
  }
  if ('ints' in field) return writeVector(builder, field.ints, (value) => builder.addInt32(value));
  if ('tables' in field) {
    const offsets = field.tables.map((table) => writeTable(builder, table));
    return writeVector(builder, offsets, (offset) => builder.addOffset(offset));
  }
  return undefined;
}

/** From the last element to the first, as the buffer grows towards its beginning. */
function writeVector(builder: Builder, values: readonly number[], add: (value: number) => void): Offset {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) add(value);
  return builder.endVector();
}
