// The table of ops: the one place where an op is declared. Callers, backends and tests walk it.
import type { Kernels, OpName } from '../core/kernels.js';
import type { Op } from '../core/operator.js';
import { type DepthwiseOperations, depthwise, depthwiseOperations } from './depthwise.js';
import { type PointwiseOperations, pointwise, pointwiseOperations } from './pointwise.js';
import { type SeparableOperations, separable, separableOperations } from './separable.js';

export const ops = { depthwise, pointwise, separable } satisfies Record<OpName, Op<never>>;

/** Every operation, as functions. */
export interface Operations extends DepthwiseOperations, PointwiseOperations, SeparableOperations {}

/** Binds every operation to a backend, which is asked for at each call. */
export function operationsOn(kernels: () => Kernels): Operations {
  return {
    ...depthwiseOperations(kernels),
    ...pointwiseOperations(kernels),
    ...separableOperations(kernels),
  };
}
