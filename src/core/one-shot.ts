// One-shot calls: an operator that is prepared for one run.
import type { TensorData } from './arrays.js';
import type { Kernels } from './kernels.js';
import { imageSize } from './layout.js';
import { Operator, withResidual } from './operator.js';
import type { RunAsyncOptions, RunOptions } from './options.js';
import type { Op } from './settled.js';
import { readTensorShape, type Tensor } from './tensor.js';

/** @internal A one-shot call: prepare, run, dispose. */
export function runOnce<D extends TensorData, Options extends object>(
  kernels: Kernels,
  op: Op<Options>,
  input: Tensor<D>,
  filters: readonly Tensor[],
  options: (Options & RunOptions<D>) | undefined,
): Tensor<D> {
  const operator = prepareOnce(kernels, op, input, filters, options, withResidual.run);
  try {
    return operator.run(input, { out: options?.out, residual: options?.residual });
  } finally {
    operator[Symbol.dispose]();
  }
}

/** @internal The same, asynchronous. */
export async function runOnceAsync<D extends TensorData, Options extends object>(
  kernels: Kernels,
  op: Op<Options>,
  input: Tensor<D>,
  filters: readonly Tensor[],
  options: (Options & RunAsyncOptions<D>) | undefined,
): Promise<Tensor<D>> {
  const operator = prepareOnce(kernels, op, input, filters, options, withResidual.runAsync);
  try {
    const run = { out: options?.out, residual: options?.residual, signal: options?.signal };
    return await operator.runAsync(input, run);
  } finally {
    operator[Symbol.dispose]();
  }
}

/** The operator of a one-shot call, whose options hold those of its run, too. */
function prepareOnce<D extends TensorData>(
  kernels: Kernels,
  op: Op<never>,
  input: Tensor<D>,
  filters: readonly Tensor[],
  options: (RunOptions<D> & { readonly layout?: unknown }) | undefined,
  ofRun: readonly string[],
): Operator<D> {
  const shape = readTensorShape('input', input, 4);
  const { channels } = imageSize(shape, options?.layout === 'NCHW' ? 'NCHW' : 'NHWC');
  return new Operator<D>(kernels, op, filters, options, channels, ofRun);
}
