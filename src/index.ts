/// <reference lib="esnext.disposable" preserve="true" />
// Every public name. The operations run on the default runtime of the host whose entry was imported.
import { operationsOn } from './ops/index.js';
import { defaultKernels } from './runtime/runtime.js';

export const {
  depthwiseConv2d,
  pointwiseConv2d,
  separableConv2d,
  conv2d,
  convTranspose2d,
  maxPool2d,
  avgPool2d,
  globalMaxPool2d,
  globalAvgPool2d,
  add,
  activate,
  sepFilter2d,
  prepareDepthwiseConv2d,
  preparePointwiseConv2d,
  prepareSeparableConv2d,
  prepareConv2d,
  prepareConvTranspose2d,
  prepareMaxPool2d,
  prepareAvgPool2d,
  prepareGlobalMaxPool2d,
  prepareGlobalAvgPool2d,
  prepareAdd,
  prepareActivate,
  prepareSepFilter2d,
} = operationsOn(defaultKernels);

export { cost } from './analysis/cost.js';
export { type BatchNorm, type FoldOptions, foldBatchNorm } from './analysis/fold-batch-norm.js';
export { outputShape } from './analysis/output-shape.js';
export {
  type ReceptiveField,
  type ReceptiveFields,
  type ReceptiveLayer,
  receptiveField,
} from './analysis/receptive-field.js';
export { type SeparatedFilter, separateFilter } from './analysis/separate-filter.js';
export type { FilterShapes, OperationOptions } from './analysis/settle.js';
export type { Activation } from './core/activation.js';
export type { AllocatedTensor } from './core/allocated.js';
export type { TensorData } from './core/arrays.js';
export type { Cost } from './core/cost.js';
export { type ErrorCode, type ErrorDetails, SepconvError } from './core/errors.js';
export type { Backend, Precision } from './core/kernels.js';
export type { Operator } from './core/operator.js';
export type { Padding, Pair, RunOptions } from './core/options.js';
export type { Layout } from './core/params.js';
export type { Shape } from './core/shape.js';
export { type Tensor, tensor } from './core/tensor.js';
export * as initializers from './initializers/index.js';
export type { ActivateOptions, AddOptions } from './ops/activation.js';
export type { Conv2dOptions } from './ops/conv2d.js';
export type { DepthwiseConv2dOptions } from './ops/depthwise.js';
export type { OperationName, Operations } from './ops/index.js';
export type { PointwiseConv2dOptions } from './ops/pointwise.js';
export type { AvgPool2dOptions, Pool2dOptions } from './ops/pooling.js';
export type { SepFilter2dOptions } from './ops/sep-filter.js';
export type { SeparableConv2dOptions } from './ops/separable.js';
export type { ConvTranspose2dOptions } from './ops/transposed.js';
export { createRuntime, defaultRuntime, type Runtime, type RuntimeInfo } from './runtime/runtime.js';
export type { RuntimeOptions } from './runtime/select.js';
