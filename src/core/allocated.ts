// Tensors in a backend's own memory: the only ones there are to dispose.
import { arrayClasses, arrayOn, type TensorData } from './arrays.js';
import { invalid, type SepconvError } from './errors.js';
import type { Memory } from './kernels.js';
import type { Dtype } from './params.js';
import { type Shape, sizeOf } from './shape.js';

/** What keeps the memory behind a view: as long as a caller has the one, the other is not dropped. */
const owners = new WeakMap<TensorData, Memory>();

/**
 * A tensor in the memory of a runtime, of zeros at first; `runtime.allocate` makes it. The WASM kernels read and write it
 * where it stands, so that a chain of layers copies only at its ends. For the native ones its data begins on a cache line
 * (64 bytes). On the reference it is a plain tensor that can be disposed. Another runtime takes it as it takes any tensor.
 * One that is dropped is freed with the garbage, in a later turn of the event loop: a loop without turns disposes of its own.
 */
export class AllocatedTensor<D extends TensorData = Float32Array> {
  readonly shape: Shape;
  readonly dtype: Dtype;
  #memory: Memory | undefined;
  #view: TensorData | undefined;

  /** @internal Made by `runtime.allocate`, with the count of one that the memory was made with. */
  constructor(memory: Memory, shape: Shape, dtype: Dtype) {
    this.#memory = memory;
    this.shape = shape;
    this.dtype = dtype;
  }

  /**
   * The values. On WASM a view of the kernels' memory, which every growth of that memory detaches: ask again after any
   * call that may grow it, such as `allocate`, `prepare…` or a run on a new size. An old view has no elements, and a tensor
   * made of it is refused with `ERR_BUFFER`. No view may be used once the tensor is disposed, and none but this one
   * keeps it from being freed when it is dropped. The values may begin anywhere in the buffer, which may be larger.
   *
   * @throws SepconvError `ERR_DISPOSED`
   */
  get data(): D {
    const memory = this.#memory;
    if (memory === undefined) throw disposedError('tensor');
    let view = this.#view;
    if (view === undefined || view.buffer !== memory.buffer) {
      const length = isThere(memory) ? sizeOf(this.shape) : 0;
      view =
        length === 0
          ? arrayOn(new ArrayBuffer(0), 0, 0, this.dtype)
          : arrayOn(memory.buffer, memory.byteOffset, length, this.dtype);
      owners.set(view, memory);
      this.#view = view;
    }
    return view as D;
  }

  /** Frees the memory, once no run that was started needs it; any later use throws `ERR_DISPOSED`. */
  [Symbol.dispose](): void {
    this.#memory?.release();
    this.#memory = undefined;
    this.#view = undefined;
  }

  /** @internal */
  static is(value: unknown): value is AllocatedTensor<TensorData> {
    return typeof value === 'object' && value !== null && #memory in value;
  }

  /** @internal Undefined once it is disposed. */
  static memoryOf(value: AllocatedTensor<TensorData>): Memory | undefined {
    return value.#memory;
  }

  /** @internal The bytes that a tensor of this shape takes. */
  static bytesOf(shape: Shape, dtype: Dtype): number {
    return sizeOf(shape) * arrayClasses[dtype].bytes;
  }
}

/** @internal Whether a memory's buffer has its bytes: one that was transferred has none. */
export function isThere({ buffer, byteOffset, bytes }: Memory): boolean {
  return buffer.byteLength >= byteOffset + bytes;
}

export function disposedError(argument: string): SepconvError {
  return invalid('ERR_DISPOSED', argument, 'a tensor in use', 'a disposed one', 'allocate a new one');
}
