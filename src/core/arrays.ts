// Typed arrays as they are, whatever their own properties, their subclass or their realm say: only intrinsic getters
// are asked. Node's Buffer, for one, is a Uint8Array whose `slice` copies nothing.
import { SepconvError } from './errors.js';
import type { Dtype } from './params.js';

export type TensorData = Float32Array | Uint8Array;

interface ArrayClass {
  readonly array: 'Float32Array' | 'Uint8Array';
  readonly bytes: number;
}

/** The array of each type of element, and the bytes of one. */
export const arrayClasses: Readonly<Record<Dtype, ArrayClass>> = {
  float32: { array: 'Float32Array', bytes: 4 },
  uint8: { array: 'Uint8Array', bytes: 1 },
};

const prototype = Object.getPrototypeOf(Uint8Array.prototype);

function intrinsic(name: string | symbol): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as () => unknown;
}

const nameGetter = intrinsic(Symbol.toStringTag);
const lengthGetter = intrinsic('length');
const bufferGetter = intrinsic('buffer');
const byteOffsetGetter = intrinsic('byteOffset');
const byteLengthGetter = intrinsic('byteLength');

// Each is a function of its own, which engines compile to a load: these are asked at every run.

/** The true type of a typed array; `undefined` for other values. */
export function typedArrayName(array: unknown): string | undefined {
  return nameGetter.call(array) as string | undefined;
}

export function lengthOf(array: unknown): number {
  return lengthGetter.call(array) as number;
}

export function bufferOf(array: unknown): ArrayBufferLike {
  return bufferGetter.call(array) as ArrayBufferLike;
}

export function byteOffsetOf(array: unknown): number {
  return byteOffsetGetter.call(array) as number;
}

export function byteLengthOf(array: unknown): number {
  return byteLengthGetter.call(array) as number;
}

const sharedLengthGetter =
  typeof SharedArrayBuffer === 'undefined'
    ? undefined
    : (Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength')?.get as () => number);

/** Whether a buffer is memory that nobody can transfer. What it says of itself does not count. */
export function isShared(buffer: ArrayBufferLike): boolean {
  if (sharedLengthGetter === undefined || Object.getPrototypeOf(buffer) === ArrayBuffer.prototype) return false;
  try {
    sharedLengthGetter.call(buffer);
    return true;
  } catch {
    return false;
  }
}

/** The type of element of an array of ours; `undefined` for other values. */
export function dtypeOf(array: unknown): Dtype | undefined {
  const name = typedArrayName(array);
  return name === 'Float32Array' ? 'float32' : name === 'Uint8Array' ? 'uint8' : undefined;
}

/** The same memory as an array of this realm without a class or a length of its own. */
export function plainArray<D extends TensorData>(array: D): D {
  const type = typedArrayName(array) === 'Uint8Array' ? Uint8Array : Float32Array;
  if (Object.getPrototypeOf(array) === type.prototype && !Object.hasOwn(array, 'length')) return array;
  return arrayOn(bufferOf(array), byteOffsetOf(array), lengthOf(array), dtypeOf(array) as Dtype) as D;
}

/** The elements of a buffer from a byte on. */
export function arrayOn(buffer: ArrayBufferLike, byteOffset: number, length: number, dtype: Dtype): TensorData {
  return dtype === 'uint8'
    ? new Uint8Array(buffer as ArrayBuffer, byteOffset, length)
    : new Float32Array(buffer as ArrayBuffer, byteOffset, length);
}

/** A zeroed array of so many elements, or a typed error where the host has no memory for it. */
export function allocate(dtype: 'float32', length: number): Float32Array;
export function allocate(dtype: Dtype, length: number): TensorData;
export function allocate(dtype: Dtype, length: number): TensorData {
  try {
    return dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  } catch (cause) {
    throw outOfMemory(`a ${arrayClasses[dtype].array} of ${length} elements`, length, cause);
  }
}

/** A buffer of zeros, or a typed error where the host has no memory for `what` it is. */
export function allocateBytes(bytes: number, what: string): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch (cause) {
    throw outOfMemory(`${bytes} bytes for ${what}`, bytes, cause);
  }
}

/** A copy in memory of its own. */
export function copyOf(data: Float32Array): Float32Array {
  const copy = allocate('float32', lengthOf(data));
  copy.set(data);
  return copy;
}

/** The error for what the host has no memory for. */
export function outOfMemory(what: string, received: number, cause?: unknown): SepconvError {
  return new SepconvError(
    'ERR_MEMORY',
    `could not allocate ${what}; use a smaller batch or image, or dispose what is no longer used`,
    { received },
    cause,
  );
}
