// The one narrow interface between the operations and the backends.
import type { Config, Params } from './params.js';
import type { ArrayType, TensorData } from './tensor.js';

/** Every op a backend has a kernel for; the stem of its files in every layer, `sep-filter` for sepFilter. */
export const opNames = [
  'depthwise',
  'pointwise',
  'separable',
  'conv2d',
  'transposed',
  'pooling',
  'activation',
  'sepFilter',
] as const;
export type OpName = (typeof opNames)[number];

/** The kinds of backend, in the order of preference. */
export const backends = ['native', 'wasm', 'reference'] as const;
export type Backend = (typeof backends)[number];

/** Whether each product is rounded by itself, with the same bits everywhere, or may be fused with its addition. */
export const precisions = ['exact', 'fast'] as const;
export type Precision = (typeof precisions)[number];

/** One pass of an op with its weights; only fused ops have more than one. */
export interface Stage {
  readonly config: Config;
  /** In the op's canonical order, written in `ops/<stem>.ts`. */
  readonly filter: Float32Array;
  /** One value per output channel, never −0. */
  readonly bias: Float32Array;
  /** What prelu multiplies negative values with, one value per output channel; empty with other activations. */
  readonly slope: Float32Array;
}

/** One operator on one backend: any batch and any image size, again and again. */
export interface Prepared {
  /** What the runs that follow have in common: the params of every stage, never changed afterwards. */
  settle(params: readonly Params[]): void;
  /**
   * Writes the whole output, in the layout that the params name.
   *
   * @param output overlaps nothing that is read, unless the op works in place
   * @param residual added before the last activation; as large as the output
   */
  run(input: TensorData, output: TensorData, residual: TensorData | undefined): void;
  dispose(): void;
}

/** An array in a backend's own memory, which it reads and writes in place. */
export interface Memory {
  /** The same values at any time, though not the same view: growth of the memory detaches it. */
  readonly data: TensorData;
  free(): void;
}

/** A backend. What it receives is already checked, shaped and defaulted. */
export interface Kernels {
  readonly backend: Backend;
  readonly isa: string;
  readonly threads: number;
  readonly precision: Precision;
  /** Takes the weights once, packed as this backend likes them, into memory of its own. */
  prepare(op: OpName, stages: readonly Stage[]): Prepared;
  /** An array of zeros. */
  allocate(type: ArrayType, length: number): Memory;
}

/** Where the kernels of one backend come from on a host. */
export interface BackendSource {
  readonly backend: Backend;
  /** The instruction sets of this precision that run here, best first; throws the reason where the backend does not. */
  isas(precision: Precision): readonly string[];
  /** Without `threads`, as many as each call is worth. */
  load(isa: string, threads?: number): Kernels;
}
