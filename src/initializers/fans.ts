// How many weights meet in one output of a filter, and how many leave one input.
import { invalid } from '../core/errors.js';
import { filterAxes } from '../core/layout.js';
import { readName } from '../core/options.js';
import type { Shape } from '../core/shape.js';

const filterLayouts = ['HWIO', 'HWCM', 'OIHW', 'HWOI', 'IOHW'] as const;

export interface FilterOptions {
  /**
   * `'HWIO'` (default) is [height, width, inputs / groups, outputs] or [inputs, outputs]: standard and pointwise
   * filters; `'HWCM'` is [height, width, channels, multiplier]: depthwise ones; `'OIHW'` is PyTorch's for all three, or
   * [outputs, inputs]; `'HWOI'` and `'IOHW'` are those of transposed convolutions.
   */
  readonly filterLayout?: (typeof filterLayouts)[number] | undefined;
  /** Groups of channels; the channels for a depthwise filter in `'OIHW'`. Default 1; `'HWCM'` has none. */
  readonly groups?: number | undefined;
}

/**
 * A weight's neighbours: `fanIn` products make one output, height · width · inputs / groups; one input goes into
 * `fanOut` products, height · width · outputs / groups. For a depthwise filter height · width, and that times the
 * multiplier.
 */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Reads the fans of a filter's shape, for strides of 1. */
export function fansOf(shape: Shape, options: FilterOptions): Fans {
  const filterLayout = readName('filterLayout', options.filterLayout, filterLayouts, 'HWIO');
  const letters = shape.length === 2 ? filterLayout.replace(/[HW]/g, '') : filterLayout;
  const { H = 1, W = 1, I, O, C, M } = filterAxes<'H' | 'W' | 'I' | 'O' | 'C' | 'M'>('shape', shape, letters);
  if (filterLayout === 'HWCM') {
    readGroups(options.groups, C);
    return { fanIn: H * W, fanOut: H * W * M };
  }
  const isTransposed = filterLayout === 'HWOI' || filterLayout === 'IOHW';
  const groups = readGroups(options.groups, isTransposed ? I : O);
  return isTransposed
    ? { fanIn: H * W * (I / groups), fanOut: H * W * O }
    : { fanIn: H * W * I, fanOut: H * W * (O / groups) };
}

function readGroups(groups: number | undefined, channels: number): number {
  if (groups === undefined) return 1;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw invalid('ERR_OPTION', 'groups', `a divisor of ${channels} channels`, groups, 'match groups and shape');
  }
  return groups;
}
