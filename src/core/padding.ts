// Padding as callers write it, resolved to the rows and columns on each side.
import { invalid } from './errors.js';
import { isSize, type Padding, readPair } from './options.js';

/** Rows and columns to add, integers ≥ 0. */
export interface Sides {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

const sides: readonly string[] = ['top', 'bottom', 'left', 'right'];

/** A padding whose extent is known, or the rule that gives it once the input's size is known. */
export type ResolvedPadding = 'same' | 'same-lower' | Sides;

/** Reads a padding; a list of four is refused, since the frameworks do not agree on its order. */
export function readPadding(given: Padding = 'valid'): ResolvedPadding {
  const padding = given === 'valid' ? 0 : given;
  if (padding === 'same' || padding === 'same-lower') return padding;
  if (Array.isArray(padding) && padding.length !== 2) {
    throw invalid(
      'ERR_PADDING',
      'padding',
      'a list of two, [height, width]',
      padding,
      'name the sides, { top, bottom, left, right }: lists of four mean [top, bottom, left, right] to WebNN and [top, left, bottom, right] to ONNX',
    );
  }
  if (typeof padding === 'number' || Array.isArray(padding)) {
    const [height, width] = readPair('padding', padding, 0, 'ERR_PADDING');
    return { top: height, bottom: height, left: width, right: width };
  }
  return readSides(padding);
}

function readSides(padding: unknown): Sides {
  if (typeof padding === 'object' && padding !== null && Object.keys(padding).every((key) => sides.includes(key))) {
    const { top, bottom, left, right } = padding as Sides;
    if ([top, bottom, left, right].every((rows) => isSize(rows, 0))) return { top, bottom, left, right };
  }
  throw invalid(
    'ERR_PADDING',
    'padding',
    "'valid', 'same', 'same-lower', an integer ≥ 0, [height, width] or { top, bottom, left, right }",
    padding,
    'give whole numbers that are not negative',
  );
}

/** Shares out a total between both ends; the odd one at the end, or first for `'same-lower'`. */
export function shareOut(total: number, mode: 'same' | 'same-lower'): [before: number, after: number] {
  const less = Math.floor(total / 2);
  return mode === 'same' ? [less, total - less] : [total - less, less];
}
