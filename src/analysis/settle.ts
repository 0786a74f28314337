// From an op's name and shapes to its params: the op's own checks and shape rules, as a call would apply them.
import { invalid } from '../core/errors.js';
import { imageSize } from '../core/layout.js';
import { checkOptions } from '../core/options.js';
import type { Params } from '../core/params.js';
import { type Op, paramsFor, type Settled } from '../core/settled.js';
import { readShape, type Shape } from '../core/shape.js';
import { type OperationName, type OptionsOf, ops } from '../ops/index.js';

/** The options of an operation, `out` and `residual` apart. */
export type OperationOptions<Name extends OperationName> = OptionsOf[Name];

/** The shape of the filter, a list of two for an operation of two filters, nothing for one without. */
export type FilterShapes = Shape | readonly [Shape, Shape];

/** @internal Settles an op for an input of this shape. */
export function settle<Name extends OperationName>(
  name: Name,
  inputShape: Shape,
  filterShape: FilterShapes | undefined,
  options: OperationOptions<Name> | undefined,
): { readonly settled: Settled; readonly params: readonly Params[] } {
  if (!Object.hasOwn(ops, name)) {
    throw invalid('ERR_OPTION', 'op', `one of ${Object.keys(ops).join(', ')}`, name, 'name one of them');
  }
  const op: Op<never> = ops[name];
  const shapes = readShapes(op.filters, filterShape);
  checkOptions(options, op.options);
  const { layout } = (options ?? {}) as { layout?: unknown };
  const { channels } = imageSize(readShape('inputShape', inputShape, 4), layout === 'NCHW' ? 'NCHW' : 'NHWC');
  const settled = op.settle(shapes, (options ?? {}) as never, channels);
  return { settled, params: paramsFor(settled, inputShape) };
}

function readShapes(names: readonly string[], given: FilterShapes | undefined): readonly Shape[] {
  const isList = Array.isArray(given) && Array.isArray(given[0]);
  const shapes: readonly unknown[] = given === undefined ? [] : isList ? (given as readonly unknown[]) : [given];
  if (shapes.length !== names.length) {
    const expected = ['nothing: it has no filter', 'one shape', `two shapes, of ${names.join(' and ')}`][names.length];
    throw invalid('ERR_SHAPE', 'filterShape', expected, given, 'match the operation');
  }
  return names.map((name, index) => readShape(`${name}.shape`, shapes[index]));
}
