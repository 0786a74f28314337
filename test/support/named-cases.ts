// The named cases of every operation: each stands on an edge where a kernel could go wrong. A fuzz finding becomes one
// more.
import type { OperationName } from '../../src/ops/index.js';
import type { Case } from './cases.js';
import { conv2d, depthwise, pointwise, separable, transposed } from './named-convolutions.js';
import { averaging, elementwise, globalPooling, pooling, sepFilter } from './named-images.js';

export const namedCases: Record<OperationName, readonly Case[]> = {
  depthwiseConv2d: depthwise,
  pointwiseConv2d: pointwise,
  separableConv2d: separable,
  conv2d,
  convTranspose2d: transposed,
  maxPool2d: pooling,
  avgPool2d: averaging,
  globalMaxPool2d: globalPooling,
  globalAvgPool2d: globalPooling,
  activate: elementwise,
  add: elementwise,
  sepFilter2d: sepFilter,
};

/** A case of each operation with a million output values. */
export const millionValues: Record<OperationName, Case> = {
  depthwiseConv2d: { image: [1, 173, 181, 33], bias: true, options: { padding: 'same', activation: 'relu' } },
  pointwiseConv2d: { image: [1, 119, 127, 19], outputs: 67, bias: true, residual: true },
  separableConv2d: { image: [1, 119, 127, 13], outputs: 67, bias: true, options: { padding: 'same' } },
  conv2d: { image: [1, 119, 127, 6], outputs: 68, bias: true, options: { groups: 2, padding: 'same' } },
  convTranspose2d: { image: [1, 61, 64, 6], outputs: 66, bias: true, options: { strides: 2, padding: 'same' } },
  maxPool2d: { image: [1, 173, 181, 33], options: { strides: 1, padding: 'same' } },
  avgPool2d: { image: [1, 173, 181, 33], options: { strides: 1, padding: 1, countIncludePad: true } },
  globalMaxPool2d: { image: [1000, 1, 2, 1001] },
  globalAvgPool2d: { image: [1000, 1, 2, 1001] },
  activate: { image: [1, 173, 181, 33], options: { activation: 'gelu' } },
  add: { image: [1, 173, 181, 33], options: { activation: 'relu6' } },
  sepFilter2d: { image: [1, 173, 181, 33], kernel: [4, 5] },
};
