// A case of conformance/vectors-v1.json as a call of the library.
import type { Activation } from '../core/activation.js';
import type { TensorData } from '../core/arrays.js';
import type { Dtype } from '../core/params.js';
import { type Shape, sizeOf } from '../core/shape.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { OperationName, Operations } from '../ops/index.js';
import { drawFrom, type Kind } from './draw.js';

/** What an operation is called with; its arrays are drawn in this order, and a slope follows the bias of its half. */
export interface Inputs {
  /** Names the case, and is the seed of its arrays. */
  readonly id: number;
  readonly input: Shape;
  /** Of the input; default `'float32'`. */
  readonly dtype?: Dtype;
  /** The kind of the input's and the residual's values; default `'unit'`. */
  readonly values?: Kind;
  /** The kind of the filters', biases' and slopes' values; default `'unit'`. */
  readonly weights?: Kind;
  readonly filters?: readonly Shape[];
  /** Lengths. */
  readonly depthwiseBias?: number;
  readonly bias?: number;
  /** A shape; of `add` its second tensor. */
  readonly residual?: Shape;
  /** As the function takes them, but that a slope is a length. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A case and what it gives. */
export interface Vector extends Inputs {
  /** Of the output's little-endian bytes, with every NaN as 0x7fc00000. */
  readonly sha256: string;
}

export interface Vectors {
  readonly version: number;
  readonly cases: Readonly<Record<OperationName, readonly Vector[]>>;
}

/** Runs a case. */
export function runVector(on: Operations, op: OperationName, vector: Inputs): Tensor<TensorData> {
  const { values = 'unit', weights = 'unit', dtype = 'float32' } = vector;
  const draw = drawFrom(vector.id);
  const filled = (shape: Shape, kind: Kind) => tensor(draw.floats(sizeOf(shape), kind), shape);
  const input =
    dtype === 'uint8' ? tensor(draw.bytes(sizeOf(vector.input)), vector.input) : filled(vector.input, values);
  const filters = (vector.filters ?? []).map((shape) => filled(shape, weights));
  const options: Record<string, unknown> = { ...vector.options };
  for (const half of ['depthwiseBias', 'bias'] as const) {
    const length = vector[half];
    if (length !== undefined) options[half] = draw.floats(length, weights);
    const name = half === 'bias' ? 'activation' : 'depthwiseActivation';
    const activation = options[name] as { readonly type: string; readonly slope: number } | undefined;
    if (activation?.type === 'prelu') options[name] = { type: 'prelu', slope: draw.floats(activation.slope, weights) };
  }
  const residual = vector.residual && filled(vector.residual, values);
  return call(on, op, input, filters, residual, options);
}

/** The arguments in the order of each function. */
function call(
  on: Operations,
  op: OperationName,
  input: Tensor<TensorData>,
  filters: readonly Tensor[],
  residual: Tensor | undefined,
  options: Readonly<Record<string, unknown>>,
): Tensor<TensorData> {
  if (op === 'sepFilter2d') return on.sepFilter2d(input, filters[0].data, filters[1].data, options);
  const { activation, ...rest } = options;
  if (op === 'activate') return on.activate(input as Tensor, activation as Activation, rest);
  if (op === 'add') return on.add(input as Tensor, residual as Tensor, options);
  const run = on[op] as (...given: readonly unknown[]) => Tensor;
  return run(input, ...filters, residual === undefined ? options : { ...options, residual });
}

/** A case in a line: `7: input [1,10,9,3], filters [[3,3,3,1]], strides 2`. */
export function titleOf({ id, sha256, options, ...about }: Vector): string {
  const words = Object.entries({ ...about, ...options }).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${id}: ${words.join(', ').replaceAll('"', '')}`;
}
