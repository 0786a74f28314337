// What the places of a run must hold.
import { arrayClasses, arrayOn, byteLengthOf, dtypeOf, type TensorData } from './arrays.js';
import { SepconvError } from './errors.js';
import type { Memory, Place, Step } from './kernels.js';
import { type ImageSize, inputSize, outputSize } from './layout.js';
import { type Dtype, dtypes, type Params } from './params.js';

/** Bytes of a run's input and of its output, which a residual is like. */
export interface ByteExtents {
  readonly inputBytes: number;
  readonly outputBytes: number;
}

export function byteExtentsOf(params: readonly Params[]): ByteExtents {
  const first = params[0];
  const last = params[params.length - 1];
  return {
    inputBytes: elementsIn(inputSize(first)) * arrayClasses[dtypes[first.inputType]].bytes,
    outputBytes: elementsIn(outputSize(last)) * arrayClasses[dtypes[last.outputType]].bytes,
  };
}

function elementsIn({ batch, height, width, channels }: ImageSize): number {
  return batch * height * width * channels;
}

/** Multiply-adds of a run, those of its taps in the padding among them. */
export function workOf(params: readonly Params[]): number {
  let work = 0;
  for (const p of params) work += elementsIn(outputSize(p)) * p.products;
  return work;
}

/** The first elements of a memory, or an array as it is. */
export function elementsOf(memory: Memory | TensorData, length: number, dtype: Dtype): TensorData {
  return ArrayBuffer.isView(memory) ? memory : arrayOn(memory.buffer, memory.byteOffset, length, dtype);
}

/** The views that were made last, so that a run after another makes none. */
const lastViews = new WeakMap<Memory, TensorData>();

/**
 * So many bytes at a place, as an array of their type.
 *
 * @throws SepconvError `ERR_BUFFER` where there are not so many
 */
export function arrayAt({ memory, byteOffset }: Place, bytes: number, dtype: Dtype): TensorData {
  const isArray = ArrayBuffer.isView(memory);
  const there = isArray ? byteLengthOf(memory) : memory.bytes;
  if (there < byteOffset + bytes) throw shortPlace();
  if (isArray && byteOffset === 0 && there === bytes && dtypeOf(memory) === dtype) return memory;
  const at = memory.byteOffset + byteOffset;
  const last = isArray ? undefined : lastViews.get(memory);
  const isSame = last?.buffer === memory.buffer && last.byteOffset === at && last.byteLength === bytes;
  if (last !== undefined && isSame && dtypeOf(last) === dtype) return last;
  const view = arrayOn(memory.buffer, at, bytes / arrayClasses[dtype].bytes, dtype);
  if (!isArray) lastViews.set(memory, view);
  return view;
}

export function shortPlace(): SepconvError {
  const message = 'a tensor has become shorter than its shape: keep its buffer while it is used';
  return new SepconvError('ERR_BUFFER', message);
}

/** Keeps the memory of these steps from being given back, until the function that comes back is called. */
export function holdMemory(steps: readonly Step[]): () => void {
  const places = steps.flatMap(({ input, output, residual }) => [input, output, ...(residual ? [residual] : [])]);
  const held = places.flatMap(({ memory }) => (ArrayBuffer.isView(memory) ? [] : [memory]));
  for (const memory of held) memory.retain();
  return () => {
    for (const memory of held) memory.release();
  };
}
