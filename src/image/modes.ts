// The table of modes: one row per operation that a picture can be given to.
import type { Operator } from '../core/operator.js';
import type { Pair } from '../core/options.js';
import type { Tensor } from '../core/tensor.js';
import type { Operations } from '../ops/index.js';
import type { Sides } from './border.js';

/** What a mode is prepared with; a filter that the mode does not take is absent. */
export interface ModeInputs {
  readonly kernel?: Tensor | undefined;
  readonly pointwise?: Tensor | undefined;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Sides;
}

export interface Mode {
  /** One line, for people. */
  readonly summary: string;
  /** The filter for each channel where none is named; absent where the mode takes none. */
  readonly kernel?: string;
  /** The mix of channels where none is named; absent where the mode takes none. */
  readonly pointwise?: string;
  prepare(operations: Operations, inputs: ModeInputs): Operator;
}

export const modes = {
  depthwise: {
    summary: 'filters each channel on its own',
    kernel: 'sobel-x',
    prepare: (on, { kernel, strides, dilations, padding }) =>
      on.prepareDepthwiseConv2d(kernel!, { strides, dilations, padding }),
  },
  pointwise: {
    summary: 'mixes the channels of each pixel',
    pointwise: 'luma',
    prepare: (on, { pointwise, strides }) => on.preparePointwiseConv2d(pointwise!, { strides }),
  },
  separable: {
    summary: 'filters each channel, then mixes them',
    kernel: 'sobel-x',
    pointwise: 'luma',
    prepare: (on, { kernel, pointwise, strides, dilations, padding }) =>
      on.prepareSeparableConv2d(kernel!, pointwise!, { strides, dilations, padding }),
  },
} satisfies Record<string, Mode>;

export type ModeName = keyof typeof modes;
export const modeNames = Object.keys(modes) as ModeName[];
