// Cases with enough work to be started rather than done at once, of every op.
import type { OperationName } from '../../src/ops/index.js';
import type { Case } from './cases.js';

export const opCases: readonly { readonly name: OperationName; readonly about: Case }[] = [
  { name: 'depthwiseConv2d', about: { image: [2, 61, 67, 17], options: { padding: 'same' }, residual: true } },
  { name: 'depthwiseConv2d', about: { image: [2, 61, 67, 18], layout: 'NCHW', options: { padding: 'same' } } },
  { name: 'depthwiseConv2d', about: { image: [2, 61, 68, 17], options: { padding: 'same', border: 'reflect' } } },
  { name: 'pointwiseConv2d', about: { image: [2, 33, 31, 29], outputs: 37, bias: true } },
  { name: 'separableConv2d', about: { image: [1, 37, 35, 33], outputs: 31, options: { padding: 'same' } } },
  {
    name: 'separableConv2d',
    about: {
      image: [1, 37, 36, 33],
      outputs: 31,
      layout: 'NCHW',
      options: { padding: 2, border: 'wrap' },
      residual: true,
    },
  },
  { name: 'conv2d', about: { image: [1, 27, 29, 13], outputs: 15, options: { strides: 1 } } },
  { name: 'convTranspose2d', about: { image: [1, 21, 23, 12], outputs: 14, layout: 'NCHW', residual: true } },
  { name: 'maxPool2d', about: { image: [3, 101, 103, 21], options: { strides: 1 } } },
  { name: 'avgPool2d', about: { image: [3, 71, 73, 21], options: { strides: 1 }, layout: 'NCHW' } },
  { name: 'globalMaxPool2d', about: { image: [2, 301, 303, 11] } },
  { name: 'globalAvgPool2d', about: { image: [2, 301, 303, 12], layout: 'NCHW' } },
  { name: 'activate', about: { image: [2, 201, 203, 13], options: { activation: 'gelu' } } },
  { name: 'add', about: { image: [2, 201, 203, 14], options: { activation: 'relu' } } },
  { name: 'sepFilter2d', about: { image: [1, 203, 201, 3], dtype: 'uint8' } },
];
