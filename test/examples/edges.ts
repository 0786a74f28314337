// What `sepconv photo.png --kernel sobel-x --border reflect --range abs -o edges.png` does, in a program: the same samples.
import { decode, encode } from 'fast-png';
import { depthwiseConv2d } from 'sepconv';
import { fitKernel, fromPixels, kernelPreset, type Samples, toPixels } from 'sepconv/image';

/** The vertical edges of a picture, PNG of 8 bits without transparency. */
export function edgesOf(png: Uint8Array): Uint8Array {
  const { width, height, channels, data } = decode(png);
  const image = fromPixels(data as Samples, [height, width, channels]);
  const filter = fitKernel(kernelPreset('sobel-x'), channels);
  const edges = depthwiseConv2d(image, filter, { padding: 'same', border: 'reflect' });
  return encode({ width, height, channels, data: toPixels(edges.data, { range: 'abs' }) });
}
