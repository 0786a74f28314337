// Canonical filter: [inputChannels, outputChannels].

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
} from '../core/options.js';
import type { Op } from '../core/settled.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { readWindow } from '../core/window.js';
import { type ReadFilter, settleConvolution } from './config.js';

export interface PointwiseConv2dOptions extends LayoutOptions, EpilogueOptions {
  /** Input pixels from one output pixel to the next. Default 1. */
  readonly strides?: Pair | undefined;
  /**
   * `'HWIO'` is [1, 1, inputs, outputs] or [inputs, outputs] (TensorFlow), `'OIHW'` is [outputs, inputs, 1, 1] or
   * [outputs, inputs] (PyTorch, ONNX). Default: the framework's whose layout the images have.
   */
  readonly filterLayout?: 'HWIO' | 'OIHW' | undefined;
}

/** @internal */
export const pointwise: Op<PointwiseConv2dOptions> = {
  name: 'pointwiseConv2d',
  filters: ['filter'],
  options: ['layout', 'filterLayout', 'strides', 'bias', 'activation'],
  settle([shape], options) {
    const layout = readLayout(options);
    const filterLayout = readName(
      'filterLayout',
      options.filterLayout,
      ['HWIO', 'OIHW'],
      layout === 'NHWC' ? 'HWIO' : 'OIHW',
    );
    const filter = readPointwiseFilter('filter', shape, filterLayout);
    const window = readWindow({ strides: options.strides }, 1, 1);
    const epilogue = readEpilogue(options, filter.outputChannels);
    return settleConvolution('pointwise', layout, window, filter, epilogue);
  },
};

/** @internal Reads the axes of a pointwise filter of rank 2 or 4, in either layout. */
export function readPointwiseFilter(argument: string, shape: Shape, filterLayout: 'HWIO' | 'OIHW'): ReadFilter {
  const letters = shape.length === 2 ? filterLayout.replace(/[HW]/g, '') : filterLayout;
  const { I, O, H = 1, W = 1 } = filterAxes<'I' | 'O' | 'H' | 'W'>(argument, shape, letters);
  if (H !== 1 || W !== 1) {
    const fix = 'use conv2d for larger filters, or name the filterLayout';
    throw invalid('ERR_SHAPE', argument, `a height and width of 1 in ${filterLayout}`, shape, fix);
  }
  const order = [...'HWIO'].filter((letter) => letters.includes(letter)).map((letter) => letters.indexOf(letter));
  return { height: 1, width: 1, inputChannels: I, outputChannels: O, groups: 1, products: I, shape, order };
}

interface PointwiseOperations {
  pointwiseConv2d: typeof pointwiseConv2d;
  pointwiseConv2dAsync: typeof pointwiseConv2dAsync;
  preparePointwiseConv2d: typeof preparePointwiseConv2d;
}

/** @internal Binds the functions of this file to a backend. */
export function pointwiseOperations(kernels: () => Kernels): PointwiseOperations {
  return {
    pointwiseConv2d: (input, filter, options) => runOnce(kernels(), pointwise, input, [filter], options),
    pointwiseConv2dAsync: async (input, filter, options) =>
      runOnceAsync(kernels(), pointwise, input, [filter], options),
    preparePointwiseConv2d: (filter, options) => new Operator(kernels(), pointwise, [filter], options),
  };
}

const byDefault = /* @__PURE__ */ pointwiseOperations(defaultKernels);

/**
 * Pointwise (1×1) convolution: mixes the channels of each pixel.
 *
 * @param input [n, h, w, inputs], or [n, inputs, h, w] with `layout: 'NCHW'`
 * @param filter [inputs, outputs] or [1, 1, inputs, outputs], or as `filterLayout` says
 * @param options strides, bias, activation, `out`, `residual`, layouts
 * @returns [n, ⌈h / stride⌉, ⌈w / stride⌉, outputs]
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`,
 * `ERR_MEMORY`; nothing is written then
 * @see Howard et al., MobileNets, 2017, section 3.1
 * @example
 * const filter = tensor(new Float32Array(32 * 64), [32, 64]);
 * const mixed = pointwiseConv2d(image, filter, { bias: new Float32Array(64), activation: 'relu' });
 */
export function pointwiseConv2d(input: Tensor, filter: Tensor, options?: PointwiseConv2dOptions & RunOptions): Tensor {
  return byDefault.pointwiseConv2d(input, filter, options);
}

/**
 * `pointwiseConv2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `pointwiseConv2d` takes it
 * @param filter likewise
 * @param options those of `pointwiseConv2d`, and `signal`
 * @returns as `pointwiseConv2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `pointwiseConv2d` does
 * @example
 * const mixed = await pointwiseConv2dAsync(image, filter, { activation: 'relu', signal });
 */
export async function pointwiseConv2dAsync(
  input: Tensor,
  filter: Tensor,
  options?: PointwiseConv2dOptions & RunAsyncOptions,
): Promise<Tensor> {
  return byDefault.pointwiseConv2dAsync(input, filter, options);
}

/**
 * Checks and packs a pointwise filter once, for many runs; see `pointwiseConv2d`.
 *
 * @param filter [inputs, outputs] or [1, 1, inputs, outputs], or as `filterLayout` says
 * @param options as `pointwiseConv2d` takes them, without `out` and `residual`, which belong to a run
 * @returns the operator, for inputs of any batch, height and width
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_MEMORY`
 * @example
 * const layer = preparePointwiseConv2d(filter, { activation: 'relu6' });
 * const mixed = layer.run(image, { residual: shortcut });
 */
export function preparePointwiseConv2d(filter: Tensor, options?: PointwiseConv2dOptions): Operator {
  return byDefault.preparePointwiseConv2d(filter, options);
}
