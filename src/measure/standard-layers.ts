// The layers whose geometric means are quoted: MobileNet's, one of EfficientNet, and the cost of a call.
import { depthwise, gaussian, type MeasuredLayer, pointwise, separable } from './layer.js';

/** They have the names under which their times are discussed everywhere. */
export const standardLayers: readonly MeasuredLayer[] = [
  depthwise(112, 32),
  depthwise(112, 64, { strides: 2 }),
  depthwise(56, 128),
  depthwise(28, 256),
  depthwise(14, 512),
  depthwise(7, 1024),
  depthwise(28, 120, { kernel: 5 }),
  pointwise(112, 32, 64),
  pointwise(56, 128, 128),
  pointwise(14, 512, 512),
  separable(112, 32, 64),
  separable(56, 128, 128),
  separable(28, 256, 256),
  separable(7, 1024, 1024),
  { ...depthwise(4, 8), name: 'tiny: depthwise 3×3 4²×8' },
  gaussian(9, [1080, 1920], 3, 'float32'),
  gaussian(9, [1080, 1920], 3, 'uint8'),
];
