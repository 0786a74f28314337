// Filters as a user names them: a preset, a file, or numbers.
import { invalid } from '../core/errors.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { readBytes } from './files.js';
import { matrix, parseRows } from './matrix.js';
import { isNpy, parseNpy } from './npy.js';
import { kernelForms, kernelPreset, mixForms, mixPreset } from './presets.js';

/**
 * Reads a filter of pictures.
 *
 * @param text a preset (`gaussian:9`), the path of a .json or .npy file, or rows of numbers (`"-1 0 1; -2 0 2; -1 0 1"`)
 * @returns [height, width], [height, width, channels] or [height, width, channels, outputs]
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readKernel(text: string): Promise<Tensor> {
  const array = kernelPreset(text) ?? (await readArray('kernel', text, kernelForms));
  if (array.shape.length < 2 || array.shape.length > 4 || array.shape[0] === 0) {
    throw invalid('ERR_SHAPE', 'kernel', '[height, width], or that with channels', array.shape, 'reshape it');
  }
  return array;
}

/**
 * Reads a mix of channels for a picture.
 *
 * @param text a preset (`luma`), the path of a .json or .npy file, or rows of numbers, one row per input channel
 * @param channels that it reads
 * @returns [channels, outputs]
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readMix(text: string, channels: number): Promise<Tensor> {
  const array = mixPreset(text, channels) ?? (await readArray('pointwise', text, mixForms));
  if (array.shape.length !== 2 || array.shape[0] !== channels) {
    throw invalid(
      'ERR_SHAPE',
      'pointwise',
      `${channels} rows, one per channel that it reads`,
      array.shape,
      'give a [channels, outputs] matrix',
    );
  }
  return array;
}

async function readArray(argument: string, text: string, forms: readonly string[]): Promise<Tensor> {
  if (/\.(json|npy)$/i.test(text)) {
    const bytes = await readBytes(argument, text);
    return isNpy(bytes) ? parseNpy(bytes, text).tensor : parseJson(argument, Buffer.from(bytes).toString(), text);
  }
  if (/^\s*[-+.\d]/.test(text)) return matrix(parseRows(argument, text));
  throw invalid(
    'ERR_OPTION',
    argument,
    `a preset (${forms.join(', ')}), a .json or .npy file, or numbers such as "0 1; 1 0"`,
    text,
    'name one of them',
  );
}

function parseJson(argument: string, text: string, name: string): Tensor {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(
      'ERR_CODEC',
      argument,
      'JSON',
      `${name} (${(cause as Error).message})`,
      'give rows, [[0, 1], [1, 0]]',
    );
  }
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const numbers = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [];
  if (!isRectangular(value, shape) || !numbers.every(Number.isFinite)) {
    throw invalid('ERR_SHAPE', argument, 'nested lists of as many numbers each', name, 'give rows, [[0, 1], [1, 0]]');
  }
  return tensor(Float32Array.from(numbers as number[]), shape);
}

function isRectangular(value: unknown, [length, ...inner]: readonly number[]): boolean {
  if (length === undefined) return !Array.isArray(value);
  return Array.isArray(value) && value.length === length && value.every((item) => isRectangular(item, inner));
}
