// The config of one stage, from what its op has settled.
import type { ActivationConfig, Epilogue } from '../core/activation.js';
import type { OpName } from '../core/kernels.js';
import type { ImageSize } from '../core/layout.js';
import { type Config, type Layout, layouts, paramsOf } from '../core/params.js';
import type { Settled, SettledStage } from '../core/settled.js';
import { type ResolvedAxis, type Window, type WindowAxis, windowGeometry } from '../core/window.js';

/** What an op settles beside its window. */
type Parts = Partial<Omit<Config, keyof Window | keyof ActivationConfig | 'layout'>>;

/** The config of a stage; what its op does not use is 1, or 0. Not by spreading, which is slow for so many fields. */
export function stageConfig(layout: Layout, window: Window, parts: Parts, activation?: ActivationConfig): Config {
  return {
    inputChannels: parts.inputChannels ?? 0,
    outputChannels: parts.outputChannels ?? 0,
    filterHeight: window.filterHeight,
    filterWidth: window.filterWidth,
    strideHeight: window.strideHeight,
    strideWidth: window.strideWidth,
    dilationHeight: window.dilationHeight,
    dilationWidth: window.dilationWidth,
    products: parts.products ?? 1,
    groups: parts.groups ?? 1,
    reduction: parts.reduction ?? 0,
    border: parts.border ?? 0,
    layout: layouts.indexOf(layout),
    inputType: parts.inputType ?? 0,
    outputType: parts.outputType ?? 0,
    activation: activation?.activation ?? 0,
    clampMin: activation?.clampMin ?? 0,
    clampMax: activation?.clampMax ?? 0,
    alpha: activation?.alpha ?? 0,
  };
}

/** The same for an op that keeps the channels apart, whose number the input tells. */
export function configOn(
  { channels }: ImageSize,
  layout: Layout,
  window: Window,
  parts: Parts,
  activation?: ActivationConfig,
): Config {
  const own = { ...parts, inputChannels: channels, outputChannels: channels, groups: channels };
  return stageConfig(layout, window, own, activation);
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
  return {
    config: stageConfig(layout, window, filter, epilogue.activation),
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
    params: (input) => [paramsOf(stage.config, windowGeometry(window, input, rule))],
  };
}
