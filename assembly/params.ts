// What crosses from JavaScript to a kernel, and nothing else: the twin of native/params.h. An instance is a place in
// memory; pointers are addresses in bytes, and 0 is null.

/** One stage of an op: the same fields in the same order as src/core/params.ts. */
@unmanaged export class Params {
  batch: i32;
  inputHeight: i32;
  inputWidth: i32;
  outputHeight: i32;
  outputWidth: i32;
  paddingTop: i32;
  paddingLeft: i32;
  paddingBottom: i32;
  paddingRight: i32;
  inputChannels: i32;
  outputChannels: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  dilationHeight: i32;
  dilationWidth: i32;
  /** Products in the sum of one output. */
  products: i32;
  groups: i32;
  reduction: i32;
  border: i32;
  layout: i32;
  inputType: i32;
  outputType: i32;
  activation: i32;
  clampMin: f32;
  clampMax: f32;
  alpha: f32;
}

export const enum Layout { NHWC, NCHW }
export const enum Dtype { FLOAT32, UINT8 }
export const enum Activation {
  LINEAR,
  RELU,
  CLAMP,
  LEAKY_RELU,
  PRELU,
  HARD_SIGMOID,
  HARD_SWISH,
  ELU,
  SIGMOID,
  TANH,
  SILU,
  GELU,
  SOFTPLUS,
}
export const enum Reduction { MAX, AVERAGE, AVERAGE_PADDED }
export const enum Border { ZERO, REPLICATE, REFLECT, WRAP }

/** The weights of one stage, in the op's canonical order. */
@unmanaged export class Weights {
  filter: usize;
  bias: usize;
}

/** What one run reads and writes, of the types that the params name; `residual` may be null. */
@unmanaged export class Operands {
  input: usize;
  output: usize;
  residual: usize;
  packed: usize;
  /** prelu's slopes of the stages, one per output channel. */
  slopes: usize;
  secondSlopes: usize;
}

/** The params, weights, … of the stage after this one's. */
@inline export function next<T>(stage: T): T {
  return changetype<T>(changetype<usize>(stage) + offsetof<T>());
}

/** The address of the float `count` floats after `address`. */
@inline export function at(address: usize, count: i32): usize {
  return address + (<usize>count << 2);
}
