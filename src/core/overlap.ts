// What may share memory with what.
import { bufferOf, byteLengthOf, byteOffsetOf, isShared, type TensorData } from './arrays.js';
import { invalid } from './errors.js';
import type { Memory } from './kernels.js';

/**
 * Checks that `out` shares no byte with what is read while it is written, unless `inPlace` and all of them.
 *
 * @returns whether the two may be one memory without its showing, so that the result is to be computed apart
 */
export function checkOverlap(
  out: Memory | TensorData,
  argument: string,
  read: Memory | TensorData,
  inPlace: boolean,
): boolean {
  const buffer = bufferAt(out);
  const other = bufferAt(read);
  // Two objects may stand for one shared memory, as clones of a SharedArrayBuffer do.
  if (buffer !== other) return isShared(buffer) && isShared(other);
  const begin = offsetAt(out);
  const first = offsetAt(read);
  if (inPlace && begin === first) return false;
  const apart = begin + bytesAt(out) <= first || first + bytesAt(read) <= begin;
  if (!apart) {
    const fix = inPlace ? 'give out an array of its own, or exactly that one' : 'give out an array of its own';
    throw invalid('ERR_OVERLAP', 'out', `memory apart from ${argument}`, `bytes shared with ${argument}`, fix);
  }
  return false;
}

function bufferAt(place: Memory | TensorData): ArrayBufferLike {
  return ArrayBuffer.isView(place) ? bufferOf(place) : place.buffer;
}

function offsetAt(place: Memory | TensorData): number {
  return ArrayBuffer.isView(place) ? byteOffsetOf(place) : place.byteOffset;
}

function bytesAt(place: Memory | TensorData): number {
  return ArrayBuffer.isView(place) ? byteLengthOf(place) : place.bytes;
}
