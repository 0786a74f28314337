// Small tensor tools for laws, written apart from src/core on purpose.
import type { Shape, Tensor } from '../../src/core/tensor.js';

/** A tensor of values given by their place. */
export function generate(shape: Shape, valueAt: (place: number[]) => number): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const place = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = valueAt(place);
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis] === shape[axis]; axis--) place[axis] = 0;
  }
  return { data, shape };
}

/** The element at a place. */
export function at({ data, shape }: Tensor, place: readonly number[]): number {
  return data[place.reduce((index, position, axis) => index * shape[axis] + position, 0)];
}

/** The tensor with its axes in another order: axis i of the result is axis `order[i]` of the source. */
export function reorder(source: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => source.shape[axis]);
  return generate(shape, (place) => {
    const there: number[] = [];
    order.forEach((axis, i) => {
      there[axis] = place[i];
    });
    return at(source, there);
  });
}

/** Image `n` of a batch. */
export function imageOf({ data, shape: [, ...rest] }: Tensor, n: number): Tensor {
  const length = rest.reduce((a, b) => a * b, 1);
  return { data: data.subarray(n * length, (n + 1) * length), shape: [1, ...rest] };
}
