// The specification: every op in plain loops, each product and each sum rounded to float32. Every other backend is
// compared with this one, bit for bit.
import type { Kernels, OpName, Stage } from '../../core/kernels.js';
import type { Params } from '../../core/params.js';
import { copyOf, plainMemory, type TensorData } from '../../core/tensor.js';
import { activation } from './activation.js';
import { conv2d } from './conv2d.js';
import { depthwise } from './depthwise.js';
import { pointwise } from './pointwise.js';
import { pooling } from './pooling.js';
import { sepFilter } from './sep-filter.js';
import { separable } from './separable.js';
import { transposed } from './transposed.js';

/** What one run reads and writes, in the layout that the params name. */
export interface Operands {
  readonly input: TensorData;
  readonly output: TensorData;
  readonly residual?: TensorData | undefined;
}

/** Computes a whole output from the params and the weights of every stage. */
export type ReferenceKernel = (params: readonly Params[], stages: readonly Stage[], operands: Operands) => void;

const kernels: Record<OpName, ReferenceKernel> = {
  depthwise,
  pointwise,
  separable,
  conv2d,
  transposed,
  pooling,
  activation,
  sepFilter,
};

export const reference: Kernels = {
  backend: 'reference',
  isa: 'none',
  threads: 1,
  precision: 'exact',
  prepare(op, stages) {
    const own = stages.map((stage) => ({ ...stage, filter: copyOf(stage.filter) }));
    let settled: readonly Params[] = [];
    return {
      settle(params) {
        settled = params;
      },
      run: (input, output, residual) => kernels[op](settled, own, { input, output, residual }),
      dispose: () => {},
    };
  },
  allocate: plainMemory,
};
