// What pictures need around the operations, without codecs and for every host: samples to tensors and back, filters by
// name, borders, .npy.
export type { Sides } from '../core/padding.js';
export { padImage } from './border.js';
export { fitKernel, flip as flipKernel } from './fit.js';
export { gaussianTaps } from './gaussian.js';
export { formatNpy, isNpy, type NpyArray, parseNpy } from './npy.js';
export { fromPixels, type Range, type Samples, type ToPixelsOptions, toPixels } from './pixels.js';
export { kernelPreset, mixPreset } from './presets.js';
