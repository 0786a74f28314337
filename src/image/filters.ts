// Filters as a user names them: a preset, a file, or numbers.
import { invalid, SepconvError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { readBytes } from './files.js';
import { kernelFrom, mixFrom } from './filter-texts.js';
import { fromLists, parseTextFile } from './matrix.js';
import { isNpy, parseNpy } from './npy.js';

/**
 * Reads a filter of pictures.
 *
 * @param text a preset (`gaussian:9`), the path of a .json, .npy, .txt or .csv file, or numbers (`"-1 0 1; -2 0 2"`)
 * @returns [height, width], [height, width, channels] or [height, width, channels, outputs]
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readKernel(text: string): Promise<Tensor> {
  return kernelFrom(text, await readArrayFile('kernel', text));
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
  return mixFrom(text, channels, argument, await readArrayFile(argument, text));
}

/** Whether a filter's text names a file. */
export function isFilterFile(text: string): boolean {
  return /\.(json|npy|txt|csv)$/i.test(text);
}

/** The numbers in the file of that name; undefined where the text names none. */
async function readArrayFile(argument: string, text: string): Promise<Tensor | undefined> {
  if (!isFilterFile(text)) return undefined;
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
