// The alpha of a result: never convolved, but carried along from pixel to pixel.
import type { Axes, Axis } from './axis.js';
import type { Alpha } from './picture.js';

/**
 * The alpha under the anchor of each window, tap ⌊(extent − 1) / 2⌋, or of the nearest pixel inside. In an enlarged picture
 * that of the pixel whose anchor falls there, or was the last to do so.
 *
 * @param isLower whether the odd row of padding comes first, and the anchor is the next tap
 */
export function alphaUnderAnchor(
  alpha: Alpha,
  { vertical, horizontal }: Axes,
  isEnlarged: boolean,
  isLower: boolean,
): Alpha {
  const positions = ({ input, output, before, stride, extent }: Axis) =>
    Array.from({ length: output }, (_, i) => {
      const anchor = isLower ? Math.ceil((extent - 1) / 2) : Math.floor((extent - 1) / 2);
      const position = isEnlarged ? Math.floor((i + before - anchor) / stride) : i * stride - before + anchor;
      return Math.max(0, Math.min(input - 1, position));
    });
  const columns = positions(horizontal);
  const size = vertical.output * horizontal.output;
  const picked = alpha instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size);
  let written = 0;
  for (const y of positions(vertical)) {
    for (const x of columns) picked[written++] = alpha[y * horizontal.input + x];
  }
  return picked;
}
