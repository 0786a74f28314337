import { allocate } from '../../core/arrays.js';
import { outputSize } from '../../core/layout.js';
import { depthwise } from './depthwise.js';
import type { ReferenceKernel } from './kernel.js';
import { pointwise } from './pointwise.js';

/** The two halves, one after the other; the value between them is a float32. */
export const separable: ReferenceKernel = (params, stages, { input, output, residual }) => {
  const { batch, height, width, channels } = outputSize(params[0]);
  const between = allocate('float32', batch * height * width * channels);
  return [
    ...depthwise(params, stages, { input, output: between }),
    ...pointwise(params.slice(1), stages.slice(1), { input: between, output, residual }),
  ];
};
