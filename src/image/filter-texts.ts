// Filters as text, by whatever reads the numbers of a file: a preset, or numbers.
import { invalid } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { parseNumbers } from './matrix.js';
import { kernelPreset, mixPreset } from './presets.js';

/**
 * Reads a filter of pictures.
 *
 * @param numbers what a file of that name holds; undefined where the text names none
 * @returns [height, width], [height, width, channels] or [height, width, channels, outputs]
 * @throws SepconvError `ERR_OPTION`, `ERR_SHAPE`
 */
export function kernelFrom(text: string, numbers?: Tensor): Tensor {
  const array = numbers ?? numbersIn('kernel', text) ?? kernelPreset(text);
  if (array.shape.length < 2 || array.shape.length > 4 || array.shape.includes(0)) {
    const fix = 'write one row as [[1, 2, 1]]';
    throw invalid('ERR_SHAPE', 'kernel', '[height, width], or that with channels', array.shape, fix);
  }
  return array;
}

/**
 * Reads a mix of channels for a picture.
 *
 * @param channels that it reads
 * @param argument what the text was given as, for errors
 * @param numbers what a file of that name holds; undefined where the text names none
 * @returns [channels, outputs]
 * @throws SepconvError `ERR_OPTION`, `ERR_SHAPE`
 */
export function mixFrom(text: string, channels: number, argument: string, numbers?: Tensor): Tensor {
  const array = numbers ?? numbersIn(argument, text) ?? mixPreset(text, channels, argument);
  if (array.shape.length !== 2 || array.shape[0] !== channels) {
    const expected = `a matrix of ${channels} rows, one per channel that it reads`;
    const fix = 'write one row per channel, one column per output';
    throw invalid('ERR_SHAPE', argument, expected, array.shape, fix);
  }
  return array;
}

function numbersIn(argument: string, text: string): Tensor | undefined {
  return /^\s*[-+.\d[]/.test(text) ? parseNumbers(argument, text) : undefined;
}
