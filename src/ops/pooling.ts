// A window without weights: the largest value of each channel, or the mean.

import { defaultKernels } from '../core/default-kernels.js';
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import type { ImageSize } from '../core/layout.js';
import { runOnce, runOnceAsync } from '../core/one-shot.js';
import { Operator } from '../core/operator.js';
import {
  type LayoutOptions,
  type Pair,
  type RunAsyncOptions,
  type RunOptions,
  readLayout,
  readPair,
  type WindowOptions,
} from '../core/options.js';
import { type Layout, paramsOf, type Reduction, reductions } from '../core/params.js';
import type { Op, Settled } from '../core/settled.js';
import type { Tensor } from '../core/tensor.js';
import {
  padAxis,
  type ResolvedAxis,
  readWindow,
  slidingAxis,
  type Window,
  type WindowAxis,
  windowGeometry,
} from '../core/window.js';
import { configOn, stageConfig } from './config.js';

export interface Pool2dOptions extends LayoutOptions, WindowOptions {
  /** The window's size. Strides default to it. */
  readonly windowDimensions: Pair;
  /** Whether a last window that begins inside the image or the leading padding counts though it ends beyond. Default false. */
  readonly ceilMode?: boolean | undefined;
}

export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether the mean counts the padding's zeros; never what lies beyond the padding. Default false. */
  readonly countIncludePad?: boolean | undefined;
}

type Out = Pick<RunOptions, 'out'>;
type OutAsync = Pick<RunAsyncOptions, 'out' | 'signal'>;

const known = ['layout', 'windowDimensions', 'strides', 'padding', 'dilations', 'ceilMode'];

/** @internal */
export const maxPool: Op<Pool2dOptions> = {
  name: 'maxPool2d',
  filters: [],
  options: known,
  settle(_, options) {
    return settleWindow('max', options);
  },
};

/** @internal */
export const avgPool: Op<AvgPool2dOptions> = {
  name: 'avgPool2d',
  filters: [],
  options: /* @__PURE__ */ known.concat('countIncludePad'),
  settle(_, options) {
    const padded = readFlag('countIncludePad', options.countIncludePad);
    return settleWindow(padded ? 'averagePadded' : 'average', options);
  },
};

function settleWindow(reduction: Reduction, options: Pool2dOptions): Settled {
  const layout = readLayout(options);
  const [height, width] = readPair('windowDimensions', options.windowDimensions, 1, 'ERR_OPTION');
  const { strides, padding, dilations } = options;
  const window = readWindow(
    { strides: strides === undefined ? [height, width] : strides, padding, dilations },
    height,
    width,
  );
  const rule = readFlag('ceilMode', options.ceilMode) ? ceilAxis : slidingAxis;
  return settlePooling(reduction, layout, () => window, rule);
}

/** @internal Settles a pooling by the window that it has on an input; `rule` gives the geometry of an axis. */
export function settlePooling(
  name: Reduction,
  layout: Layout,
  windowOn: (input: ImageSize) => Window,
  rule?: (axis: WindowAxis) => ResolvedAxis,
): Settled {
  const reduction = reductions.indexOf(name);
  return {
    kernel: 'pooling',
    layout,
    inputType: 'float32',
    outputType: 'float32',
    inputChannels: undefined,
    inPlace: false,
    residual: 'none',
    stages: [
      {
        config: stageConfig(layout, readWindow({}, 1, 1), { reduction }),
        bias: new Float32Array(),
        slope: new Float32Array(),
      },
    ],
    params(input) {
      const window = windowOn(input);
      const parts = { reduction, products: window.filterHeight * window.filterWidth };
      return [paramsOf(configOn(input, layout, window, parts), windowGeometry(window, input, rule))];
    },
  };
}

/** The number of windows rounded up, but none that begins in the trailing padding (PyTorch's rule). */
function ceilAxis(axis: WindowAxis): ResolvedAxis {
  const { before, after, padded } = padAxis(axis);
  const windows = Math.ceil((padded - axis.extent) / axis.stride) + 1;
  const output = (windows - 1) * axis.stride >= axis.input + before ? windows - 1 : windows;
  return output >= 1 ? { before, after, output } : slidingAxis(axis);
}

function readFlag(argument: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw invalid('ERR_OPTION', argument, 'true or false', value, 'give one of them');
  }
  return value ?? false;
}

interface PoolingOperations {
  maxPool2d: typeof maxPool2d;
  maxPool2dAsync: typeof maxPool2dAsync;
  prepareMaxPool2d: typeof prepareMaxPool2d;
  avgPool2d: typeof avgPool2d;
  avgPool2dAsync: typeof avgPool2dAsync;
  prepareAvgPool2d: typeof prepareAvgPool2d;
}

/** @internal Binds the functions of this file to a backend. */
export function poolingOperations(kernels: () => Kernels): PoolingOperations {
  return {
    maxPool2d: (input, options) => runOnce(kernels(), maxPool, input, [], options),
    maxPool2dAsync: async (input, options) => runOnceAsync(kernels(), maxPool, input, [], options),
    prepareMaxPool2d: (options) => new Operator(kernels(), maxPool, [], options),
    avgPool2d: (input, options) => runOnce(kernels(), avgPool, input, [], options),
    avgPool2dAsync: async (input, options) => runOnceAsync(kernels(), avgPool, input, [], options),
    prepareAvgPool2d: (options) => new Operator(kernels(), avgPool, [], options),
  };
}

const byDefault = /* @__PURE__ */ poolingOperations(defaultKernels);

/**
 * Max pooling: the largest value under the window. NaN wins; of ±0 the first; a window with no tap gives −Infinity.
 *
 * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param options the window, strides, padding, dilations, `out`, layout
 * @returns [n, outH, outW, channels], with outH = ⌊(h + padding − dilatedHeight) / stride⌋ + 1, or ⌈…⌉ with `ceilMode`
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_MEMORY`; nothing is
 * written then
 * @example
 * const half = maxPool2d(image, { windowDimensions: 2 });
 */
export function maxPool2d(input: Tensor, options: Pool2dOptions & Out): Tensor {
  return byDefault.maxPool2d(input, options);
}

/**
 * `maxPool2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `maxPool2d` takes it
 * @param options those of `maxPool2d`, and `signal`
 * @returns as `maxPool2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `maxPool2d` does
 * @example
 * const half = await maxPool2dAsync(image, { windowDimensions: 2, signal });
 */
export async function maxPool2dAsync(input: Tensor, options: Pool2dOptions & OutAsync): Promise<Tensor> {
  return byDefault.maxPool2dAsync(input, options);
}

/**
 * Checks the options once, for many runs; see `maxPool2d`.
 *
 * @param options as `maxPool2d` takes them, without `out`, which belongs to a run
 * @returns the operator, for inputs of any shape
 * @throws SepconvError `ERR_OPTION`, `ERR_PADDING`
 * @example
 * const pool = prepareMaxPool2d({ windowDimensions: 3, strides: 2, padding: 1 });
 * const half = pool.run(image);
 */
export function prepareMaxPool2d(options: Pool2dOptions): Operator<Float32Array, 'none'> {
  return byDefault.prepareMaxPool2d(options);
}

/**
 * Average pooling: the mean of the values under the window, one division. A window with no tap gives NaN.
 *
 * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param options the window, strides, padding, dilations, `out`, layout
 * @returns [n, outH, outW, channels], with outH = ⌊(h + padding − dilatedHeight) / stride⌋ + 1, or ⌈…⌉ with `ceilMode`
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_MEMORY`; nothing is
 * written then
 * @example
 * const half = avgPool2d(image, { windowDimensions: 2 });
 */
export function avgPool2d(input: Tensor, options: AvgPool2dOptions & Out): Tensor {
  return byDefault.avgPool2d(input, options);
}

/**
 * `avgPool2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `avgPool2d` takes it
 * @param options those of `avgPool2d`, and `signal`
 * @returns as `avgPool2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `avgPool2d` does
 * @example
 * const half = await avgPool2dAsync(image, { windowDimensions: 2, signal });
 */
export async function avgPool2dAsync(input: Tensor, options: AvgPool2dOptions & OutAsync): Promise<Tensor> {
  return byDefault.avgPool2dAsync(input, options);
}

/**
 * Checks the options once, for many runs; see `avgPool2d`.
 *
 * @param options as `avgPool2d` takes them, without `out`, which belongs to a run
 * @returns the operator, for inputs of any shape
 * @throws SepconvError `ERR_OPTION`, `ERR_PADDING`
 * @example
 * const blur = prepareAvgPool2d({ windowDimensions: 3, strides: 1, padding: 'same' });
 * const soft = blur.run(image);
 */
export function prepareAvgPool2d(options: AvgPool2dOptions): Operator<Float32Array, 'none'> {
  return byDefault.prepareAvgPool2d(options);
}
