// A window without weights: the largest value of each channel, or the mean.
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import { Operator, runOnce } from '../core/operator.js';
import {
  checkOptions,
  type LayoutOptions,
  type Pair,
  type RunOptions,
  readLayout,
  readPair,
  type WindowOptions,
} from '../core/options.js';
import { type Layout, type Reduction, reductions } from '../core/params.js';
import type { Op, Settled } from '../core/settled.js';
import type { Tensor } from '../core/tensor.js';
import {
  padAxis,
  type ResolvedAxis,
  readWindow,
  slidingAxis,
  type WindowAxis,
  windowGeometry,
} from '../core/window.js';
import { stageConfig } from './config.js';

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

export interface PoolingOperations {
  /**
   * Max pooling: the largest value under the window. NaN wins; of ±0 the first; a window with no tap gives −Infinity.
   *
   * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
   * @returns [n, outH, outW, channels]
   * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`
   */
  maxPool2d(input: Tensor, options: Pool2dOptions & Out): Tensor;
  prepareMaxPool2d(options: Pool2dOptions): Operator;
  /**
   * Average pooling: the mean of the values under the window, one division. A window with no tap gives NaN.
   *
   * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
   * @returns [n, outH, outW, channels]
   * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`
   */
  avgPool2d(input: Tensor, options: AvgPool2dOptions & Out): Tensor;
  prepareAvgPool2d(options: AvgPool2dOptions): Operator;
  /** The largest value of each channel: [n, 1, 1, channels]. See `maxPool2d`. */
  globalMaxPool2d(input: Tensor, options?: LayoutOptions & Out): Tensor;
  prepareGlobalMaxPool2d(options?: LayoutOptions): Operator;
  /** The mean of each channel: [n, 1, 1, channels]. See `avgPool2d`. @see Lin et al., Network in network, 2013 */
  globalAvgPool2d(input: Tensor, options?: LayoutOptions & Out): Tensor;
  prepareGlobalAvgPool2d(options?: LayoutOptions): Operator;
}

const known = ['layout', 'windowDimensions', 'strides', 'padding', 'dilations', 'ceilMode'];

export const maxPool: Op<Pool2dOptions> = {
  filters: [],
  settle(_, options) {
    checkOptions(options, known);
    return settleWindow('max', options);
  },
};

export const avgPool: Op<AvgPool2dOptions> = {
  filters: [],
  settle(_, options) {
    checkOptions(options, [...known, 'countIncludePad']);
    const padded = readFlag('countIncludePad', options.countIncludePad);
    return settleWindow(padded ? 'averagePadded' : 'average', options);
  },
};

export const globalMaxPool: Op<LayoutOptions> = /* @__PURE__ */ globalPool('max');
export const globalAvgPool: Op<LayoutOptions> = /* @__PURE__ */ globalPool('average');

function settleWindow(reduction: Reduction, options: Pool2dOptions): Settled {
  const layout = readLayout(options);
  const [height, width] = readPair('windowDimensions', options.windowDimensions, 1, 'ERR_OPTION');
  const window = readWindow(
    { ...options, strides: options.strides === undefined ? [height, width] : options.strides },
    height,
    width,
  );
  const rule = readFlag('ceilMode', options.ceilMode) ? ceilAxis : slidingAxis;
  const { padding, ...extents } = window;
  return settlePooling(reduction, layout, (input) => ({ ...extents, ...windowGeometry(window, input, rule) }));
}

function globalPool(reduction: Reduction): Op<LayoutOptions> {
  return {
    filters: [],
    settle(_, options) {
      checkOptions(options, ['layout']);
      return settlePooling(reduction, readLayout(options), (input) => {
        const { padding, ...extents } = readWindow({}, input.height, input.width);
        return { ...extents, ...windowGeometry({ padding, ...extents }, input) };
      });
    },
  };
}

type WindowParams = ReturnType<typeof windowGeometry> & Omit<ReturnType<typeof readWindow>, 'padding'>;

function settlePooling(
  reduction: Reduction,
  layout: Layout,
  windowParams: (input: Parameters<Settled['params']>[0]) => WindowParams,
): Settled {
  const config = stageConfig(layout, { reduction: reductions.indexOf(reduction) });
  return {
    kernel: 'pooling',
    layout,
    inputType: 'float32',
    outputType: 'float32',
    inputChannels: undefined,
    inPlace: false,
    residual: 'none',
    stages: [{ config, bias: new Float32Array(), slope: new Float32Array() }],
    params(input) {
      const window = windowParams(input);
      const products = window.filterHeight * window.filterWidth;
      const { channels } = input;
      return [{ ...config, ...window, products, inputChannels: channels, outputChannels: channels, groups: channels }];
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

export function poolingOperations(kernels: () => Kernels): PoolingOperations {
  return {
    maxPool2d: (input, options) => runOnce(kernels(), maxPool, input, [], options),
    prepareMaxPool2d: (options) => new Operator(kernels(), maxPool, [], options),
    avgPool2d: (input, options) => runOnce(kernels(), avgPool, input, [], options),
    prepareAvgPool2d: (options) => new Operator(kernels(), avgPool, [], options),
    globalMaxPool2d: (input, options) => runOnce(kernels(), globalMaxPool, input, [], options),
    prepareGlobalMaxPool2d: (options) => new Operator(kernels(), globalMaxPool, [], options),
    globalAvgPool2d: (input, options) => runOnce(kernels(), globalAvgPool, input, [], options),
    prepareGlobalAvgPool2d: (options) => new Operator(kernels(), globalAvgPool, [], options),
  };
}
