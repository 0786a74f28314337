// One-shot calls: an operator that is prepared for one run.
import type { TensorData } from './arrays.js';
import type { Kernels } from './kernels.js';
import { imageSize } from './layout.js';
import { Operator } from './operator.js';
import { checkOptions, type RunAsyncOptions, type RunOptions } from './options.js';
import type { Op } from './settled.js';
import { readTensorShape, type Tensor } from './tensor.js';

/** @internal A one-shot call: prepare, run, dispose. */
export function runOnce<D extends TensorData, Options extends object>(
  kernels: Kernels,
  op: Op<Omit<Options, keyof RunOptions>>,
  input: Tensor<D>,
  filters: readonly Tensor[],
  options: (Options & RunOptions<D>) | undefined,
): Tensor<D> {
  checkOptions(options);
  const { operator, run } = prepareOnce(kernels, op, input, filters, options);
  try {
    return operator.run(input, run);
  } finally {
    operator[Symbol.dispose]();
  }
}

/** @internal The same, asynchronous. */
export async function runOnceAsync<D extends TensorData, Options extends object>(
  kernels: Kernels,
  op: Op<Omit<Options, keyof RunOptions>>,
  input: Tensor<D>,
  filters: readonly Tensor[],
  options: (Options & RunAsyncOptions<D>) | undefined,
): Promise<Tensor<D>> {
  checkOptions(options);
  const { signal, ...others } = (options ?? {}) as Options & RunAsyncOptions<D>;
  const { operator, run } = prepareOnce(kernels, op, input, filters, others);
  try {
    return await operator.runAsync(input, { ...run, signal });
  } finally {
    operator[Symbol.dispose]();
  }
}

/** The operator of a one-shot call, and what belongs to its run. */
function prepareOnce<D extends TensorData>(
  kernels: Kernels,
  op: Op<never>,
  input: Tensor<D>,
  filters: readonly Tensor[],
  options: RunOptions<D> | undefined,
): { operator: Operator<D>; run: RunOptions<D> } {
  const { out, residual, ...rest } = (options ?? {}) as RunOptions<D> & { layout?: unknown };
  const shape = readTensorShape('input', input, 4);
  const { channels } = imageSize(shape, rest.layout === 'NCHW' ? 'NCHW' : 'NHWC');
  return { operator: new Operator<D>(kernels, op, filters, rest, channels), run: { out, residual } };
}
