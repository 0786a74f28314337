// Canonical filter: [height, width, channels, multiplier]; output channel c · multiplier + m reads input channel c.

import { type EpilogueOptions, readEpilogue } from '../core/activation.js';
import { type BorderOptions, readBorder } from '../core/border.js';
import { defaultKernels } from '../core/default-kernels.js';
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
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
import { readWindow } from '../core/window.js';
import { type ReadFilter, settleConvolution } from './config.js';

export interface DepthwiseConv2dOptions extends LayoutOptions, WindowOptions, BorderOptions, EpilogueOptions {
  /**
   * `'HWCM'` is [height, width, channels, multiplier] (TensorFlow), `'OIHW'` is [channels · multiplier, 1, height, width]
   * (PyTorch, ONNX). Default: the framework's whose layout the images have.
   */
  readonly filterLayout?: 'HWCM' | 'OIHW' | undefined;
  /** The input's channels, which an OIHW filter does not tell; a one-shot call takes them from the input. */
  readonly groups?: number | undefined;
}

/** @internal */
export const depthwise: Op<DepthwiseConv2dOptions> = {
  name: 'depthwiseConv2d',
  filters: ['filter'],
  options: ['layout', 'filterLayout', 'groups', 'strides', 'padding', 'border', 'dilations', 'bias', 'activation'],
  settle([shape], options, inputChannels) {
    const layout = readLayout(options);
    const filter = readDepthwiseFilter('filter', shape, layout, options, inputChannels);
    const window = readWindow(options, filter.height, filter.width);
    const epilogue = readEpilogue(options, filter.outputChannels);
    return { ...settleConvolution('depthwise', layout, window, filter, epilogue), border: readBorder(options) };
  },
};

/** @internal Reads the axes of a depthwise filter, in either layout. */
export function readDepthwiseFilter(
  argument: string,
  shape: Shape,
  layout: Layout,
  options: { readonly filterLayout?: unknown; readonly groups?: unknown },
  inputChannels: number | undefined,
): ReadFilter {
  const names = ['HWCM', 'OIHW'] as const;
  const filterLayout = readName('filterLayout', options.filterLayout, names, layout === 'NHWC' ? 'HWCM' : 'OIHW');
  if (filterLayout === 'HWCM') {
    const { H, W, C, M } = filterAxes<'H' | 'W' | 'C' | 'M'>(argument, shape, filterLayout);
    if (options.groups !== undefined && options.groups !== C) {
      throw invalid('ERR_OPTION', 'groups', `${C}, the channels of the filter`, options.groups, 'leave it out');
    }
    return depthwiseFilter(H, W, C, C * M, shape, [0, 1, 2, 3]);
  }
  const { O, I, H, W } = filterAxes<'O' | 'I' | 'H' | 'W'>(argument, shape, filterLayout);
  if (I !== 1) {
    const fix = "name filterLayout: 'HWCM' for a TensorFlow filter";
    throw invalid('ERR_SHAPE', argument, '[channels · multiplier, 1, height, width]', shape, fix);
  }
  const { groups = inputChannels ?? O } = options;
  if (!Number.isInteger(groups) || (groups as number) < 1) {
    throw invalid(
      'ERR_OPTION',
      'groups',
      'an integer of at least 1, the input channels',
      groups,
      'give a whole number',
    );
  }
  if (O % (groups as number) !== 0) {
    const expected = `a multiple of the ${groups} input channels as its first size`;
    throw invalid('ERR_SHAPE', argument, expected, shape, 'match filter, input and groups');
  }
  return depthwiseFilter(H, W, groups as number, O, shape, [2, 3, 0, 1]);
}

function depthwiseFilter(
  height: number,
  width: number,
  inputChannels: number,
  outputChannels: number,
  shape: Shape,
  order: readonly number[],
): ReadFilter {
  const products = height * width;
  return { height, width, inputChannels, outputChannels, groups: inputChannels, products, shape, order };
}

interface DepthwiseOperations {
  depthwiseConv2d: typeof depthwiseConv2d;
  depthwiseConv2dAsync: typeof depthwiseConv2dAsync;
  prepareDepthwiseConv2d: typeof prepareDepthwiseConv2d;
}

/** @internal Binds the functions of this file to a backend. */
export function depthwiseOperations(kernels: () => Kernels): DepthwiseOperations {
  return {
    depthwiseConv2d: (input, filter, options) => runOnce(kernels(), depthwise, input, [filter], options),
    depthwiseConv2dAsync: async (input, filter, options) =>
      runOnceAsync(kernels(), depthwise, input, [filter], options),
    prepareDepthwiseConv2d: (filter, options) => new Operator(kernels(), depthwise, [filter], options),
  };
}

const byDefault = /* @__PURE__ */ depthwiseOperations(defaultKernels);

/**
 * Depthwise convolution: filters each channel on its own, with `multiplier` filters a channel.
 *
 * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param filter [height, width, channels, multiplier], or as `filterLayout` says; not flipped (cross-correlation)
 * @param options strides, padding, border, dilations, bias, activation, `out`, `residual`, layouts
 * @returns [n, outH, outW, channels · multiplier], with outH = ⌊(h + padding − dilatedHeight) / stride⌋ + 1
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`,
 * `ERR_OVERLAP`, `ERR_MEMORY`; nothing is written then
 * @see Howard et al., MobileNets, 2017, section 3.1
 * @example
 * const image = tensor(new Float32Array(1 * 112 * 112 * 32), [1, 112, 112, 32]);
 * const filter = tensor(new Float32Array(3 * 3 * 32), [3, 3, 32, 1]);
 * const { data, shape } = depthwiseConv2d(image, filter, { padding: 'same', activation: 'relu6' });
 */
export function depthwiseConv2d(input: Tensor, filter: Tensor, options?: DepthwiseConv2dOptions & RunOptions): Tensor {
  return byDefault.depthwiseConv2d(input, filter, options);
}

/**
 * `depthwiseConv2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `depthwiseConv2d` takes it
 * @param filter likewise
 * @param options those of `depthwiseConv2d`, and `signal`
 * @returns as `depthwiseConv2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `depthwiseConv2d` does
 * @example
 * const features = await depthwiseConv2dAsync(image, filter, { padding: 'same', signal });
 */
export async function depthwiseConv2dAsync(
  input: Tensor,
  filter: Tensor,
  options?: DepthwiseConv2dOptions & RunAsyncOptions,
): Promise<Tensor> {
  return byDefault.depthwiseConv2dAsync(input, filter, options);
}

/**
 * Checks and packs a depthwise filter once, for many runs; see `depthwiseConv2d`.
 *
 * @param filter [height, width, channels, multiplier], or as `filterLayout` says
 * @param options as `depthwiseConv2d` takes them, without `out` and `residual`, which belong to a run
 * @returns the operator, for inputs of any batch, height and width
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_MEMORY`
 * @example
 * const layer = prepareDepthwiseConv2d(filter, { strides: 2, padding: 'same', bias });
 * for (const image of images) show(layer.run(image));
 */
export function prepareDepthwiseConv2d(filter: Tensor, options?: DepthwiseConv2dOptions): Operator {
  return byDefault.prepareDepthwiseConv2d(filter, options);
}
