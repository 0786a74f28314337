// Numbers as the command line writes them.
import { invalid } from '../core/errors.js';
import type { Padding, Pair } from '../core/options.js';

/** Reads `2`, or `2,1` for [height, width]; the operation checks the numbers. */
export function readPairText(argument: string, text: string): Pair {
  const numbers = text.split(',').map((item) => (item.trim() === '' ? Number.NaN : Number(item)));
  if (!numbers.every(Number.isInteger) || numbers.length > 2) {
    throw invalid('ERR_OPTION', argument, 'a whole number, or height,width', text, 'write 2 or 2,1 for instance');
  }
  return numbers.length === 1 ? numbers[0] : [numbers[0], numbers[1]];
}

/** Reads a name of a padding, or numbers. */
export function readPaddingText(text: string): Padding {
  return text === 'same' || text === 'same-lower' || text === 'valid' ? text : readPairText('padding', text);
}
