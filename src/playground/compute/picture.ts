// Pixels of a canvas as a picture of the library.
import type { Picture } from '../../image/picture.js';
import { tensor } from './library.js';

/** Three channels, and alpha apart where a pixel is not opaque. */
export function toPicture(rgba: Uint8ClampedArray, height: number, width: number): Picture {
  const pixels = height * width;
  const data = new Float32Array(pixels * 3);
  const alpha = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) data[i * 3 + c] = rgba[i * 4 + c];
    alpha[i] = rgba[i * 4 + 3];
  }
  const isOpaque = alpha.every((value) => value === 255);
  const image = tensor(data, [1, height, width, 3]);
  return { image, alpha: isOpaque ? undefined : alpha, maximum: 255, dtype: 'uint8' };
}
