// Canonical filter: [height, width, channels, multiplier]; output channel c · multiplier + m reads input channel c.
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import { filterAxes } from '../core/layout.js';
import { type Op, Operator, runOnce } from '../core/operator.js';
import {
  checkOptions,
  type EpilogueOptions,
  type LayoutOptions,
  type RunOptions,
  readActivation,
  readBias,
  readLayout,
  readName,
  type WindowOptions,
} from '../core/options.js';
import type { Layout } from '../core/params.js';
import type { Shape, Tensor } from '../core/tensor.js';
import { readWindow, windowGeometry } from '../core/window.js';
import { convolutionConfig } from './convolution.js';

export interface DepthwiseConv2dOptions extends LayoutOptions, WindowOptions, EpilogueOptions {
  /**
   * `'HWCM'` is [height, width, channels, multiplier] (TensorFlow), `'OIHW'` is [channels · multiplier, 1, height, width]
   * (PyTorch, ONNX). Default: the framework's whose layout the images have.
   */
  readonly filterLayout?: 'HWCM' | 'OIHW' | undefined;
  /** The input's channels, which an OIHW filter does not tell; a one-shot call takes them from the input. */
  readonly groups?: number | undefined;
}

export interface DepthwiseOperations {
  /**
   * Depthwise convolution: filters each channel on its own, with `multiplier` filters a channel.
   *
   * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
   * @param filter [height, width, channels, multiplier], or as `filterLayout` says; not flipped (cross-correlation)
   * @returns [n, outH, outW, channels · multiplier], with outH = ⌊(h + padding − dilatedHeight) / stride⌋ + 1
   * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`
   * @see Howard et al., MobileNets, 2017, section 3.1
   */
  depthwiseConv2d(input: Tensor, filter: Tensor, options?: DepthwiseConv2dOptions & RunOptions): Tensor;
  /** Checks and packs a depthwise filter once, for many runs; see `depthwiseConv2d`. */
  prepareDepthwiseConv2d(filter: Tensor, options?: DepthwiseConv2dOptions): Operator;
}

export const depthwise: Op<DepthwiseConv2dOptions> = {
  name: 'depthwise',
  filters: ['filter'],
  settle([shape], options, inputChannels) {
    checkOptions(options, [
      'layout',
      'filterLayout',
      'groups',
      'strides',
      'padding',
      'dilations',
      'bias',
      'activation',
    ]);
    const layout = readLayout(options);
    const filter = readDepthwiseFilter('filter', shape, layout, options, inputChannels);
    const window = readWindow(options, filter.height, filter.width);
    const config = convolutionConfig(
      window,
      filter,
      filter.height * filter.width,
      layout,
      readActivation('activation', options.activation),
    );
    const bias = readBias('bias', options.bias, filter.outputChannels);
    return {
      layout,
      inputChannels: filter.inputChannels,
      stages: [{ config, bias, filterOrder: filter.order }],
      params: (input) => [{ ...config, ...windowGeometry(window, input) }],
    };
  },
};

/** Reads the axes of a depthwise filter, in either layout. */
export function readDepthwiseFilter(
  argument: string,
  shape: Shape,
  layout: Layout,
  options: { readonly filterLayout?: unknown; readonly groups?: unknown },
  inputChannels: number | undefined,
): { height: number; width: number; inputChannels: number; outputChannels: number; order: readonly number[] } {
  const filterLayout = readName(
    'filterLayout',
    options.filterLayout,
    ['HWCM', 'OIHW'],
    layout === 'NHWC' ? 'HWCM' : 'OIHW',
  );
  if (filterLayout === 'HWCM') {
    const { H, W, C, M } = filterAxes<'H' | 'W' | 'C' | 'M'>(argument, shape, filterLayout);
    checkGroups(options.groups, C, `${C}, the channels of the filter`);
    return { height: H, width: W, inputChannels: C, outputChannels: C * M, order: [0, 1, 2, 3] };
  }
  const { O, I, H, W } = filterAxes<'O' | 'I' | 'H' | 'W'>(argument, shape, filterLayout);
  if (I !== 1) {
    throw invalid(
      'ERR_SHAPE',
      argument,
      '[channels · multiplier, 1, height, width]',
      shape,
      "name filterLayout: 'HWCM' for a TensorFlow filter",
    );
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
  const channels = groups as number;
  if (O % channels !== 0) {
    throw invalid(
      'ERR_SHAPE',
      argument,
      `a multiple of the ${channels} input channels as its first size`,
      shape,
      'match filter, input and groups',
    );
  }
  return { height: H, width: W, inputChannels: channels, outputChannels: O, order: [2, 3, 0, 1] };
}

function checkGroups(groups: unknown, channels: number, expected: string): void {
  if (groups !== undefined && groups !== channels) {
    throw invalid('ERR_OPTION', 'groups', expected, groups, 'leave it out');
  }
}

export function depthwiseOperations(kernels: () => Kernels): DepthwiseOperations {
  return {
    depthwiseConv2d: (input, filter, options) => runOnce(kernels(), depthwise, input, [filter], options),
    prepareDepthwiseConv2d: (filter, options) => new Operator(kernels(), depthwise, [filter], options),
  };
}
