// Every layer that is measured, by the kernel that runs it: those of the networks, and shapes that are awkward.

import type { OpName } from '../src/core/kernels.js';
import {
  activation,
  dense,
  depthwise,
  gaussian,
  type MeasuredLayer,
  pointwise,
  pooling,
  separable,
  transposed,
} from '../src/measure/layer.js';
import { standardLayers } from '../src/measure/standard-layers.js';

const standard = (...operations: MeasuredLayer['operation'][]) =>
  standardLayers.filter(({ operation }) => operations.includes(operation));

const fullHd = [1080, 1920] as const;

const layers: Readonly<Record<OpName, readonly MeasuredLayer[]>> = {
  depthwise: [
    ...standard('depthwiseConv2d'),
    // MobileNetV1
    depthwise(56, 128, { strides: 2 }),
    depthwise(28, 256, { strides: 2 }),
    depthwise(14, 512, { strides: 2 }),
    // MobileNetV2
    depthwise(112, 96, { strides: 2 }),
    depthwise(56, 144),
    depthwise(28, 192),
    depthwise(14, 576),
    depthwise(7, 960),
    // Xception
    depthwise(147, 64),
    depthwise(19, 728),
    // EfficientNet-B0
    depthwise(56, 144, { kernel: 5, strides: 2 }),
    depthwise(28, 240, { kernel: 5 }),
    depthwise(14, 480, { kernel: 5 }),
    depthwise(7, 1152, { kernel: 5 }),
    // DeepLab
    depthwise(33, 256, { dilations: 2 }),
    // Awkward
    depthwise(28, 256, { batch: 8 }),
    depthwise([113, 57], 33),
    depthwise(56, 64, { multiplier: 2 }),
    depthwise(28, 96, { kernel: 7 }),
  ],
  pointwise: [
    ...standard('pointwiseConv2d'),
    // MobileNetV1
    pointwise(56, 64, 128),
    pointwise(28, 128, 256),
    pointwise(28, 256, 256),
    pointwise(7, 512, 1024),
    pointwise(7, 1024, 1024),
    // MobileNetV2
    pointwise(112, 16, 96),
    pointwise(56, 144, 24),
    pointwise(14, 64, 384),
    pointwise(7, 320, 1280),
    // Xception
    pointwise(19, 728, 728),
    // Awkward
    pointwise(14, 512, 512, { batch: 8 }),
    pointwise([113, 57], 33, 65),
    { ...pointwise(4, 8, 8), name: 'tiny: pointwise 4² 8→8' },
  ],
  separable: [
    ...standard('separableConv2d'),
    // MobileNetV1
    separable(56, 64, 128, { strides: 2 }),
    separable(14, 512, 512),
    // Xception
    separable(19, 728, 728),
    // Awkward
    separable(28, 256, 256, { batch: 8 }),
    separable([113, 57], 33, 65),
    { ...separable(4, 8, 8), name: 'tiny: separable 4² 8→8' },
  ],
  conv2d: [
    // The first layer of MobileNet; ResNet; ResNeXt
    dense(224, 3, 32, { strides: 2 }),
    dense(224, 3, 64, { kernel: 7, strides: 2 }),
    dense(56, 64, 64),
    dense(14, 256, 256),
    dense(28, 256, 256, { groups: 32 }),
  ],
  transposed: [transposed(28, 64, 32, 4, 2), transposed(56, 32, 16, 2, 2)],
  pooling: [
    pooling('maxPool2d', 112, 64, 3, 2),
    pooling('avgPool2d', 56, 128, 2, 2),
    pooling('globalAvgPool2d', 7, 1024),
  ],
  activation: [
    activation('relu', 56, 128),
    activation('hardSwish', 56, 128),
    activation('sigmoid', 56, 128),
    activation('gelu', 56, 128),
  ],
  sepFilter: [
    ...standard('sepFilter2d'),
    gaussian(9, fullHd, 1, 'float32'),
    gaussian(9, fullHd, 1, 'uint8'),
    gaussian(5, fullHd, 3, 'uint8'),
  ],
};

export const everyLayer: readonly MeasuredLayer[] = Object.values(layers).flat();
