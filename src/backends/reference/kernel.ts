// What each op of the reference is.
import type { TensorData } from '../../core/arrays.js';
import type { Stage } from '../../core/kernels.js';
import type { Params } from '../../core/params.js';
import type { ElementPass } from './image.js';

/** What one run reads and writes, in the layout that the params name. */
export interface Operands {
  readonly input: TensorData;
  readonly output: TensorData;
  readonly residual?: TensorData | undefined;
}

/** The passes that compute a whole output from the params and the weights of every stage, one after another. */
export type ReferenceKernel = (
  params: readonly Params[],
  stages: readonly Stage[],
  operands: Operands,
) => readonly ElementPass[];
