// The kernels of a compiled backend, by name: each op has one that reads and writes NHWC and goes by the op's name, and
// most convolutions have another one for NCHW.
import { type OpName, opNames, type Stage } from './kernels.js';
import { layouts } from './params.js';

const planesKernels: { readonly [Op in OpName]?: string } = {
  depthwise: 'depthwisePlanes',
  pointwise: 'productPlanes',
  separable: 'separablePlanes',
  conv2d: 'productPlanes',
};

/** All of them. */
export const kernelNames: readonly string[] = [...opNames, ...new Set(Object.values(planesKernels))];

const channelsLastCode = layouts.indexOf('NHWC');

/** The kernel for an op with these stages: of their layout if there is one, else the op's. */
export function kernelName(op: OpName, stages: readonly Stage[]): string {
  return (stages[0].config.layout !== channelsLastCode && planesKernels[op]) || op;
}
