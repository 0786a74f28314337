// What lies beyond the edges of an image.
import type { TensorData } from './arrays.js';
import { invalid } from './errors.js';
import { readName } from './options.js';
import { type Border, borders, layouts, type Params } from './params.js';

export interface BorderOptions {
  /**
   * What the padding holds: `'zero'` (default) nothing, `'replicate'` the nearest pixel, `'reflect'` the image mirrored
   * without its edge pixel, `'wrap'` the image again. All but `'zero'` want a `padding`; one of nothing leaves nothing to fill.
   */
  readonly border?: Border | undefined;
}

/** A border of pixels. */
export type Continuation = Exclude<Border, 'zero'>;

/** @internal The pixel that stands for position i of a line of so many pixels, or −1 for none. */
export const borderPixel: Readonly<Record<Border, (i: number, size: number) => number>> = {
  zero: (i, size) => (i >= 0 && i < size ? i : -1),
  replicate: (i, size) => Math.min(Math.max(i, 0), size - 1),
  reflect(i, size) {
    const period = Math.max(1, 2 * (size - 1));
    const folded = ((i % period) + period) % period;
    return folded < size ? folded : period - folded;
  },
  wrap: (i, size) => ((i % size) + size) % size,
};

/** @internal Reads what the padding holds; undefined where nothing. */
export function readBorder({ border, padding }: BorderOptions & { padding?: unknown }): Continuation | undefined {
  const name = readName('border', border, borders, 'zero');
  if (name === 'zero') return undefined;
  if (padding === undefined) {
    throw invalid('ERR_PADDING', 'padding', 'some for the border to fill', padding, "give 'same', or 'valid' for none");
  }
  return name;
}

/** @internal Images and what is added around them, as params name it. */
export type Bordered = Pick<
  Params,
  | 'batch'
  | 'inputHeight'
  | 'inputWidth'
  | 'inputChannels'
  | 'paddingTop'
  | 'paddingLeft'
  | 'paddingBottom'
  | 'paddingRight'
  | 'layout'
>;

/** @internal Copies images with their padding around them. */
export function copyWithBorder(from: TensorData, to: TensorData, border: Continuation, p: Bordered): void {
  const { inputHeight: height, inputWidth: width } = p;
  const pixelAt = borderPixel[border];
  const depth = layouts[p.layout] === 'NHWC' ? p.inputChannels : 1;
  let written = 0;
  for (let first = 0; written < to.length; first += height) {
    for (let y = -p.paddingTop; y < height + p.paddingBottom; y++) {
      const row = (first + pixelAt(y, height)) * width;
      for (let x = -p.paddingLeft; x < width + p.paddingRight; ) {
        // The image itself in one piece.
        const pixels = x === 0 ? width : 1;
        const at = (row + pixelAt(x, width)) * depth;
        to.set(from.subarray(at, at + pixels * depth), written);
        written += pixels * depth;
        x += pixels;
      }
    }
  }
}

/** @internal The params of every stage on such copies. */
export function onCopies([p, ...others]: readonly Params[]): readonly Params[] {
  const inputHeight = p.paddingTop + p.inputHeight + p.paddingBottom;
  const inputWidth = p.paddingLeft + p.inputWidth + p.paddingRight;
  const copy = { ...p, inputHeight, inputWidth, paddingTop: 0, paddingLeft: 0, paddingBottom: 0, paddingRight: 0 };
  return [copy, ...others];
}
