// The public functions. They run on the kernels of the default runtime.
export { activate, activateAsync, add, addAsync, prepareActivate, prepareAdd } from './activation.js';
export { conv2d, conv2dAsync, prepareConv2d } from './conv2d.js';
export { depthwiseConv2d, depthwiseConv2dAsync, prepareDepthwiseConv2d } from './depthwise.js';
export {
  globalAvgPool2d,
  globalAvgPool2dAsync,
  globalMaxPool2d,
  globalMaxPool2dAsync,
  prepareGlobalAvgPool2d,
  prepareGlobalMaxPool2d,
} from './global-pooling.js';
export { pointwiseConv2d, pointwiseConv2dAsync, preparePointwiseConv2d } from './pointwise.js';
export { avgPool2d, avgPool2dAsync, maxPool2d, maxPool2dAsync, prepareAvgPool2d, prepareMaxPool2d } from './pooling.js';
export { prepareSepFilter2d, sepFilter2d, sepFilter2dAsync } from './sep-filter.js';
export { prepareSeparableConv2d, separableConv2d, separableConv2dAsync } from './separable.js';
export { convTranspose2d, convTranspose2dAsync, prepareConvTranspose2d } from './transposed.js';
