// Where a sliding window stands: padding resolved, output sizes, and their limits.
import { invalid } from './errors.js';
import type { ImageSize } from './layout.js';
import { readPair, type WindowOptions } from './options.js';
import { type ResolvedPadding, readPadding, shareOut } from './padding.js';
import type { Geometry } from './params.js';
import { maxInt32 } from './shape.js';

/** A window with everything settled but the input's size. */
export interface Window {
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padding: ResolvedPadding;
}

/** A window along one axis; `extent` is that of the dilated filter. */
export interface WindowAxis {
  readonly name: 'height' | 'width';
  readonly input: number;
  readonly extent: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'same' | 'same-lower' | readonly [before: number, after: number];
}

/** What the input's size settles along one axis. */
export interface ResolvedAxis {
  readonly before: number;
  readonly after: number;
  readonly output: number;
}

/** Reads the window's options for a filter of this height and width. */
export function readWindow(options: WindowOptions, filterHeight: number, filterWidth: number): Window {
  const { strides = 1, dilations = 1 } = options;
  const [strideHeight, strideWidth] = readPair('strides', strides, 1, 'ERR_OPTION');
  const [dilationHeight, dilationWidth] = readPair('dilations', dilations, 1, 'ERR_OPTION');
  const padding = readPadding(options.padding);
  return { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padding };
}

/** The geometry of a window on an input, by the op's rule for one axis. */
export function windowGeometry(window: Window, input: ImageSize, rule = slidingAxis): Geometry {
  const sides = window.padding;
  const along = (
    name: 'height' | 'width',
    filter: number,
    stride: number,
    dilation: number,
    [before, after]: readonly ['top' | 'left', 'bottom' | 'right'],
  ) => {
    const padding = typeof sides === 'string' ? sides : ([sides[before], sides[after]] as const);
    return rule({ name, input: input[name], extent: extentOf(name, filter, dilation), stride, dilation, padding });
  };
  const rows = along('height', window.filterHeight, window.strideHeight, window.dilationHeight, ['top', 'bottom']);
  const columns = along('width', window.filterWidth, window.strideWidth, window.dilationWidth, ['left', 'right']);
  return {
    batch: input.batch,
    inputHeight: input.height,
    inputWidth: input.width,
    outputHeight: rows.output,
    outputWidth: columns.output,
    paddingTop: rows.before,
    paddingLeft: columns.before,
    paddingBottom: rows.after,
    paddingRight: columns.after,
  };
}

/** The course's formula: (N − F + P) / S + 1 rounded down, with F the extent of the dilated filter. */
export function slidingAxis(axis: WindowAxis): ResolvedAxis {
  const { before, after, padded } = padAxis(axis);
  if (padded < axis.extent) {
    throw invalid(
      'ERR_SHAPE',
      `input ${axis.name}`,
      `at least ${axis.extent - before - after} for a filter of extent ${axis.extent}`,
      axis.input,
      'use a larger image, a smaller filter, or more padding',
    );
  }
  return { before, after, output: Math.floor((padded - axis.extent) / axis.stride) + 1 };
}

/** Padding of a sliding window, resolved and within the limits. */
export function padAxis(axis: WindowAxis): { before: number; after: number; padded: number } {
  const { name, input, extent, stride, padding } = axis;
  const needed = (Math.ceil(input / stride) - 1) * stride + extent - input;
  const [before, after] = typeof padding === 'string' ? shareOut(Math.max(0, needed), padding) : padding;
  const padded = input + before + after;
  if (padded > maxInt32) {
    throw invalid('ERR_PADDING', 'padding', `a padded ${name} of at most ${maxInt32}`, padded, 'use less padding');
  }
  return { before, after, padded };
}

function extentOf(name: string, filter: number, dilation: number): number {
  const extent = (filter - 1) * dilation + 1;
  if (extent > maxInt32) {
    throw invalid(
      'ERR_SHAPE',
      `filter ${name}`,
      `a dilated extent of at most ${maxInt32}`,
      extent,
      'use a smaller filter or dilation',
    );
  }
  return extent;
}
