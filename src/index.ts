// Every public name. The operations run on the default runtime of the host whose entry was imported.
import { operationsOn } from './ops/index.js';
import { defaultKernels } from './runtime/runtime.js';

export const {
  depthwiseConv2d,
  pointwiseConv2d,
  separableConv2d,
  prepareDepthwiseConv2d,
  preparePointwiseConv2d,
  prepareSeparableConv2d,
} = operationsOn(defaultKernels);

export { type ErrorCode, type ErrorDetails, SepconvError } from './core/errors.js';
export type { Backend } from './core/kernels.js';
export type { Operator } from './core/operator.js';
export type { Activation, Padding, Pair, RunOptions } from './core/options.js';
export type { Layout } from './core/params.js';
export { type Shape, type Tensor, type TensorData, tensor } from './core/tensor.js';
export type { DepthwiseConv2dOptions } from './ops/depthwise.js';
export type { Operations } from './ops/index.js';
export type { PointwiseConv2dOptions } from './ops/pointwise.js';
export type { SeparableConv2dOptions } from './ops/separable.js';
export { createRuntime, defaultRuntime, type Runtime, type RuntimeInfo } from './runtime/runtime.js';
export type { RuntimeOptions } from './runtime/select.js';
