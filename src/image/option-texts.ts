// Numbers as the command line writes them.
import { invalid } from '../core/errors.js';
import type { Padding, Pair } from '../core/options.js';
import { maxInt32 } from '../core/shape.js';
import { suggestion } from '../core/suggest.js';

/** Reads `2`, or `2,1` for [height, width], whole numbers of at least `least`. */
export function readPairText(argument: string, text: string, least: number): Pair {
  const numbers = text.split(',').map((item) => readWhole(item));
  if (!numbers.every((n) => n >= least) || numbers.length > 2) {
    const expected = `a whole number of at least ${least}, or two as height,width`;
    throw invalid('ERR_OPTION', argument, expected, text, 'write 2 or 2,1 for instance');
  }
  return numbers.length === 1 ? numbers[0] : [numbers[0], numbers[1]];
}

/** Reads a whole number of at least 1. */
export function readCountText(argument: string, text: string): number {
  const count = readWhole(text);
  if (count >= 1) return count;
  throw invalid('ERR_OPTION', argument, 'a whole number of at least 1', text, 'give a whole number');
}

/** Reads the pixels of the largest picture that is decoded; undefined is the default. */
export function readMaxPixels({ maxPixels }: { readonly maxPixels?: string | undefined }): number | undefined {
  return maxPixels === undefined ? undefined : readCountText('max-pixels', maxPixels);
}

/** Reads `1`, or `1,.5,-2`; undefined where that is no list of finite numbers. */
export function readNumbers(text: string): number[] | undefined {
  const numbers = text.split(',').map((item) => (item.trim() === '' ? Number.NaN : Number(item)));
  return numbers.every(Number.isFinite) ? numbers : undefined;
}

/** Reads numbers: one for all output channels, or one for each. */
export function readChannelsText(argument: string, text: string): Float32Array {
  const numbers = readNumbers(text);
  if (numbers !== undefined) return Float32Array.from(numbers);
  const expected = 'a number, or one for each of the output channels: n,n,…';
  throw invalid('ERR_OPTION', argument, expected, text, 'write 128 for instance');
}

/** Checks that as many numbers were written as there are output channels, or one for all of them. */
export function checkChannels(argument: string, text: string, count: number, channels: number): void {
  if (count === 1 || count === channels) return;
  const expected = `a number, or one for each of ${channels} output channels: n,n,…`;
  throw invalid('ERR_OPTION', argument, expected, text, `write one, or ${channels}`);
}

/** Reads a whole number from `least` to `most`. */
export function readWholeText(argument: string, text: string, least: number, most: number, fix: string): number {
  const number = readWhole(text);
  if (number >= least && number <= most) return number;
  throw invalid('ERR_OPTION', argument, `a whole number from ${least} to ${most}`, text, fix);
}

const paddings = ['same', 'same-lower', 'valid'] as const;

/** Reads a name of a padding, or numbers. */
export function readPaddingText(text: string): Padding {
  const name = paddings.find((known) => known === text);
  if (name !== undefined) return name;
  if (/^[\s\d,.+-]*$/.test(text)) return readPairText('padding', text, 0);
  const expected = `one of ${paddings.map((known) => `'${known}'`).join(', ')}, or pixels as n or height,width`;
  throw invalid('ERR_OPTION', 'padding', expected, text, suggestion(text, paddings, 'name one of them'));
}

/** A whole number up to the largest int32, or NaN. */
function readWhole(text: string): number {
  return /^\s*\d+\s*$/.test(text) && Number(text) <= maxInt32 ? Number(text) : Number.NaN;
}

/** `ceil-mode`, as the command line writes `ceilMode`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
