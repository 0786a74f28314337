// Typed arrays as they are, whatever their own properties, their subclass or their realm say: only intrinsic getters
// are asked. Node's Buffer, for one, is a Uint8Array whose `slice` copies nothing.
import type { TensorData } from './tensor.js';

const prototype = Object.getPrototypeOf(Uint8Array.prototype);

function intrinsic<T>(name: string | symbol): (array: unknown) => T {
  const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return (array) => getter?.call(array);
}

/** The true type of a typed array; `undefined` for other values. */
export const typedArrayName = intrinsic<string | undefined>(Symbol.toStringTag);

export const lengthOf = intrinsic<number>('length');

const bufferOf = intrinsic<ArrayBuffer>('buffer');
const byteOffsetOf = intrinsic<number>('byteOffset');

/** The same memory as an array of this realm without a class or a length of its own. */
export function plainArray<D extends TensorData>(array: D): D {
  const type = typedArrayName(array) === 'Uint8Array' ? Uint8Array : Float32Array;
  if (Object.getPrototypeOf(array) === type.prototype && !Object.hasOwn(array, 'length')) return array;
  return new type(bufferOf(array), byteOffsetOf(array), lengthOf(array)) as D;
}

/** Whether two arrays may be one memory though their buffers are two objects, as clones of a SharedArrayBuffer are. */
export function mayBeOneMemory(a: TensorData, b: TensorData): boolean {
  return a.buffer !== b.buffer && isShared(a.buffer) && isShared(b.buffer);
}

function isShared(buffer: ArrayBufferLike): boolean {
  if (Object.getPrototypeOf(buffer) === ArrayBuffer.prototype) return false;
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
}
