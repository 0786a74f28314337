/// <reference lib="esnext.disposable" preserve="true" />
// Every public name. The operations run on the default runtime of the host whose entry was imported.

import type * as seeded from './initializers/index.js';
import {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normal,
  truncatedNormal,
  uniform,
  zeros,
} from './initializers/index.js';

/** Seeded weights. */
export const initializers: typeof seeded = {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normal,
  truncatedNormal,
  uniform,
  zeros,
};

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
export type { Operator, StreamItem } from './core/operator.js';
export type { Padding, Pair, ResidualRule, RunAsyncOptions, RunOptions } from './core/options.js';
export type { Layout } from './core/params.js';
export type { Shape } from './core/shape.js';
export type { Source, StreamOptions } from './core/stream.js';
export { type Tensor, tensor } from './core/tensor.js';
export type { RunMessage, StreamMessage } from './core/tracing.js';
export type {
  FilterOptions,
  NormalOptions,
  ScaledOptions,
  SeedOptions,
  UniformOptions,
} from './initializers/index.js';
export type { ActivateOptions, AddOptions } from './ops/activation.js';
export type { Conv2dOptions } from './ops/conv2d.js';
export type { DepthwiseConv2dOptions } from './ops/depthwise.js';
export * from './ops/functions.js';
export type { OperationName, Operations } from './ops/index.js';
export type { PointwiseConv2dOptions } from './ops/pointwise.js';
export type { AvgPool2dOptions, Pool2dOptions } from './ops/pooling.js';
export type { SepFilter2dOptions } from './ops/sep-filter.js';
export type { SeparableConv2dOptions } from './ops/separable.js';
export type { ConvTranspose2dOptions } from './ops/transposed.js';
export { createRuntime, defaultRuntime, type Runtime, type RuntimeInfo } from './runtime/runtime.js';
export type { RuntimeOptions } from './runtime/select.js';
