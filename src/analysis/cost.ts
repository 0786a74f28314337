import { type Cost, costOf } from '../core/cost.js';
import type { Shape } from '../core/shape.js';
import type { OperationName } from '../ops/index.js';
import { type FilterShapes, type OperationOptions, settle } from './settle.js';

/**
 * What an operation costs, from shapes alone: parameters, multiply-adds, bytes, and how that compares with the standard
 * convolution. `Operator.cost` says the same of a prepared operator.
 *
 * @param op the name of the operation's function, such as `'separableConv2d'`
 * @param inputShape [n, h, w, c], or [n, c, h, w] with `layout: 'NCHW'`
 * @param filterShape as the operation takes its filter; a list of two shapes for `separableConv2d` and `sepFilter2d`
 * (there [taps] each); left out for an operation without
 * @param options the operation's own, `out` and `residual` apart
 * @returns the counts, over the whole batch
 * @throws SepconvError what the operation would throw
 * @see Howard et al., MobileNets, 2017, section 3.1
 * @example
 * const { multiplyAdds, ratio } = cost('separableConv2d', [1, 56, 56, 128], [[3, 3, 128, 1], [128, 128]], { padding: 'same' });
 */
export function cost<Name extends OperationName>(
  op: Name,
  inputShape: Shape,
  filterShape?: FilterShapes,
  options?: OperationOptions<Name>,
): Cost {
  const { settled, params } = settle(op, inputShape, filterShape, options);
  return costOf(settled, params);
}
