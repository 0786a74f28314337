// Padding as callers write it, resolved to the rows and columns on each side.
import { invalid } from './errors.js';
import { type Padding, readPair } from './options.js';
import { maxInt32 } from './shape.js';

type Sides = { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };

/** A padding whose extent is known, or the rule that gives it once the input's size is known. */
export type ResolvedPadding = 'same' | 'same-lower' | Sides;

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

/** Shares out a total between both ends; the odd one at the end, or first for `'same-lower'`. */
export function shareOut(total: number, mode: 'same' | 'same-lower'): [before: number, after: number] {
  const less = Math.floor(total / 2);
  return mode === 'same' ? [less, total - less] : [total - less, less];
}
