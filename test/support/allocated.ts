// Tensors for tests of memory, plain and in a runtime's own.
import { sizeOf } from '../../src/core/shape.js';
import { type AllocatedTensor, type Runtime, type Tensor, tensor } from '../../src/entries/node.js';

export function ramp(...shape: readonly number[]): Tensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 37) % 101) - 50),
    shape,
  );
}

/** A copy of a tensor in a runtime's memory. */
export function placed(runtime: Runtime, { data, shape }: Tensor): AllocatedTensor {
  const copy = runtime.allocate(shape);
  copy.data.set(data);
  return copy;
}
