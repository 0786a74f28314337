// The window is the image: the largest value of each channel, or its mean.
import { defaultKernels } from '../core/default-kernels.js';
import type { Kernels } from '../core/kernels.js';
import { runOnce, runOnceAsync } from '../core/one-shot.js';
import { Operator } from '../core/operator.js';
import { type LayoutOptions, type RunAsyncOptions, type RunOptions, readLayout } from '../core/options.js';
import type { Reduction } from '../core/params.js';
import type { Op } from '../core/settled.js';
import type { Tensor } from '../core/tensor.js';
import { readWindow } from '../core/window.js';
import { settlePooling } from './pooling.js';

type Out = Pick<RunOptions, 'out'>;
type OutAsync = Pick<RunAsyncOptions, 'out' | 'signal'>;

/** @internal */
export const globalMaxPool: Op<LayoutOptions> = /* @__PURE__ */ globalPool('globalMaxPool2d', 'max');
/** @internal */
export const globalAvgPool: Op<LayoutOptions> = /* @__PURE__ */ globalPool('globalAvgPool2d', 'average');

function globalPool(name: string, reduction: Reduction): Op<LayoutOptions> {
  return {
    name,
    filters: [],
    options: ['layout'],
    settle(_, options) {
      return settlePooling(reduction, readLayout(options), ({ height, width }) => readWindow({}, height, width));
    },
  };
}

interface GlobalPoolingOperations {
  globalMaxPool2d: typeof globalMaxPool2d;
  globalMaxPool2dAsync: typeof globalMaxPool2dAsync;
  prepareGlobalMaxPool2d: typeof prepareGlobalMaxPool2d;
  globalAvgPool2d: typeof globalAvgPool2d;
  globalAvgPool2dAsync: typeof globalAvgPool2dAsync;
  prepareGlobalAvgPool2d: typeof prepareGlobalAvgPool2d;
}

/** @internal Binds the functions of this file to a backend. */
export function globalPoolingOperations(kernels: () => Kernels): GlobalPoolingOperations {
  return {
    globalMaxPool2d: (input, options) => runOnce(kernels(), globalMaxPool, input, [], options),
    globalMaxPool2dAsync: async (input, options) => runOnceAsync(kernels(), globalMaxPool, input, [], options),
    prepareGlobalMaxPool2d: (options) => new Operator(kernels(), globalMaxPool, [], options),
    globalAvgPool2d: (input, options) => runOnce(kernels(), globalAvgPool, input, [], options),
    globalAvgPool2dAsync: async (input, options) => runOnceAsync(kernels(), globalAvgPool, input, [], options),
    prepareGlobalAvgPool2d: (options) => new Operator(kernels(), globalAvgPool, [], options),
  };
}

const byDefault = /* @__PURE__ */ globalPoolingOperations(defaultKernels);

/**
 * Global max pooling: the largest value of each channel. NaN wins; of ±0 the first.
 *
 * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param options layout, `out`
 * @returns [n, 1, 1, channels]
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_MEMORY`; nothing is
 * written then
 * @example
 * const strongest = globalMaxPool2d(features).data;
 */
export function globalMaxPool2d(input: Tensor, options?: LayoutOptions & Out): Tensor {
  return byDefault.globalMaxPool2d(input, options);
}

/**
 * `globalMaxPool2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `globalMaxPool2d` takes it
 * @param options those of `globalMaxPool2d`, and `signal`
 * @returns as `globalMaxPool2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `globalMaxPool2d` does
 * @example
 * const { data: strongest } = await globalMaxPool2dAsync(features, { signal });
 */
export async function globalMaxPool2dAsync(input: Tensor, options?: LayoutOptions & OutAsync): Promise<Tensor> {
  return byDefault.globalMaxPool2dAsync(input, options);
}

/**
 * Checks the options once, for many runs; see `globalMaxPool2d`.
 *
 * @param options as `globalMaxPool2d` takes them, without `out`, which belongs to a run
 * @returns the operator, for inputs of any shape
 * @throws SepconvError `ERR_OPTION`
 * @example
 * const pool = prepareGlobalMaxPool2d();
 * const strongest = pool.run(features);
 */
export function prepareGlobalMaxPool2d(options?: LayoutOptions): Operator<Float32Array, 'none'> {
  return byDefault.prepareGlobalMaxPool2d(options);
}

/**
 * Global average pooling: the mean of each channel, one division.
 *
 * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param options layout, `out`
 * @returns [n, 1, 1, channels]
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_MEMORY`; nothing is
 * written then
 * @see Lin et al., Network in network, 2013
 * @example
 * const means = globalAvgPool2d(features).data;
 */
export function globalAvgPool2d(input: Tensor, options?: LayoutOptions & Out): Tensor {
  return byDefault.globalAvgPool2d(input, options);
}

/**
 * `globalAvgPool2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `globalAvgPool2d` takes it
 * @param options those of `globalAvgPool2d`, and `signal`
 * @returns as `globalAvgPool2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `globalAvgPool2d` does
 * @example
 * const { data: means } = await globalAvgPool2dAsync(features, { signal });
 */
export async function globalAvgPool2dAsync(input: Tensor, options?: LayoutOptions & OutAsync): Promise<Tensor> {
  return byDefault.globalAvgPool2dAsync(input, options);
}

/**
 * Checks the options once, for many runs; see `globalAvgPool2d`.
 *
 * @param options as `globalAvgPool2d` takes them, without `out`, which belongs to a run
 * @returns the operator, for inputs of any shape
 * @throws SepconvError `ERR_OPTION`
 * @example
 * const pool = prepareGlobalAvgPool2d();
 * const means = pool.run(features);
 */
export function prepareGlobalAvgPool2d(options?: LayoutOptions): Operator<Float32Array, 'none'> {
  return byDefault.prepareGlobalAvgPool2d(options);
}
