// Results as samples of 8 bits, by the kernels of a backend: the same as `toPixels` gives, in less time.
import type { Operator } from '../core/operator.js';
import type { Tensor } from '../core/tensor.js';
import type { Operations } from '../ops/index.js';
import type { SepFilter2dTypes } from '../ops/sep-filter.js';
import type { Reserve } from './reserve.js';

/** Filters of a single tap, which change nothing, to uint8. */
const rounding = new WeakMap<Operations, Operator<never, 'none'>>();

/** Values rounded to the nearest (ties to even) and saturated, in a tensor of the reserve. */
export function roundedSamples(on: Operations, image: Tensor, reserve: Reserve): Tensor<Uint8Array> {
  const operator = rounding.get(on) ?? prepareRounding(on);
  rounding.set(on, operator);
  const out = reserve.take('uint8', image.shape);
  operator.run(image as Tensor<never>, { out: out as Tensor<never> });
  return out;
}

function prepareRounding(on: Operations): Operator<never, 'none'> {
  const identity = Float32Array.of(1);
  const types: SepFilter2dTypes = { outputDtype: 'uint8' };
  return on.prepareSepFilter2d(identity, identity, types) as Operator<never, 'none'>;
}
