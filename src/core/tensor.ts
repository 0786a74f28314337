// Tensors are plain data: a typed array and its shape. Nothing to dispose but what a runtime allocates.
import { AllocatedTensor, disposedError, isThere } from './allocated.js';
import { arrayClasses, dtypeOf, lengthOf, plainArray, type TensorData, typedArrayName } from './arrays.js';
import { invalid } from './errors.js';
import type { Memory } from './kernels.js';
import type { Dtype } from './params.js';
import { readShape, type Shape, sizeOf } from './shape.js';

export interface Tensor<D extends TensorData = Float32Array> {
  readonly data: D;
  readonly shape: Shape;
  /** The type of its elements; the array's own unless it is given. */
  readonly dtype?: Dtype | undefined;
}

/**
 * Pairs data with its shape, after checking that they fit each other. The data is not copied.
 *
 * @param data a Float32Array, or a Uint8Array for images
 * @param shape positive integers, the slowest axis first (`[n, h, w, c]` for NHWC images); the first one may be 0
 * @returns the data and a frozen copy of the shape
 * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`, `ERR_BUFFER`
 * @example
 * const image = tensor(new Float32Array(1 * 224 * 224 * 3), [1, 224, 224, 3]);
 */
export function tensor<D extends TensorData>(data: D, shape: Shape): Tensor<D> {
  const sizes = readShape('shape', shape);
  checkData('data', data, sizeOf(sizes), eitherType('data', data));
  return { data, shape: sizes };
}

// What a caller gives may answer otherwise the next time, or do anything at all while it answers: getters and proxies
// are the caller's code. So all of a call's arguments are read first, each property once; then they are checked, and from
// then on nothing of the caller's runs.

/** Reads the shape of what should be a tensor; `known`, one that was read before, where it is equal. */
export function readTensorShape(argument: string, value: unknown, rank?: number, known?: Shape): Shape {
  if (typeof value !== 'object' || value === null || !('data' in value) || !('shape' in value)) {
    throw invalid('ERR_SHAPE', argument, 'a tensor { data, shape }', value, 'wrap the array with tensor(data, shape)');
  }
  return readShape(argument, value.shape, rank, known, '.shape');
}

/** Reads the data of a tensor, to be checked by `placeOf` or `arrayOf`: an allocated tensor is its own. */
export function readTensorData(argument: string, value: object): unknown {
  if (AllocatedTensor.is(value)) return value;
  const { data, dtype } = value as Partial<Tensor>;
  const own = dtypeOf(data);
  if (dtype !== undefined && own !== undefined && dtype !== own) {
    throw invalid('ERR_DTYPE', `${argument}.dtype`, `'${own}', the type of its array`, dtype, 'leave it out');
  }
  return data;
}

/** Reads the type of element of what should be a tensor of either type. */
export function readDtype(argument: string, value: unknown): Dtype {
  readTensorShape(argument, value);
  const data = readTensorData(argument, value as object);
  return AllocatedTensor.is(data) ? data.dtype : eitherType(`${argument}.data`, data);
}

function eitherType(argument: string, data: unknown): Dtype {
  const dtype = dtypeOf(data);
  if (dtype !== undefined) return dtype;
  const fix =
    typedArrayName(data) === 'Uint8ClampedArray'
      ? 'give new Uint8Array(data.buffer, data.byteOffset, data.length), which is the same memory'
      : 'convert it with Float32Array.from(…)';
  throw invalid('ERR_DTYPE', argument, 'a Float32Array or a Uint8Array', data, fix);
}

/** @internal Checks what `readTensorData` gave: the memory of an allocated tensor, or a plain array, whatever its class. */
export function placeOf(argument: string, data: unknown, length: number, dtype: Dtype): Memory | TensorData {
  if (!AllocatedTensor.is(data)) return arrayOf(argument, data, length, dtype);
  const memory = AllocatedTensor.memoryOf(data);
  if (memory === undefined) throw disposedError(argument);
  if (!isThere(memory)) throw wrongData(`${argument}.data`, data.data, length, dtype);
  if (data.dtype !== dtype) throw wrongType(`${argument}.data`, data.data, dtype);
  return memory;
}

/** The same as an array. */
export function arrayOf(argument: string, data: unknown, length: number, dtype: Dtype): TensorData {
  if (AllocatedTensor.is(data)) {
    if (AllocatedTensor.memoryOf(data) === undefined) throw disposedError(argument);
    return arrayOf(argument, data.data, length, dtype);
  }
  if (!isFull(data, length, dtype)) throw wrongData(`${argument}.data`, data, length, dtype);
  return plainArray(data as TensorData);
}

/** Reads and checks a tensor of this type and rank. */
export function checkTensor<D extends TensorData>(
  argument: string,
  value: unknown,
  dtype: Dtype,
  rank?: number,
): Tensor<D> {
  const shape = readTensorShape(argument, value, rank);
  const data = readTensorData(argument, value as object);
  return { data: arrayOf(argument, data, sizeOf(shape), dtype) as D, shape };
}

/** Checks a typed array's type and its length. */
export function checkData(argument: string, data: unknown, length: number, dtype: Dtype): void {
  if (!isFull(data, length, dtype)) throw wrongData(argument, data, length, dtype);
}

function isFull(data: unknown, length: number, dtype: Dtype): boolean {
  return dtypeOf(data) === dtype && lengthOf(data) === length;
}

function wrongData(argument: string, data: unknown, length: number, dtype: Dtype): Error {
  if (dtypeOf(data) !== dtype) return wrongType(argument, data, dtype);
  const actual = lengthOf(data);
  if (actual === 0) {
    const fix = 'its buffer may have been transferred, shrunk or replaced by growth: keep it while the tensor is used';
    return invalid('ERR_BUFFER', argument, `${length} elements`, data, fix);
  }
  const expected = `${length} elements to fill the shape`;
  return invalid('ERR_SHAPE', argument, expected, `${actual}`, 'make data and shape agree');
}

function wrongType(argument: string, data: unknown, dtype: Dtype): Error {
  const { array } = arrayClasses[dtype];
  return invalid('ERR_DTYPE', argument, `a ${array}`, data, `convert it with ${array}.from(…)`);
}
