/// <reference lib="esnext.disposable" preserve="true" />
// Every public name. The operations run on the default runtime of the host whose entry was imported.

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
import { activationOperations } from './ops/activation.js';
import { conv2dOperations } from './ops/conv2d.js';
import { depthwiseOperations } from './ops/depthwise.js';
import type { Operations } from './ops/index.js';
import { pointwiseOperations } from './ops/pointwise.js';
import { poolingOperations } from './ops/pooling.js';
import { sepFilterOperations } from './ops/sep-filter.js';
import { separableOperations } from './ops/separable.js';
import { transposedOperations } from './ops/transposed.js';
import { defaultKernels } from './runtime/host.js';

/** Seeded weights. */
export const initializers = {
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

// Each binds its own op alone, when it is called: what a program does not name, its bundle does not hold.
export const depthwiseConv2d: Operations['depthwiseConv2d'] = (...call) =>
  depthwiseOperations(defaultKernels).depthwiseConv2d(...call);
export const pointwiseConv2d: Operations['pointwiseConv2d'] = (...call) =>
  pointwiseOperations(defaultKernels).pointwiseConv2d(...call);
export const separableConv2d: Operations['separableConv2d'] = (...call) =>
  separableOperations(defaultKernels).separableConv2d(...call);
export const conv2d: Operations['conv2d'] = (...call) => conv2dOperations(defaultKernels).conv2d(...call);
export const convTranspose2d: Operations['convTranspose2d'] = (...call) =>
  transposedOperations(defaultKernels).convTranspose2d(...call);
export const maxPool2d: Operations['maxPool2d'] = (...call) => poolingOperations(defaultKernels).maxPool2d(...call);
export const avgPool2d: Operations['avgPool2d'] = (...call) => poolingOperations(defaultKernels).avgPool2d(...call);
export const globalMaxPool2d: Operations['globalMaxPool2d'] = (...call) =>
  poolingOperations(defaultKernels).globalMaxPool2d(...call);
export const globalAvgPool2d: Operations['globalAvgPool2d'] = (...call) =>
  poolingOperations(defaultKernels).globalAvgPool2d(...call);
export const add: Operations['add'] = (...call) => activationOperations(defaultKernels).add(...call);
export const activate: Operations['activate'] = (...call) => activationOperations(defaultKernels).activate(...call);
export const sepFilter2d: Operations['sepFilter2d'] = (...call) =>
  sepFilterOperations(defaultKernels).sepFilter2d(...call);
export const prepareDepthwiseConv2d: Operations['prepareDepthwiseConv2d'] = (...call) =>
  depthwiseOperations(defaultKernels).prepareDepthwiseConv2d(...call);
export const preparePointwiseConv2d: Operations['preparePointwiseConv2d'] = (...call) =>
  pointwiseOperations(defaultKernels).preparePointwiseConv2d(...call);
export const prepareSeparableConv2d: Operations['prepareSeparableConv2d'] = (...call) =>
  separableOperations(defaultKernels).prepareSeparableConv2d(...call);
export const prepareConv2d: Operations['prepareConv2d'] = (...call) =>
  conv2dOperations(defaultKernels).prepareConv2d(...call);
export const prepareConvTranspose2d: Operations['prepareConvTranspose2d'] = (...call) =>
  transposedOperations(defaultKernels).prepareConvTranspose2d(...call);
export const prepareMaxPool2d: Operations['prepareMaxPool2d'] = (...call) =>
  poolingOperations(defaultKernels).prepareMaxPool2d(...call);
export const prepareAvgPool2d: Operations['prepareAvgPool2d'] = (...call) =>
  poolingOperations(defaultKernels).prepareAvgPool2d(...call);
export const prepareGlobalMaxPool2d: Operations['prepareGlobalMaxPool2d'] = (...call) =>
  poolingOperations(defaultKernels).prepareGlobalMaxPool2d(...call);
export const prepareGlobalAvgPool2d: Operations['prepareGlobalAvgPool2d'] = (...call) =>
  poolingOperations(defaultKernels).prepareGlobalAvgPool2d(...call);
export const prepareAdd: Operations['prepareAdd'] = (...call) =>
  activationOperations(defaultKernels).prepareAdd(...call);
export const prepareActivate: Operations['prepareActivate'] = (...call) =>
  activationOperations(defaultKernels).prepareActivate(...call);
export const prepareSepFilter2d = ((...call: Parameters<Operations['prepareSepFilter2d']>) =>
  sepFilterOperations(defaultKernels).prepareSepFilter2d(...call)) as Operations['prepareSepFilter2d'];

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
export type { OperationName, Operations } from './ops/index.js';
export type { PointwiseConv2dOptions } from './ops/pointwise.js';
export type { AvgPool2dOptions, Pool2dOptions } from './ops/pooling.js';
export type { SepFilter2dOptions } from './ops/sep-filter.js';
export type { SeparableConv2dOptions } from './ops/separable.js';
export type { ConvTranspose2dOptions } from './ops/transposed.js';
export { createRuntime, defaultRuntime, type Runtime, type RuntimeInfo } from './runtime/runtime.js';
export type { RuntimeOptions } from './runtime/select.js';
