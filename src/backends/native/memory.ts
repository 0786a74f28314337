// Tensors in memory of the addon's.
import { allocateBytes, byteLengthOf, type TensorData } from '../../core/arrays.js';
import type { Memory, Place } from '../../core/kernels.js';
import { arrayAt } from '../../core/places.js';
import type { Addon } from './addon.js';

/**
 * Begins on a line of the cache. Large arrays of JavaScript begin 16 bytes after one where glibc gives the memory, and
 * then half of the vectors of 32 bytes lie on two lines. A transferred buffer takes the bytes along, and yet they stay
 * where they are while this is reachable.
 */
export class NativeMemory implements Memory {
  readonly bytes: number;
  readonly buffer: ArrayBuffer;
  readonly byteOffset = 0;
  readonly array: Uint8Array;
  readonly #addon: Addon;
  readonly #block: object | undefined;
  #count = 1;

  constructor(addon: Addon, bytes: number) {
    const given = addon.allocate(bytes);
    this.bytes = bytes;
    this.buffer = given?.buffer ?? allocateBytes(bytes, 'a tensor');
    this.array = new Uint8Array(this.buffer);
    this.#addon = addon;
    this.#block = given?.block;
  }

  /** Whether the bytes are the addon's: some hosts let no buffer stand on memory that is not their own. */
  get isFixed(): boolean {
    return this.#block !== undefined;
  }

  retain(): void {
    this.#count++;
  }

  release(): void {
    if (--this.#count === 0 && this.#block !== undefined) this.#addon.free(this.#block, this.buffer);
  }
}

/** What the addon reads or writes at a place. */
export function arrayOf({ memory, byteOffset }: Place): TensorData {
  const array = memory instanceof NativeMemory ? memory.array : memory;
  if (byteOffset === 0 && ArrayBuffer.isView(array)) return array;
  const bytes = ArrayBuffer.isView(memory) ? byteLengthOf(memory) : memory.bytes;
  return arrayAt({ memory, byteOffset }, Math.max(0, bytes - byteOffset), 'uint8');
}
