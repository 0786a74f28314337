// The table of modes: one row per operation that a picture can be given to.
import { permute } from '../core/layout.js';
import type { Pair } from '../core/options.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { FilteredOp } from './filtered-op.js';
import { fitKernel } from './fit.js';
import { spatialOp } from './spatial.js';

/** The filters of a user, and the channels of the picture that they are for; what the mode does not take is absent. */
export interface ModeFilters {
  readonly channels: number;
  /** [height, width], [height, width, channels] or [height, width, channels, outputs] */
  readonly kernel?: Tensor | undefined;
  /** [channels, outputs] */
  readonly pointwise?: Tensor | undefined;
}

/** The options that only some modes take. */
export const modeOptions = [
  'kernel',
  'pointwise',
  'window',
  'strides',
  'dilations',
  'padding',
  'border',
  'bias',
  'activation',
  'flip',
  'ceilMode',
  'countIncludePad',
] as const;

export type ModeOption = (typeof modeOptions)[number];

export interface Mode {
  /** One line, for people. */
  readonly summary: string;
  readonly options: readonly ModeOption[];
  /** What stands where the user gives nothing; what is absent here too is as the operation has it. */
  readonly defaults: {
    readonly kernel?: (strides: Pair | undefined) => string;
    /** By the channels of the picture, and those that the matrix reads. */
    readonly pointwise?: (channels: number, mixed: number) => string;
    readonly window?: Pair;
    readonly strides?: Pair;
    readonly padding?: 'same';
  };
  /** @throws SepconvError `ERR_SHAPE` where a filter does not fit the channels */
  operation(filters: ModeFilters): FilteredOp;
}

const filtering = ['kernel', 'strides', 'dilations', 'padding', 'border', 'bias', 'activation', 'flip'] as const;
const pooling = ['window', 'strides', 'dilations', 'padding', 'ceilMode'] as const;
const sobel = () => 'sobel-x';
/** What mixes as many channels as there are: brightness in colour pictures, else nothing special. */
const mixFor = (channels: number, mixed: number) => {
  if (mixed === 1) return 'identity';
  return channels === 3 && mixed === 3 ? 'luma' : 'mean';
};
const fitted = ({ kernel, channels }: ModeFilters) => fitKernel(kernel!, channels);

export const modes = {
  depthwise: {
    summary: 'filters each channel on its own',
    options: filtering,
    defaults: { kernel: sobel, padding: 'same' },
    operation: (filters) => ({ op: 'depthwiseConv2d', filters: [fitted(filters)] }),
  },
  pointwise: {
    summary: 'mixes the channels of each pixel',
    options: ['kernel', 'pointwise', 'strides', 'bias', 'activation'],
    defaults: { pointwise: mixFor },
    operation: ({ pointwise }) => ({ op: 'pointwiseConv2d', filters: [pointwise!] }),
  },
  separable: {
    summary: 'filters each channel, then mixes them',
    options: [...filtering, 'pointwise'],
    defaults: { kernel: sobel, pointwise: mixFor, padding: 'same' },
    operation: (filters) => ({ op: 'separableConv2d', filters: [fitted(filters), filters.pointwise!] }),
  },
  standard: {
    summary: 'filters and sums over all input channels: one output channel, or those of [h, w, in, out]',
    options: filtering,
    defaults: { kernel: sobel, padding: 'same' },
    operation: (filters) => ({ op: 'conv2d', filters: [fitted(filters)] }),
  },
  spatial: {
    summary: 'filters rows, then columns, where the filter is a product of both',
    options: ['kernel', 'border', 'flip'],
    defaults: { kernel: sobel, padding: 'same' },
    operation: ({ kernel, channels }) => spatialOp(kernel!, channels),
  },
  transposed: {
    summary: 'enlarges by the strides: each channel on its own, or all summed by [h, w, in, out]',
    options: filtering,
    defaults: { kernel: (strides) => `bilinear:${[strides].flat().join(':')}`, strides: 2, padding: 'same' },
    operation: transposedOp,
  },
  maxpool: {
    summary: 'the largest value under each window',
    options: pooling,
    defaults: { window: 2 },
    operation: () => ({ op: 'maxPool2d', filters: [] }),
  },
  avgpool: {
    summary: 'the mean under each window',
    options: [...pooling, 'countIncludePad'],
    defaults: { window: 2 },
    operation: () => ({ op: 'avgPool2d', filters: [] }),
  },
} satisfies Record<string, Mode>;

export type ModeName = keyof typeof modes;
export const modeNames = Object.keys(modes) as ModeName[];

/** The operation's own filter is [height, width, outputs / groups, inputs]. */
function transposedOp(filters: ModeFilters): FilteredOp {
  const { data, shape } = fitted(filters);
  const [height, width, channels, outputs] = shape;
  return filters.kernel!.shape.length === 4
    ? {
        op: 'convTranspose2d',
        filters: [tensor(permute(data, shape, [0, 1, 3, 2]), [height, width, outputs, channels])],
      }
    : { op: 'convTranspose2d', filters: [tensor(data, [height, width, 1, channels])], groups: channels };
}
