// Filters as a user names them: a preset, a file, or numbers.
import { invalid, SepconvError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { readBytes } from './files.js';
import { fromLists, parseNumbers, parseTextFile } from './matrix.js';
import { isNpy, parseNpy } from './npy.js';
import { kernelPreset, mixPreset } from './presets.js';

/**
 * Reads a filter of pictures.
 *
 * @param text a preset (`gaussian:9`), the path of a .json, .npy, .txt or .csv file, or numbers (`"-1 0 1; -2 0 2"`)
 * @returns [height, width], [height, width, channels] or [height, width, channels, outputs]
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readKernel(text: string): Promise<Tensor> {
  const array = (await readNumbers('kernel', text)) ?? kernelPreset(text);
  if (array.shape.length < 2 || array.shape.length > 4 || array.shape.includes(0)) {
    const fix = 'write one row as [[1, 2, 1]]';
    throw invalid('ERR_SHAPE', 'kernel', '[height, width], or that with channels', array.shape, fix);
  }
  return array;
}

/**
 * Reads a mix of channels for a picture.
 *
 * @param text a preset (`luma`), the path of a .json, .npy, .txt or .csv file, or numbers, one row per input channel
 * @param channels that it reads
 * @param argument what the text was given as, for errors
 * @returns [channels, outputs]
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readMix(text: string, channels: number, argument = 'pointwise'): Promise<Tensor> {
  const array = (await readNumbers(argument, text)) ?? mixPreset(text, channels, argument);
  if (array.shape.length !== 2 || array.shape[0] !== channels) {
    const expected = `a matrix of ${channels} rows, one per channel that it reads`;
    const fix = 'write one row per channel, one column per output';
    throw invalid('ERR_SHAPE', argument, expected, array.shape, fix);
  }
  return array;
}

/** The numbers that a text is, or that the file of its name holds; undefined where it is neither. */
async function readNumbers(argument: string, text: string): Promise<Tensor | undefined> {
  if (!/\.(json|npy|txt|csv)$/i.test(text)) {
    return /^\s*[-+.\d[]/.test(text) ? parseNumbers(argument, text) : undefined;
  }
  const bytes = await readBytes(argument, text);
  if (isNpy(bytes)) return parseNpy(bytes, text).tensor;
  try {
    const content = Buffer.from(bytes).toString();
    return /\.json$/i.test(text) ? fromLists(text, JSON.parse(content)) : parseTextFile(text, content);
  } catch (error) {
    throw broken(text, error as Error);
  }
}

/** What a file holds is no wrong usage. */
function broken(name: string, error: Error): SepconvError {
  if (error instanceof SepconvError) return new SepconvError('ERR_CODEC', error.message, error.details, error);
  return invalid('ERR_CODEC', name, 'JSON', error.message, 'give rows, [[0, 1], [1, 0]]');
}
