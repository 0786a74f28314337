// The table of ops: the one place where an op is declared. Callers, backends and tests walk it.
import type { Kernels } from '../core/kernels.js';
import type { LayoutOptions } from '../core/options.js';
import type { Op } from '../core/settled.js';
import { type ActivateOptions, type AddOptions, activationOperations, addition, elementwise } from './activation.js';
import { type Conv2dOptions, conv2dOperations, standard } from './conv2d.js';
import { type DepthwiseConv2dOptions, depthwise, depthwiseOperations } from './depthwise.js';
import type * as functions from './functions.js';
import { globalAvgPool, globalMaxPool, globalPoolingOperations } from './global-pooling.js';
import { type PointwiseConv2dOptions, pointwise, pointwiseOperations } from './pointwise.js';
import { type AvgPool2dOptions, avgPool, maxPool, type Pool2dOptions, poolingOperations } from './pooling.js';
import { type SepFilter2dTypes, sepFilter, sepFilterOperations } from './sep-filter.js';
import { type SeparableConv2dOptions, separable, separableOperations } from './separable.js';
import { type ConvTranspose2dOptions, transposed, transposedOperations } from './transposed.js';

/** The options of each operation by the name of its function; an activation alone is given as `{ activation }`. */
export interface OptionsOf {
  depthwiseConv2d: DepthwiseConv2dOptions;
  pointwiseConv2d: PointwiseConv2dOptions;
  separableConv2d: SeparableConv2dOptions;
  conv2d: Conv2dOptions;
  convTranspose2d: ConvTranspose2dOptions;
  maxPool2d: Pool2dOptions;
  avgPool2d: AvgPool2dOptions;
  globalMaxPool2d: LayoutOptions;
  globalAvgPool2d: LayoutOptions;
  activate: ActivateOptions;
  add: AddOptions;
  sepFilter2d: SepFilter2dTypes;
}

export type OperationName = keyof OptionsOf;

/** @internal Every op by the name of its public function. */
export const ops: { readonly [Name in OperationName]: Op<OptionsOf[Name]> } = {
  depthwiseConv2d: depthwise,
  pointwiseConv2d: pointwise,
  separableConv2d: separable,
  conv2d: standard,
  convTranspose2d: transposed,
  maxPool2d: maxPool,
  avgPool2d: avgPool,
  globalMaxPool2d: globalMaxPool,
  globalAvgPool2d: globalAvgPool,
  activate: elementwise,
  add: addition,
  sepFilter2d: sepFilter,
};

/** Every operation, as functions. */
export type Operations = typeof functions;

/** @internal Binds every operation to a backend, which is asked for at each call. */
export function operationsOn(kernels: () => Kernels): Operations {
  return {
    ...depthwiseOperations(kernels),
    ...pointwiseOperations(kernels),
    ...separableOperations(kernels),
    ...conv2dOperations(kernels),
    ...transposedOperations(kernels),
    ...poolingOperations(kernels),
    ...globalPoolingOperations(kernels),
    ...activationOperations(kernels),
    ...sepFilterOperations(kernels),
  };
}
