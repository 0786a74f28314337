import { outputShapeOf } from '../core/settled.js';
import type { Shape } from '../core/shape.js';
import type { OperationName } from '../ops/index.js';
import { type FilterShapes, type OperationOptions, settle } from './settle.js';

/**
 * The shape that an operation would give, from shapes alone: along each axis (N − F + P) / S + 1 rounded down, for a
 * size N, a dilated window F, padding P of both sides together and stride S.
 *
 * @param op the name of the operation's function, such as `'depthwiseConv2d'`
 * @param inputShape [n, h, w, c], or [n, c, h, w] with `layout: 'NCHW'`
 * @param filterShape as the operation takes its filter; a list of two shapes for `separableConv2d` and `sepFilter2d`
 * (there [taps] each); left out for an operation without
 * @param options the operation's own, `out` and `residual` apart
 * @returns the output's shape, in the input's layout
 * @throws SepconvError what the operation would throw
 * @see Dumoulin & Visin, A guide to convolution arithmetic for deep learning, 2016
 * @example
 * outputShape('conv2d', [1, 224, 224, 3], [3, 3, 3, 32], { strides: 2, padding: 'same' }); // [1, 112, 112, 32]
 */
export function outputShape<Name extends OperationName>(
  op: Name,
  inputShape: Shape,
  filterShape?: FilterShapes,
  options?: OperationOptions<Name>,
): Shape {
  const { settled, params } = settle(op, inputShape, filterShape, options);
  return outputShapeOf(settled, params);
}
