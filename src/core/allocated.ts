// Tensors in a backend's own memory: the only ones there are to dispose.
import { invalid, type SepconvError } from './errors.js';
import type { Memory } from './kernels.js';
import type { Shape, Tensor, TensorData } from './tensor.js';

/**
 * A tensor in the memory of a runtime, of zeros at first; `runtime.allocate` makes it. The WASM kernels read and write it
 * where it stands, so that a chain of layers copies only at its ends. For the native ones its data begins on a cache line
 * (64 bytes), somewhere in a buffer that is a little larger. On the reference it is a plain tensor that can be disposed.
 * Another runtime takes it as it takes any tensor. One that is dropped is freed with the garbage, in its time.
 */
export class AllocatedTensor<D extends TensorData = Float32Array> implements Tensor<D> {
  readonly shape: Shape;
  #memory: Memory | undefined;

  /** @internal Made by `runtime.allocate`. */
  constructor(memory: Memory, shape: Shape) {
    this.#memory = memory;
    this.shape = shape;
  }

  /**
   * The values. On WASM a view of the kernels' memory, which every growth of that memory detaches: ask again after any
   * call that may grow it, such as `allocate`, `prepare…` or a run on a new size. An old view has no elements, and a tensor
   * made of it is refused with `ERR_BUFFER`. No view may be used once the tensor is disposed, and none but this one
   * keeps it from being freed when it is dropped. The buffer may be larger, and the values begin anywhere in it.
   *
   * @throws SepconvError `ERR_DISPOSED`
   */
  get data(): D {
    if (this.#memory === undefined) throw disposedError('tensor');
    return this.#memory.data as D;
  }

  /** Frees the memory; any later use throws `ERR_DISPOSED`. */
  [Symbol.dispose](): void {
    this.#memory?.free();
    this.#memory = undefined;
  }

  /** @internal Whether a value is such a tensor and disposed. */
  static isDisposed(value: object): boolean {
    return #memory in value && value.#memory === undefined;
  }
}

export function disposedError(argument: string): SepconvError {
  return invalid('ERR_DISPOSED', argument, 'a tensor in use', 'a disposed one', 'allocate a new one');
}
