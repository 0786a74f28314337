// Tensors are plain data: a typed array and its shape. Nothing to dispose but what a runtime allocates.
import { AllocatedTensor, disposedError } from './allocated.js';
import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  lengthOf,
  mayBeOneMemory,
  plainArray,
  typedArrayName,
} from './arrays.js';
import { invalid, SepconvError } from './errors.js';
import type { Memory } from './kernels.js';
import type { Dtype } from './params.js';

export type TensorData = Float32Array | Uint8Array;
export type ArrayType = 'Float32Array' | 'Uint8Array';
export type Shape = readonly number[];

export interface Tensor<D extends TensorData = Float32Array> {
  readonly data: D;
  readonly shape: Shape;
}

/** The array of each element type. */
export const arrayTypes: Readonly<Record<Dtype, ArrayType>> = { float32: 'Float32Array', uint8: 'Uint8Array' };

/** Positions, sizes and offsets are int32 in every kernel. */
export const maxInt32 = 2 ** 31 - 1;

/**
 * Pairs data with its shape, after checking that they fit each other. The data is not copied.
 *
 * @param data a Float32Array, or a Uint8Array for images
 * @param shape positive integers, the slowest axis first (`[n, h, w, c]` for NHWC images); the first one may be 0
 * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`, `ERR_BUFFER`
 */
export function tensor<D extends TensorData>(data: D, shape: Shape): Tensor<D> {
  const checked: Tensor<D> = { data, shape: Object.freeze([...checkShape('shape', shape)]) };
  checkData('data', data, sizeOf(checked.shape), typedArrayName(data) === 'Uint8Array' ? 'Uint8Array' : 'Float32Array');
  return checked;
}

/** The number of elements of a checked shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis];
  return size;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Checks that `shape` is an array of integers ≥ 1 (the first ≥ 0) whose product is an int32. */
export function checkShape(argument: string, shape: unknown, rank?: number): Shape {
  const axes = rank === undefined ? 'a list of sizes' : `${rank} sizes`;
  if (!Array.isArray(shape) || (rank !== undefined && shape.length !== rank)) {
    const fix = rank === 4 ? 'add or remove axes (a batch of one is [1, …])' : 'give its sizes';
    throw invalid('ERR_SHAPE', argument, axes, shape, fix);
  }
  let largest = 1;
  // By index, since the methods of arrays pass over the holes of a sparse one.
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] > largest) largest = shape[axis];
    if (!Number.isInteger(shape[axis]) || shape[axis] < (axis === 0 ? 0 : 1)) {
      const expected = `${axes}, integers of at least 1 (the first may be 0)`;
      throw invalid('ERR_SHAPE', argument, expected, shape, 'give whole positive sizes');
    }
  }
  if (largest > maxInt32 || sizeOf(shape) > maxInt32) {
    throw invalid('ERR_SHAPE', argument, `at most ${maxInt32} elements`, shape, 'split the batch or the image');
  }
  return shape;
}

/** Checks that an argument is a tensor of this type and rank whose buffer is attached and long enough; reads it once. */
export function checkTensor<D extends TensorData>(
  argument: string,
  value: unknown,
  type: ArrayType,
  rank?: number,
): Tensor<D> {
  const shape = shapeOf(argument, value, rank);
  return { data: dataOf(argument, value as Tensor<D>, sizeOf(shape), type), shape };
}

/** The checked shape of what should be a tensor; `known`, one that was checked before, where it is equal. */
export function shapeOf(argument: string, value: unknown, rank?: number, known?: Shape): Shape {
  if (typeof value !== 'object' || value === null || !('data' in value) || !('shape' in value)) {
    throw invalid('ERR_SHAPE', argument, 'a tensor { data, shape }', value, 'wrap the array with tensor(data, shape)');
  }
  if (AllocatedTensor.isDisposed(value)) throw disposedError(argument);
  const { shape } = value;
  if (known !== undefined && Array.isArray(shape) && sameShape(known, shape)) return known;
  return checkShape(`${argument}.shape`, shape, rank);
}

/** The data of what is a tensor but for its data, checked; as a plain array, whatever its class. */
export function dataOf<D extends TensorData>(argument: string, value: Tensor<D>, length: number, type: ArrayType): D {
  const { data } = value;
  if (!isFull(data, length, type)) throw wrongData(`${argument}.data`, data, length, type);
  return plainArray(data);
}

/** Checks a typed array's type and its length. */
export function checkData(argument: string, data: unknown, length: number, type: ArrayType): void {
  if (!isFull(data, length, type)) throw wrongData(argument, data, length, type);
}

function isFull(data: unknown, length: number, type: ArrayType): boolean {
  return typedArrayName(data) === type && lengthOf(data) === length;
}

function wrongData(argument: string, data: unknown, length: number, type: ArrayType): SepconvError {
  if (typedArrayName(data) !== type) {
    return invalid('ERR_DTYPE', argument, `a ${type}`, data, `convert it with ${type}.from(…)`);
  }
  const actual = lengthOf(data);
  if (actual === 0) {
    const fix = 'its buffer may have been transferred, shrunk or replaced by growth: keep it while the tensor is used';
    return invalid('ERR_BUFFER', argument, `${length} elements`, data, fix);
  }
  const expected = `${length} elements to fill the shape`;
  return invalid('ERR_SHAPE', argument, expected, `${actual}`, 'make data and shape agree');
}

/**
 * Checks that `out` shares no byte with an array that is read while it is written, unless `inPlace` and all of them.
 *
 * @returns whether the two may be one memory without its showing, so that the result is to be computed apart
 */
export function checkOverlap(out: TensorData, argument: string, read: TensorData, inPlace: boolean): boolean {
  const buffer = bufferOf(out);
  const other = bufferOf(read);
  if (buffer !== other) return mayBeOneMemory(buffer, other);
  const begin = byteOffsetOf(out);
  const first = byteOffsetOf(read);
  if (inPlace && begin === first) return false;
  const apart = begin + byteLengthOf(out) <= first || first + byteLengthOf(read) <= begin;
  if (!apart) {
    const fix = inPlace ? 'give out an array of its own, or exactly that one' : 'give out an array of its own';
    throw invalid('ERR_OVERLAP', 'out', `memory apart from ${argument}`, `bytes shared with ${argument}`, fix);
  }
  return false;
}

/** A zeroed array of so many elements and some to `spare`, or a typed error where the host has no memory for it. */
export function allocate(type: ArrayType, length: number, spare = 0): TensorData {
  try {
    return type === 'Uint8Array' ? new Uint8Array(length + spare) : new Float32Array(length + spare);
  } catch (cause) {
    const message = `could not allocate a ${type} of ${length} elements; use a smaller batch or image`;
    throw new SepconvError('ERR_MEMORY', message, { received: length }, cause);
  }
}

/** An array that is freed with the garbage, for backends that need no memory of their own. */
export function plainMemory(type: ArrayType, length: number): Memory {
  return { data: allocate(type, length), free: () => {} };
}

/** A copy in memory of its own. */
export function copyOf(data: Float32Array): Float32Array {
  const copy = allocate('Float32Array', lengthOf(data)) as Float32Array;
  copy.set(data);
  return copy;
}
