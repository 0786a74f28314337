// The public functions. They run on the kernels of the default runtime.
export { activate, add, prepareActivate, prepareAdd } from './activation.js';
export { conv2d, prepareConv2d } from './conv2d.js';
export { depthwiseConv2d, prepareDepthwiseConv2d } from './depthwise.js';
export { pointwiseConv2d, preparePointwiseConv2d } from './pointwise.js';
export {
  avgPool2d,
  globalAvgPool2d,
  globalMaxPool2d,
  maxPool2d,
  prepareAvgPool2d,
  prepareGlobalAvgPool2d,
  prepareGlobalMaxPool2d,
  prepareMaxPool2d,
} from './pooling.js';
export { prepareSepFilter2d, sepFilter2d } from './sep-filter.js';
export { prepareSeparableConv2d, separableConv2d } from './separable.js';
export { convTranspose2d, prepareConvTranspose2d } from './transposed.js';
