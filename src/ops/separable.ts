// Two stages, depthwise then pointwise, with the filters of those ops. The value between them is rounded to float32.

import { type Activation, type EpilogueOptions, readEpilogue } from '../core/activation.js';
import { type BorderOptions, readBorder } from '../core/border.js';
import { defaultKernels } from '../core/default-kernels.js';
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import { outputSize } from '../core/layout.js';
import { runOnce, runOnceAsync } from '../core/one-shot.js';
import { Operator } from '../core/operator.js';
import {
  type LayoutOptions,
  type RunAsyncOptions,
  type RunOptions,
  readLayout,
  type WindowOptions,
} from '../core/options.js';
import { paramsOf } from '../core/params.js';
import type { Op } from '../core/settled.js';
import type { Tensor } from '../core/tensor.js';
import { readWindow, windowGeometry } from '../core/window.js';
import { convolutionStage } from './config.js';
import { readDepthwiseFilter } from './depthwise.js';
import { readPointwiseFilter } from './pointwise.js';

export interface SeparableConv2dOptions extends LayoutOptions, WindowOptions, BorderOptions, EpilogueOptions {
  /** One value per channel between the halves. Default 0. */
  readonly depthwiseBias?: Float32Array | undefined;
  /** Applied between the halves. Default `'linear'`. */
  readonly depthwiseActivation?: Activation | undefined;
  /** `'HWCM'`: TensorFlow's filters, HWCM and HWIO; `'OIHW'`: PyTorch's for both. Default: by the images' layout. */
  readonly filterLayout?: 'HWCM' | 'OIHW' | undefined;
  /** The input's channels, which an OIHW filter does not tell; a one-shot call takes them from the input. */
  readonly groups?: number | undefined;
}

/** @internal */
export const separable: Op<SeparableConv2dOptions> = {
  name: 'separableConv2d',
  filters: ['depthwiseFilter', 'pointwiseFilter'],
  options: [
    'layout',
    'filterLayout',
    'groups',
    'strides',
    'padding',
    'border',
    'dilations',
    'depthwiseBias',
    'depthwiseActivation',
    'bias',
    'activation',
  ],
  settle([depthwiseShape, pointwiseShape], options, inputChannels) {
    const layout = readLayout(options);
    const first = readDepthwiseFilter('depthwiseFilter', depthwiseShape, layout, options, inputChannels);
    const filterLayout = options.filterLayout ?? (layout === 'NHWC' ? 'HWCM' : 'OIHW');
    const second = readPointwiseFilter('pointwiseFilter', pointwiseShape, filterLayout === 'HWCM' ? 'HWIO' : 'OIHW');
    if (second.inputChannels !== first.outputChannels) {
      throw invalid(
        'ERR_SHAPE',
        'pointwiseFilter',
        `${first.outputChannels} inputs, the outputs of depthwiseFilter`,
        pointwiseShape,
        'match the two filters',
      );
    }
    const window = readWindow(options, first.height, first.width);
    const pixel = readWindow({}, 1, 1);
    const depthwiseOptions = { bias: options.depthwiseBias, activation: options.depthwiseActivation };
    const between = readEpilogue(depthwiseOptions, first.outputChannels, 'depthwise');
    const depthwise = convolutionStage(layout, window, first, between);
    const pointwise = convolutionStage(layout, pixel, second, readEpilogue(options, second.outputChannels));
    return {
      kernel: 'separable',
      layout,
      inputType: 'float32',
      outputType: 'float32',
      inputChannels: first.inputChannels,
      inPlace: false,
      residual: 'optional',
      border: readBorder(options),
      stages: [depthwise, pointwise],
      params(input) {
        const params = paramsOf(depthwise.config, windowGeometry(window, input));
        return [params, paramsOf(pointwise.config, windowGeometry(pixel, outputSize(params)))];
      },
    };
  },
};

interface SeparableOperations {
  separableConv2d: typeof separableConv2d;
  separableConv2dAsync: typeof separableConv2dAsync;
  prepareSeparableConv2d: typeof prepareSeparableConv2d;
}

/** @internal Binds the functions of this file to a backend. */
export function separableOperations(kernels: () => Kernels): SeparableOperations {
  return {
    separableConv2d: (input, depthwiseFilter, pointwiseFilter, options) =>
      runOnce(kernels(), separable, input, [depthwiseFilter, pointwiseFilter], options),
    separableConv2dAsync: async (input, depthwiseFilter, pointwiseFilter, options) =>
      runOnceAsync(kernels(), separable, input, [depthwiseFilter, pointwiseFilter], options),
    prepareSeparableConv2d: (depthwiseFilter, pointwiseFilter, options) =>
      new Operator(kernels(), separable, [depthwiseFilter, pointwiseFilter], options),
  };
}

const byDefault = /* @__PURE__ */ separableOperations(defaultKernels);

/**
 * Depthwise separable convolution: a depthwise convolution, then a pointwise one over its channels. Strides, padding and
 * dilations belong to the depthwise half; `bias`, `activation` and `residual` to the pointwise half.
 *
 * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param depthwiseFilter [height, width, channels, multiplier], or as `filterLayout` says
 * @param pointwiseFilter [channels · multiplier, outputs], or of rank 4
 * @param options strides, padding, border, dilations, bias and activation of either half, `out`, `residual`, layouts
 * @returns [n, outH, outW, outputs], with outH = ⌊(h + padding − dilatedHeight) / stride⌋ + 1
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`,
 * `ERR_OVERLAP`, `ERR_MEMORY`; nothing is written then
 * @see Sifre, Rigid-motion scattering for image classification, 2014, section 6.2; Chollet, Xception, 2017
 * @example
 * const depthwiseFilter = tensor(new Float32Array(3 * 3 * 32), [3, 3, 32, 1]);
 * const pointwiseFilter = tensor(new Float32Array(32 * 64), [32, 64]);
 * const next = separableConv2d(image, depthwiseFilter, pointwiseFilter, {
 *   padding: 'same',
 *   depthwiseActivation: 'relu6',
 *   activation: 'relu6',
 * });
 */
export function separableConv2d(
  input: Tensor,
  depthwiseFilter: Tensor,
  pointwiseFilter: Tensor,
  options?: SeparableConv2dOptions & RunOptions,
): Tensor {
  return byDefault.separableConv2d(input, depthwiseFilter, pointwiseFilter, options);
}

/**
 * `separableConv2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `separableConv2d` takes it
 * @param depthwiseFilter likewise
 * @param pointwiseFilter likewise
 * @param options those of `separableConv2d`, and `signal`
 * @returns as `separableConv2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `separableConv2d` does
 * @example
 * const next = await separableConv2dAsync(image, depthwiseFilter, pointwiseFilter, { padding: 'same', signal });
 */
export async function separableConv2dAsync(
  input: Tensor,
  depthwiseFilter: Tensor,
  pointwiseFilter: Tensor,
  options?: SeparableConv2dOptions & RunAsyncOptions,
): Promise<Tensor> {
  return byDefault.separableConv2dAsync(input, depthwiseFilter, pointwiseFilter, options);
}

/**
 * Checks and packs both filters once, for many runs; see `separableConv2d`.
 *
 * @param depthwiseFilter [height, width, channels, multiplier], or as `filterLayout` says
 * @param pointwiseFilter [channels · multiplier, outputs], or of rank 4
 * @param options as `separableConv2d` takes them, without `out` and `residual`, which belong to a run
 * @returns the operator, for inputs of any batch, height and width
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_MEMORY`
 * @example
 * const block = prepareSeparableConv2d(depthwiseFilter, pointwiseFilter, { padding: 'same', activation: 'relu6' });
 * const next = block.run(image);
 */
export function prepareSeparableConv2d(
  depthwiseFilter: Tensor,
  pointwiseFilter: Tensor,
  options?: SeparableConv2dOptions,
): Operator {
  return byDefault.prepareSeparableConv2d(depthwiseFilter, pointwiseFilter, options);
}
