// What an output pixel sees of the input, layer by layer.
import { invalid } from '../core/errors.js';
import type { ImageSize } from '../core/layout.js';
import { checkOptions, type Pair, readPair, type WindowOptions } from '../core/options.js';
import { readWindow, type Window, windowGeometry } from '../core/window.js';

/** A convolution or a pooling, as far as it moves a window. */
export interface ReceptiveLayer extends WindowOptions {
  /** Height and width of the filter or of the pooling window. */
  readonly kernelSize: Pair;
}

/** What a pixel of some layer sees of the network's input; each is [height, width], in input pixels. */
export interface ReceptiveField {
  /** Rows and columns seen. */
  readonly size: readonly [number, number];
  /** From what one pixel sees to what the next one sees: the product of the strides. */
  readonly jump: readonly [number, number];
  /**
   * The centre of what the first pixel sees, where 0 is the centre of the input's first pixel: −1 lies in the padding,
   * 0.5 between two pixels. Pixel i sees [start + i · jump − (size − 1) / 2, start + i · jump + (size − 1) / 2].
   */
  readonly start: readonly [number, number];
}

/** That of the last layer, and of each. */
export interface ReceptiveFields extends ReceptiveField {
  readonly layers: readonly ReceptiveField[];
}

const ownPixel: ReceptiveField = { size: [1, 1], jump: [1, 1], start: [0, 0] };

/**
 * The receptive field of a chain of convolutions and poolings. With k the kernel's size, s the stride, d the dilation
 * and p the padding before the first pixel: size += (k − 1) · d · jump; start += ((k − 1) · d / 2 − p) · jump; jump ·=
 * s.
 *
 * @param layers the first layer first; none gives a field of one pixel
 * @param inputSize [height, width] or one number. Needed where a layer has `'same'` padding and a stride above 1, since
 * such padding depends on the size; where it is given, layers that do not fit are refused
 * @returns the field of the last layer's pixels, and of each layer's
 * @throws SepconvError `ERR_OPTION`, `ERR_PADDING`, `ERR_SHAPE`
 * @see Dumoulin & Visin, A guide to convolution arithmetic for deep learning, 2016; Araujo et al., Computing receptive
 * fields of convolutional neural networks, 2019
 * @example
 * receptiveField([{ kernelSize: 3, strides: 2, padding: 1 }, { kernelSize: 3 }]).size; // [7, 7]
 */
export function receptiveField(layers: readonly ReceptiveLayer[], inputSize?: Pair): ReceptiveFields {
  if (!Array.isArray(layers)) {
    throw invalid('ERR_OPTION', 'layers', 'a list of layers { kernelSize, … }', layers, 'put one layer in a list');
  }
  let size: ImageSize | undefined;
  if (inputSize !== undefined) {
    const [height, width] = readPair('inputSize', inputSize, 1, 'ERR_SHAPE');
    size = { batch: 1, height, width, channels: 1 };
  }
  let field = ownPixel;
  const fields: ReceptiveField[] = [];
  for (const layer of layers as readonly ReceptiveLayer[]) {
    const window = readLayer(layer, fields.length);
    const geometry = size && windowGeometry(window, size);
    const before = geometry ? [geometry.paddingTop, geometry.paddingLeft] : leadingPadding(window, fields.length);
    size = geometry && { batch: 1, height: geometry.outputHeight, width: geometry.outputWidth, channels: 1 };
    field = through(window, before, field);
    fields.push(field);
  }
  return { ...field, layers: fields };
}

function readLayer(layer: ReceptiveLayer, index: number): Window {
  const argument = `layers[${index}]`;
  if (layer === undefined) throw invalid('ERR_OPTION', argument, 'a layer { kernelSize, … }', layer, 'give its size');
  checkOptions(layer, ['kernelSize', 'strides', 'padding', 'dilations']);
  const [height, width] = readPair(`${argument}.kernelSize`, layer.kernelSize, 1, 'ERR_OPTION');
  return readWindow(layer, height, width);
}

/** Rows and columns of padding before the first pixel, of a layer whose input's size is not known. */
function leadingPadding(window: Window, index: number): number[] {
  const { padding, strideHeight, strideWidth } = window;
  if (typeof padding !== 'string') return [padding.top, padding.left];
  if (strideHeight > 1 || strideWidth > 1) {
    const expected = `[height, width], since layers[${index}] has padding '${padding}' and a stride above 1`;
    throw invalid('ERR_OPTION', 'inputSize', expected, undefined, 'give the size of the input, or padding in pixels');
  }
  const { paddingTop, paddingLeft } = windowGeometry(window, { batch: 1, height: 1, width: 1, channels: 1 });
  return [paddingTop, paddingLeft];
}

/** What a pixel sees through one more layer. */
function through(window: Window, before: readonly number[], { size, jump, start }: ReceptiveField): ReceptiveField {
  const reach = [(window.filterHeight - 1) * window.dilationHeight, (window.filterWidth - 1) * window.dilationWidth];
  const strides = [window.strideHeight, window.strideWidth];
  const grown = (axis: 0 | 1) => size[axis] + reach[axis] * jump[axis];
  const moved = (axis: 0 | 1) => start[axis] + (reach[axis] / 2 - before[axis]) * jump[axis];
  return {
    size: [grown(0), grown(1)],
    jump: [jump[0] * strides[0], jump[1] * strides[1]],
    start: [moved(0), moved(1)],
  };
}
