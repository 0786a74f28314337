// Small tensor tools for laws, written apart from src/core on purpose.
import type { TensorData } from '../../src/core/arrays.js';
import type { Shape } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';

/** A tensor of values given by their place. */
export function generate(shape: Shape, valueAt: (place: number[]) => number): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  return fillByPlace({ data, shape }, valueAt);
}

function fillByPlace<D extends TensorData>(tensor: Tensor<D>, valueAt: (place: number[]) => number): Tensor<D> {
  const { data, shape } = tensor;
  const place = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = valueAt(place);
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis] === shape[axis]; axis--) place[axis] = 0;
  }
  return tensor;
}

/** The element at a place. */
export function at({ data, shape }: Tensor<TensorData>, place: readonly number[]): number {
  return data[place.reduce((index, position, axis) => index * shape[axis] + position, 0)];
}

/** The tensor with its axes in another order: axis i of the result is axis `order[i]` of the source. */
export function reorder<D extends TensorData>(source: Tensor<D>, order: readonly number[]): Tensor<D> {
  const shape = order.map((axis) => source.shape[axis]);
  return fillByPlace({ data: source.data.slice() as D, shape }, (place) => {
    const there: number[] = [];
    order.forEach((axis, i) => {
      there[axis] = place[i];
    });
    return at(source, there);
  });
}

/** Image `n` of a batch. */
export function imageOf<D extends TensorData>({ data, shape: [, ...rest] }: Tensor<D>, n: number): Tensor<D> {
  const length = rest.reduce((a, b) => a * b, 1);
  return { data: data.subarray(n * length, (n + 1) * length) as D, shape: [1, ...rest] };
}

/** The channels [begin, end) of an NHWC image, or of any tensor whose last axis they are. */
export function channelsOf(source: Tensor<TensorData>, begin: number, end: number): Tensor {
  const [...rest] = source.shape.slice(0, -1);
  return generate([...rest, end - begin], (place) => at(source, place.with(-1, (place.at(-1) ?? 0) + begin)));
}

export function ones(...shape: number[]): Tensor {
  return generate(shape, () => 1);
}
