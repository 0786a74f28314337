// Where a sliding window stands: padding resolved, output sizes, and their limits.
import { invalid } from './errors.js';
import type { ImageSize } from './layout.js';
import { type Padding, readPair, type WindowOptions } from './options.js';
import type { Geometry } from './params.js';
import { maxInt32 } from './tensor.js';

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

type Sides = { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };
type ResolvedPadding = 'same' | 'same-lower' | Sides;

/** Reads the window's options for a filter of this height and width. */
export function readWindow(options: WindowOptions, filterHeight: number, filterWidth: number): Window {
  const { strides = 1, dilations = 1 } = options;
  const [strideHeight, strideWidth] = readPair('strides', strides, 1, 'ERR_OPTION');
  const [dilationHeight, dilationWidth] = readPair('dilations', dilations, 1, 'ERR_OPTION');
  const padding = readPadding(options.padding);
  return { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padding };
}

/** Reads a padding; a list of four is refused, since the frameworks do not agree on its order. */
export function readPadding(padding: Padding | undefined): ResolvedPadding {
  if (padding === undefined || padding === 'valid') return { top: 0, bottom: 0, left: 0, right: 0 };
  if (padding === 'same' || padding === 'same-lower') return padding;
  if (typeof padding === 'number' || (Array.isArray(padding) && padding.length === 2)) {
    const [height, width] = readPair('padding', padding, 0, 'ERR_PADDING');
    return { top: height, bottom: height, left: width, right: width };
  }
  if (Array.isArray(padding)) {
    throw invalid(
      'ERR_PADDING',
      'padding',
      'a list of two, [height, width]',
      padding,
      'name the sides, { top, bottom, left, right }: lists of four mean [top, bottom, left, right] to WebNN and [top, left, bottom, right] to ONNX',
    );
  }
  const sides = padding as Sides;
  const names = ['top', 'bottom', 'left', 'right'] as const;
  const isObject =
    typeof sides === 'object' && sides !== null && Object.keys(sides).every((key) => names.includes(key as never));
  if (
    !isObject ||
    !names.every((side) => Number.isInteger(sides[side]) && sides[side] >= 0 && sides[side] <= maxInt32)
  ) {
    throw invalid(
      'ERR_PADDING',
      'padding',
      "'valid', 'same', 'same-lower', an integer ≥ 0, [height, width] or { top, bottom, left, right }",
      padding,
      'give whole numbers that are not negative',
    );
  }
  return { top: sides.top, bottom: sides.bottom, left: sides.left, right: sides.right };
}

interface Axis {
  readonly before: number;
  readonly output: number;
}

/** The course's formula, (N − F + P) / S + 1 rounded down, with F the extent of the dilated filter. */
export function windowGeometry(window: Window, input: ImageSize): Geometry {
  const { padding } = window;
  const sides = typeof padding === 'string' ? padding : undefined;
  const named = typeof padding === 'string' ? undefined : padding;
  const rows = resolveAxis(
    'height',
    input.height,
    window.filterHeight,
    window.strideHeight,
    window.dilationHeight,
    sides ?? [named?.top ?? 0, named?.bottom ?? 0],
  );
  const columns = resolveAxis(
    'width',
    input.width,
    window.filterWidth,
    window.strideWidth,
    window.dilationWidth,
    sides ?? [named?.left ?? 0, named?.right ?? 0],
  );
  return {
    batch: input.batch,
    inputHeight: input.height,
    inputWidth: input.width,
    outputHeight: rows.output,
    outputWidth: columns.output,
    paddingTop: rows.before,
    paddingLeft: columns.before,
  };
}

function resolveAxis(
  axis: 'height' | 'width',
  input: number,
  filter: number,
  stride: number,
  dilation: number,
  padding: 'same' | 'same-lower' | readonly [number, number],
): Axis {
  const extent = (filter - 1) * dilation + 1;
  if (extent > maxInt32) {
    throw invalid(
      'ERR_SHAPE',
      `filter ${axis}`,
      `a dilated extent of at most ${maxInt32}`,
      extent,
      'use a smaller filter or dilation',
    );
  }
  const [before, after] = typeof padding === 'string' ? samePadding(padding, input, extent, stride) : padding;
  const padded = input + before + after;
  if (padded > maxInt32) {
    throw invalid('ERR_PADDING', 'padding', `a padded ${axis} of at most ${maxInt32}`, padded, 'use less padding');
  }
  if (padded < extent) {
    throw invalid(
      'ERR_SHAPE',
      `input ${axis}`,
      `at least ${extent - before - after} for a filter of extent ${extent}`,
      input,
      'use a larger image, a smaller filter, or more padding',
    );
  }
  return { before, output: Math.floor((padded - extent) / stride) + 1 };
}

function samePadding(mode: 'same' | 'same-lower', input: number, extent: number, stride: number): [number, number] {
  const output = Math.ceil(input / stride);
  const total = Math.max(0, (output - 1) * stride + extent - input);
  const less = Math.floor(total / 2);
  return mode === 'same' ? [less, total - less] : [total - less, less];
}
