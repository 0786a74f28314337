// Canonical filter: [height, width, inputs / groups, outputs], as conv2d's; the sum is in its gather form.
import { type EpilogueOptions, readEpilogue } from '../core/activation.js';
import { defaultKernels } from '../core/default-kernels.js';
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import { filterAxes } from '../core/layout.js';
import { runOnce, runOnceAsync } from '../core/one-shot.js';
import { Operator } from '../core/operator.js';
import {
  type LayoutOptions,
  type Pair,
  type RunAsyncOptions,
  type RunOptions,
  readLayout,
  readName,
  readPair,
  type WindowOptions,
} from '../core/options.js';
import { shareOut } from '../core/padding.js';
import type { Layout } from '../core/params.js';
import type { Op } from '../core/settled.js';
import { maxInt32, type Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { type ResolvedAxis, readWindow, type Window, type WindowAxis } from '../core/window.js';
import { type ReadFilter, settleConvolution } from './config.js';
import { readGroups } from './conv2d.js';

export interface ConvTranspose2dOptions extends LayoutOptions, WindowOptions, EpilogueOptions {
  /**
   * `'HWOI'` is [height, width, outputs / groups, inputs] (TensorFlow), `'IOHW'` is [inputs, outputs / groups, height, width]
   * (PyTorch, ONNX). Default: the framework's whose layout the images have.
   */
  readonly filterLayout?: 'HWOI' | 'IOHW' | undefined;
  /** Channels are split into so many groups, each convolved on its own. Divides the inputs. Default 1. */
  readonly groups?: number | undefined;
  /** Rows and columns added at the end of the output, fewer than the stride or the dilation. Default 0. */
  readonly outputPadding?: Pair | undefined;
}

/** @internal */
export const transposed: Op<ConvTranspose2dOptions> = {
  name: 'convTranspose2d',
  filters: ['filter'],
  options: [
    'layout',
    'filterLayout',
    'groups',
    'strides',
    'padding',
    'dilations',
    'outputPadding',
    'bias',
    'activation',
  ],
  settle([shape], options) {
    const layout = readLayout(options);
    const filter = readFilter(shape, layout, options);
    const window = readWindow(options, filter.height, filter.width);
    const extra = readOutputPadding(options, window);
    const rule = (axis: WindowAxis) => transposedAxis(axis, extra[axis.name === 'height' ? 0 : 1]);
    const epilogue = readEpilogue(options, filter.outputChannels);
    return settleConvolution('transposed', layout, window, filter, epilogue, rule);
  },
};

function readFilter(shape: Shape, layout: Layout, options: ConvTranspose2dOptions): ReadFilter {
  const names = ['HWOI', 'IOHW'] as const;
  const filterLayout = readName('filterLayout', options.filterLayout, names, layout === 'NHWC' ? 'HWOI' : 'IOHW');
  const { H, W, I, O } = filterAxes<'H' | 'W' | 'I' | 'O'>('filter', shape, filterLayout);
  const groups = readGroups(options.groups, I, 'input channels of the filter');
  const byRows = filterLayout === 'HWOI';
  return {
    height: H,
    width: W,
    inputChannels: I,
    outputChannels: O * groups,
    groups,
    products: H * W * (I / groups),
    shape: byRows ? [H, W, O, groups, I / groups] : [groups, I / groups, O, H, W],
    order: byRows ? [0, 1, 4, 3, 2] : [3, 4, 1, 0, 2],
  };
}

function readOutputPadding(options: ConvTranspose2dOptions, window: Window): [number, number] {
  const extra = readPair(
    'outputPadding',
    options.outputPadding === undefined ? 0 : options.outputPadding,
    0,
    'ERR_PADDING',
  );
  const limits = [
    Math.max(window.strideHeight, window.dilationHeight),
    Math.max(window.strideWidth, window.dilationWidth),
  ];
  if (extra.some((rows, axis) => rows >= limits[axis])) {
    const expected = `less than the stride or the dilation, ${limits.join(' and ')}`;
    throw invalid('ERR_PADDING', 'outputPadding', expected, options.outputPadding, 'use less, or larger strides');
  }
  if (typeof window.padding === 'string' && extra.some((rows) => rows > 0)) {
    const fix = `leave it out: '${window.padding}' settles the output's size`;
    throw invalid('ERR_PADDING', 'outputPadding', '0', options.outputPadding, fix);
  }
  return extra;
}

function transposedAxis({ name, input, extent, stride, padding }: WindowAxis, extra: number): ResolvedAxis {
  const full = (input - 1) * stride + extent;
  const same = typeof padding === 'string';
  const [before, after] = same ? shareOut(Math.max(0, extent - stride), padding) : padding;
  const output = same ? input * stride : full - before - after + extra;
  if (output < 1) {
    throw invalid('ERR_PADDING', 'padding', `less than ${full + extra} along the ${name}`, before + after, 'use less');
  }
  if (full + extra > maxInt32 || output > maxInt32) {
    throw invalid('ERR_SHAPE', `output ${name}`, `at most ${maxInt32}`, Math.max(full, output), 'use smaller strides');
  }
  return { before, after, output };
}

interface TransposedOperations {
  convTranspose2d: typeof convTranspose2d;
  convTranspose2dAsync: typeof convTranspose2dAsync;
  prepareConvTranspose2d: typeof prepareConvTranspose2d;
}

/** @internal Binds the functions of this file to a backend. */
export function transposedOperations(kernels: () => Kernels): TransposedOperations {
  return {
    convTranspose2d: (input, filter, options) => runOnce(kernels(), transposed, input, [filter], options),
    convTranspose2dAsync: async (input, filter, options) =>
      runOnceAsync(kernels(), transposed, input, [filter], options),
    prepareConvTranspose2d: (filter, options) => new Operator(kernels(), transposed, [filter], options),
  };
}

const byDefault = /* @__PURE__ */ transposedOperations(defaultKernels);

/**
 * Transposed convolution (the gradient of a convolution with respect to its input; "deconvolution"): strides enlarge the
 * image, padding is taken off the result. `padding: 'same'` gives h · stride.
 *
 * @param input [n, h, w, inputs], or [n, inputs, h, w] with `layout: 'NCHW'`
 * @param filter [height, width, outputs / groups, inputs], or as `filterLayout` says
 * @param options strides, padding, outputPadding, dilations, groups, bias, activation, `out`, `residual`, layouts
 * @returns [n, outH, outW, outputs], with outH = (h − 1) · stride + dilatedHeight − padding + outputPadding
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`,
 * `ERR_OVERLAP`, `ERR_MEMORY`; nothing is written then
 * @see Dumoulin & Visin, A guide to convolution arithmetic for deep learning, 2016, chapter 4
 * @example
 * const filter = tensor(new Float32Array(4 * 4 * 16 * 32), [4, 4, 16, 32]);
 * const twiceAsLarge = convTranspose2d(image, filter, { strides: 2, padding: 'same' });
 */
export function convTranspose2d(input: Tensor, filter: Tensor, options?: ConvTranspose2dOptions & RunOptions): Tensor {
  return byDefault.convTranspose2d(input, filter, options);
}

/**
 * `convTranspose2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `convTranspose2d` takes it
 * @param filter likewise
 * @param options those of `convTranspose2d`, and `signal`
 * @returns as `convTranspose2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `convTranspose2d` does
 * @example
 * const twiceAsLarge = await convTranspose2dAsync(image, filter, { strides: 2, padding: 'same', signal });
 */
export async function convTranspose2dAsync(
  input: Tensor,
  filter: Tensor,
  options?: ConvTranspose2dOptions & RunAsyncOptions,
): Promise<Tensor> {
  return byDefault.convTranspose2dAsync(input, filter, options);
}

/**
 * Checks and packs a filter once, for many runs; see `convTranspose2d`.
 *
 * @param filter [height, width, outputs / groups, inputs], or as `filterLayout` says
 * @param options as `convTranspose2d` takes them, without `out` and `residual`, which belong to a run
 * @returns the operator, for inputs of any batch, height and width
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_MEMORY`
 * @example
 * const upsample = prepareConvTranspose2d(filter, { strides: 2, padding: 'same' });
 * const twiceAsLarge = upsample.run(image);
 */
export function prepareConvTranspose2d(filter: Tensor, options?: ConvTranspose2dOptions): Operator {
  return byDefault.prepareConvTranspose2d(filter, options);
}
