// The table of ops: the one place where an op is declared. Callers, backends and tests walk it.
import type { Kernels } from '../core/kernels.js';
import type { Op } from '../core/settled.js';
import { type ActivationOperations, activate, activationOperations, add } from './activation.js';
import { type Conv2dOperations, conv2d, conv2dOperations } from './conv2d.js';
import { type DepthwiseOperations, depthwise, depthwiseOperations } from './depthwise.js';
import { type PointwiseOperations, pointwise, pointwiseOperations } from './pointwise.js';
import {
  avgPool,
  globalAvgPool,
  globalMaxPool,
  maxPool,
  type PoolingOperations,
  poolingOperations,
} from './pooling.js';
import { type SepFilterOperations, sepFilter, sepFilterOperations } from './sep-filter.js';
import { type SeparableOperations, separable, separableOperations } from './separable.js';
import { type TransposedOperations, transposed, transposedOperations } from './transposed.js';

/** Every op by the name of its public function. */
export const ops = {
  depthwiseConv2d: depthwise,
  pointwiseConv2d: pointwise,
  separableConv2d: separable,
  conv2d,
  convTranspose2d: transposed,
  maxPool2d: maxPool,
  avgPool2d: avgPool,
  globalMaxPool2d: globalMaxPool,
  globalAvgPool2d: globalAvgPool,
  activate,
  add,
  sepFilter2d: sepFilter,
} satisfies Record<string, Op<never>>;

export type OperationName = keyof typeof ops;

/** Every operation, as functions. */
export interface Operations
  extends DepthwiseOperations,
    PointwiseOperations,
    SeparableOperations,
    Conv2dOperations,
    TransposedOperations,
    PoolingOperations,
    ActivationOperations,
    SepFilterOperations {}

/** Binds every operation to a backend, which is asked for at each call. */
export function operationsOn(kernels: () => Kernels): Operations {
  return {
    ...depthwiseOperations(kernels),
    ...pointwiseOperations(kernels),
    ...separableOperations(kernels),
    ...conv2dOperations(kernels),
    ...transposedOperations(kernels),
    ...poolingOperations(kernels),
    ...activationOperations(kernels),
    ...sepFilterOperations(kernels),
  };
}
