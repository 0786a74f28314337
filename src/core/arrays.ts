// Typed arrays as they are, whatever their own properties, their subclass or their realm say: only intrinsic getters
// are asked. Node's Buffer, for one, is a Uint8Array whose `slice` copies nothing.
import type { TensorData } from './tensor.js';

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

/** The same memory as an array of this realm without a class or a length of its own. */
export function plainArray<D extends TensorData>(array: D): D {
  const type = typedArrayName(array) === 'Uint8Array' ? Uint8Array : Float32Array;
  if (Object.getPrototypeOf(array) === type.prototype && !Object.hasOwn(array, 'length')) return array;
  return new type(bufferOf(array) as ArrayBuffer, byteOffsetOf(array), lengthOf(array)) as TensorData as D;
}

/** Whether two buffers may be one memory though they are two objects, as clones of a SharedArrayBuffer are. */
export function mayBeOneMemory(a: ArrayBufferLike, b: ArrayBufferLike): boolean {
  return a !== b && isShared(a) && isShared(b);
}

function isShared(buffer: ArrayBufferLike): boolean {
  if (Object.getPrototypeOf(buffer) === ArrayBuffer.prototype) return false;
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
}
