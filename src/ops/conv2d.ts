// Canonical filter: [height, width, inputs / groups, outputs]; group g owns its share of the outputs, in order.
import { type EpilogueOptions, readEpilogue } from '../core/activation.js';
import { type BorderOptions, readBorder } from '../core/border.js';
import { defaultKernels } from '../core/default-kernels.js';
import { invalid } from '../core/errors.js';
import type { Kernels, OpName } from '../core/kernels.js';
import { filterAxes } from '../core/layout.js';
import { runOnce, runOnceAsync } from '../core/one-shot.js';
import { Operator } from '../core/operator.js';
import {
  type LayoutOptions,
  type RunAsyncOptions,
  type RunOptions,
  readLayout,
  readName,
  type WindowOptions,
} from '../core/options.js';
import type { Layout } from '../core/params.js';
import type { Op } from '../core/settled.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { readWindow, type Window } from '../core/window.js';
import { type ReadFilter, settleConvolution } from './config.js';

export interface Conv2dOptions extends LayoutOptions, WindowOptions, BorderOptions, EpilogueOptions {
  /**
   * `'HWIO'` is [height, width, inputs / groups, outputs] (TensorFlow), `'OIHW'` is [outputs, inputs / groups, height, width]
   * (PyTorch, ONNX). Default: the framework's whose layout the images have.
   */
  readonly filterLayout?: 'HWIO' | 'OIHW' | undefined;
  /** Channels are split into so many groups, each convolved on its own. Divides inputs and outputs. Default 1. */
  readonly groups?: number | undefined;
}

/** @internal */
export const standard: Op<Conv2dOptions> = {
  name: 'conv2d',
  filters: ['filter'],
  options: ['layout', 'filterLayout', 'groups', 'strides', 'padding', 'border', 'dilations', 'bias', 'activation'],
  settle([shape], options) {
    const layout = readLayout(options);
    const filter = readFilter(shape, layout, options);
    const window = readWindow(options, filter.height, filter.width);
    const epilogue = readEpilogue(options, filter.outputChannels);
    const kernel = kernelFor(filter, window);
    return { ...settleConvolution(kernel, layout, window, filter, epilogue), border: readBorder(options) };
  },
};

/** The most special kernel that computes the same sums. */
function kernelFor({ groups, inputChannels, height, width }: ReadFilter, { padding }: Window): OpName {
  if (groups === inputChannels) return 'depthwise';
  const unpadded = typeof padding === 'string' || Object.values(padding).every((rows) => rows === 0);
  return groups === 1 && height === 1 && width === 1 && unpadded ? 'pointwise' : 'conv2d';
}

function readFilter(shape: Shape, layout: Layout, options: Conv2dOptions): ReadFilter {
  const names = ['HWIO', 'OIHW'] as const;
  const filterLayout = readName('filterLayout', options.filterLayout, names, layout === 'NHWC' ? 'HWIO' : 'OIHW');
  const { H, W, I, O } = filterAxes<'H' | 'W' | 'I' | 'O'>('filter', shape, filterLayout);
  const groups = readGroups(options.groups, O, 'output channels of the filter');
  return {
    height: H,
    width: W,
    inputChannels: I * groups,
    outputChannels: O,
    groups,
    products: H * W * I,
    shape,
    order: filterLayout === 'HWIO' ? [0, 1, 2, 3] : [2, 3, 1, 0],
  };
}

/** Reads a number of groups that must divide `channels`. */
export function readGroups(groups: unknown, channels: number, what: string): number {
  const count = groups === undefined ? 1 : groups;
  if (!Number.isInteger(count) || (count as number) < 1 || channels % (count as number) !== 0) {
    throw invalid('ERR_OPTION', 'groups', `a divisor of the ${channels} ${what}`, groups, 'match groups and filter');
  }
  return count as number;
}

interface Conv2dOperations {
  conv2d: typeof conv2d;
  conv2dAsync: typeof conv2dAsync;
  prepareConv2d: typeof prepareConv2d;
}

/** @internal Binds the functions of this file to a backend. */
export function conv2dOperations(kernels: () => Kernels): Conv2dOperations {
  return {
    conv2d: (input, filter, options) => runOnce(kernels(), standard, input, [filter], options),
    conv2dAsync: async (input, filter, options) => runOnceAsync(kernels(), standard, input, [filter], options),
    prepareConv2d: (filter, options) => new Operator(kernels(), standard, [filter], options),
  };
}

const byDefault = /* @__PURE__ */ conv2dOperations(defaultKernels);

/**
 * Standard convolution: every output channel sums over the window and over all input channels of its group. One group a
 * channel is a depthwise convolution and a 1×1 filter a pointwise one; both take those kernels, with the same bits.
 *
 * @param input [n, h, w, inputs], or [n, inputs, h, w] with `layout: 'NCHW'`
 * @param filter [height, width, inputs / groups, outputs], or as `filterLayout` says; not flipped (cross-correlation)
 * @param options strides, padding, border, dilations, groups, bias, activation, `out`, `residual`, layouts
 * @returns [n, outH, outW, outputs], with outH = ⌊(h + padding − dilatedHeight) / stride⌋ + 1
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`,
 * `ERR_OVERLAP`, `ERR_MEMORY`; nothing is written then
 * @see LeCun et al., Gradient-based learning applied to document recognition, 1998
 * @example
 * const image = tensor(new Float32Array(1 * 224 * 224 * 3), [1, 224, 224, 3]);
 * const filter = tensor(new Float32Array(3 * 3 * 3 * 32), [3, 3, 3, 32]);
 * const { shape } = conv2d(image, filter, { strides: 2, padding: 'same' }); // [1, 112, 112, 32]
 */
export function conv2d(input: Tensor, filter: Tensor, options?: Conv2dOptions & RunOptions): Tensor {
  return byDefault.conv2d(input, filter, options);
}

/**
 * `conv2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `conv2d` takes it
 * @param filter likewise
 * @param options those of `conv2d`, and `signal`
 * @returns as `conv2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `conv2d` does
 * @example
 * const features = await conv2dAsync(image, filter, { strides: 2, padding: 'same', signal });
 */
export async function conv2dAsync(
  input: Tensor,
  filter: Tensor,
  options?: Conv2dOptions & RunAsyncOptions,
): Promise<Tensor> {
  return byDefault.conv2dAsync(input, filter, options);
}

/**
 * Checks and packs a filter once, for many runs; see `conv2d`.
 *
 * @param filter [height, width, inputs / groups, outputs], or as `filterLayout` says
 * @param options as `conv2d` takes them, without `out` and `residual`, which belong to a run
 * @returns the operator, for inputs of any batch, height and width
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_MEMORY`
 * @example
 * const stem = prepareConv2d(filter, { strides: 2, padding: 'same', activation: 'relu6' });
 * const features = stem.run(image);
 */
export function prepareConv2d(filter: Tensor, options?: Conv2dOptions): Operator {
  return byDefault.prepareConv2d(filter, options);
}
