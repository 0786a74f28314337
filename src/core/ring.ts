// The outputs of a stream, used again and again.
import { AllocatedTensor } from './allocated.js';
import type { TensorData } from './arrays.js';
import type { Kernels } from './kernels.js';
import type { Dtype } from './params.js';
import { type Shape, sameShape } from './shape.js';

export class OutputRing {
  readonly #kernels: Kernels;
  readonly #dtype: Dtype;
  readonly #all = new Set<AllocatedTensor<TensorData>>();
  readonly #free: AllocatedTensor<TensorData>[] = [];

  constructor(kernels: Kernels, dtype: Dtype) {
    this.#kernels = kernels;
    this.#dtype = dtype;
  }

  /** An output of this shape that nobody uses. */
  take(shape: Shape): AllocatedTensor<TensorData> {
    const found = this.#free.findIndex((tensor) => sameShape(tensor.shape, shape));
    if (found >= 0) return this.#free.splice(found, 1)[0];
    // Images of other sizes than before take the place of those.
    const last = this.#free.pop();
    if (last !== undefined) this.#drop(last);
    const memory = this.#kernels.allocate(AllocatedTensor.bytesOf(shape, this.#dtype));
    const tensor = new AllocatedTensor<TensorData>(memory, shape, this.#dtype);
    this.#all.add(tensor);
    return tensor;
  }

  give(tensor: AllocatedTensor<TensorData>): void {
    this.#free.push(tensor);
  }

  dispose(): void {
    for (const tensor of this.#all) this.#drop(tensor);
  }

  #drop(tensor: AllocatedTensor<TensorData>): void {
    this.#all.delete(tensor);
    tensor[Symbol.dispose]();
  }
}
