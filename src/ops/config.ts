// The config of one stage, from what its op has settled.
import type { ActivationConfig, Epilogue } from '../core/activation.js';
import type { OpName } from '../core/kernels.js';
import { type Config, type Layout, layouts } from '../core/params.js';
import type { Settled, SettledStage } from '../core/settled.js';
import { type ResolvedAxis, type Window, type WindowAxis, windowGeometry } from '../core/window.js';

/** What an op does not use. */
const unused: Config = {
  inputChannels: 0,
  outputChannels: 0,
  filterHeight: 1,
  filterWidth: 1,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  products: 1,
  groups: 1,
  reduction: 0,
  border: 0,
  layout: 0,
  inputType: 0,
  outputType: 0,
  activation: 0,
  clampMin: 0,
  clampMax: 0,
  alpha: 0,
};

/** The config of a float32 stage, with the parts that an op has settled. */
export function stageConfig(layout: Layout, parts: Partial<Config>, activation?: ActivationConfig): Config {
  return { ...unused, ...parts, layout: layouts.indexOf(layout), ...activation };
}

/** A filter as an op has read it from its shape. */
export interface ReadFilter {
  readonly height: number;
  readonly width: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly groups: number;
  /** Products in the sum of one output. */
  readonly products: number;
  /** How its data comes into the canonical order: seen in this shape, its axes in this order. */
  readonly shape: readonly number[];
  readonly order: readonly number[];
}

/** The stage of a convolution. */
export function convolutionStage(layout: Layout, window: Window, filter: ReadFilter, epilogue: Epilogue): SettledStage {
  const { padding, ...extents } = window;
  const { inputChannels, outputChannels, groups, products } = filter;
  const parts = { ...extents, inputChannels, outputChannels, groups, products };
  return {
    config: stageConfig(layout, parts, epilogue.activation),
    bias: epilogue.bias,
    slope: epilogue.slope,
    filter: { shape: filter.shape, order: filter.order },
  };
}

/** A convolution of one stage; `rule` gives the geometry of an axis. */
export function settleConvolution(
  kernel: OpName,
  layout: Layout,
  window: Window,
  filter: ReadFilter,
  epilogue: Epilogue,
  rule?: (axis: WindowAxis) => ResolvedAxis,
): Settled {
  const stage = convolutionStage(layout, window, filter, epilogue);
  return {
    kernel,
    layout,
    inputType: 'float32',
    outputType: 'float32',
    inputChannels: filter.inputChannels,
    inPlace: false,
    residual: 'optional',
    stages: [stage],
    params: (input) => [{ ...stage.config, ...windowGeometry(window, input, rule) }],
  };
}
