// Memory for the WASM kernels: one WebAssembly.Memory, handed out first-fit from a list of free blocks. The kernels
// allocate nothing, so only this file grows the memory and makes its views anew.
import { arrayClasses, arrayOn, bufferOf, byteLengthOf, byteOffsetOf, type TensorData } from '../../core/arrays.js';
import { SepconvError } from '../../core/errors.js';
import type { Memory, Place } from '../../core/kernels.js';
import type { Dtype } from '../../core/params.js';
import { shortPlace } from '../../core/places.js';

const pageBytes = 2 ** 16;
const initialPages = 16;
const maximumPages = 2 ** 16;
const alignment = 64;

export interface Block {
  /** In bytes, a multiple of 64. */
  readonly address: number;
  readonly bytes: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  /** The whole memory; a call that allocates may replace them, which detaches every view unless it is shared. */
  buffer: ArrayBufferLike;
  floats: Float32Array;
  words: Int32Array;
  bytes: Uint8Array;
  /** Frees the block of what was dropped without being released. Some edge hosts have none. */
  readonly dropped =
    typeof FinalizationRegistry === 'undefined'
      ? undefined
      : new FinalizationRegistry<Block>((block) => {
          this.free(block);
        });
  /** By address; no two touch each other. */
  #free: Block[] = [{ address: 0, bytes: initialPages * pageBytes }];

  /** @param shared whether other threads have this memory too */
  constructor(shared: boolean) {
    this.memory = new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared });
    this.buffer = this.memory.buffer;
    this.floats = new Float32Array(this.buffer);
    this.words = new Int32Array(this.buffer);
    this.bytes = new Uint8Array(this.buffer);
  }

  /** @throws SepconvError `ERR_MEMORY`; nothing has changed then */
  allocate(bytes: number): Block {
    const size = aligned(Math.max(bytes, 1));
    let index = this.#free.findIndex((block) => block.bytes >= size);
    if (index < 0) {
      this.#grow(size);
      index = this.#free.length - 1;
    }
    const { address, bytes: available } = this.#free[index];
    const rest = available - size;
    this.#free.splice(index, 1, ...(rest > 0 ? [{ address: address + size, bytes: rest }] : []));
    return { address, bytes: size };
  }

  /** Where an array stands that is in this memory, else −1. */
  addressOf(place: Memory | TensorData): number {
    if (ArrayBuffer.isView(place)) return bufferOf(place) === this.buffer ? byteOffsetOf(place) : -1;
    return place.buffer === this.buffer ? place.byteOffset : -1;
  }

  /**
   * The same of a place, which must have so many bytes.
   *
   * @throws SepconvError `ERR_BUFFER`
   */
  addressOfPlace({ memory, byteOffset }: Place, bytes: number): number {
    const there = ArrayBuffer.isView(memory) ? byteLengthOf(memory) : memory.bytes;
    if (there < byteOffset + bytes) throw shortPlace();
    const address = this.addressOf(memory);
    return address < 0 ? -1 : address + byteOffset;
  }

  /** So many bytes at an address, as an array. */
  view(address: number, bytes: number, dtype: Dtype): TensorData {
    return arrayOn(this.buffer, address, bytes / arrayClasses[dtype].bytes, dtype);
  }

  /** Copies an array to an address. */
  write(data: TensorData, address: number): void {
    if (data.BYTES_PER_ELEMENT === 1) this.bytes.set(data, address);
    else this.floats.set(data, address / 4);
  }

  free({ address, bytes }: Block): void {
    const found = this.#free.findIndex((block) => block.address > address);
    const index = found < 0 ? this.#free.length : found;
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsAfter = after !== undefined && address + bytes === after.address;
    const begin = joinsBefore ? before.address : address;
    const end = joinsAfter ? after.address + after.bytes : address + bytes;
    const first = joinsBefore ? index - 1 : index;
    this.#free.splice(first, Number(joinsBefore) + Number(joinsAfter), { address: begin, bytes: end - begin });
  }

  /** Grows by half, so that many small steps are rare, or where the host refuses that, by what is needed. */
  #grow(size: number): void {
    const end = this.buffer.byteLength;
    const last = this.#free[this.#free.length - 1];
    const tail = last !== undefined && last.address + last.bytes === end ? last.bytes : 0;
    const needed = Math.ceil((size - tail) / pageBytes);
    const pages = end / pageBytes;
    const added = [Math.max(needed, Math.ceil(pages / 2)), needed].find((delta) => this.#growBy(delta, pages));
    if (added === undefined) {
      const used = end - this.#free.reduce((sum, { bytes }) => sum + bytes, 0);
      const message =
        `the wasm backend could not get ${size} bytes of memory beside the ${used} that its operators and tensors hold; ` +
        'dispose those that are no longer used, or use a smaller batch or image';
      throw new SepconvError('ERR_MEMORY', message, { received: size });
    }
    this.buffer = this.memory.buffer;
    this.floats = new Float32Array(this.buffer);
    this.words = new Int32Array(this.buffer);
    this.bytes = new Uint8Array(this.buffer);
    this.free({ address: end, bytes: added * pageBytes });
  }

  #growBy(delta: number, pages: number): boolean {
    if (pages + delta > maximumPages) return false;
    try {
      this.memory.grow(delta);
      return true;
    } catch {
      return false;
    }
  }
}

/** A block with a count of those who need it. One that is dropped is freed with the garbage. */
export class WasmMemory implements Memory {
  readonly bytes: number;
  readonly byteOffset: number;
  readonly #heap: Heap;
  readonly #block: Block;
  #count = 1;

  /** What it holds is not cleared. */
  constructor(heap: Heap, bytes: number) {
    this.bytes = bytes;
    this.#heap = heap;
    this.#block = heap.allocate(bytes);
    this.byteOffset = this.#block.address;
    heap.dropped?.register(this, this.#block, this);
  }

  get buffer(): ArrayBufferLike {
    return this.#heap.buffer;
  }

  retain(): void {
    this.#count++;
  }

  release(): void {
    if (--this.#count > 0) return;
    this.#heap.dropped?.unregister(this);
    this.#heap.free(this.#block);
  }
}

/** One block that every call has for itself while it runs; it grows to the largest request. */
export class Arena {
  readonly #heap: Heap;
  #block: Block | undefined;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /**
   * The address of so many bytes, valid until the next call.
   *
   * @throws SepconvError `ERR_MEMORY`
   */
  reserve(bytes: number): number {
    if (this.#block === undefined || this.#block.bytes < bytes) {
      if (this.#block !== undefined) this.#heap.free(this.#block);
      this.#block = undefined;
      this.#block = this.#heap.allocate(bytes);
    }
    return this.#block.address;
  }
}

/** Where parts of these sizes stand in one block, each aligned. */
export function sideBySide(sizes: readonly number[]): { readonly offsets: number[]; readonly bytes: number } {
  let bytes = 0;
  const offsets = sizes.map((size) => {
    const offset = bytes;
    bytes += aligned(size);
    return offset;
  });
  return { offsets, bytes };
}

export function aligned(bytes: number): number {
  const over = bytes % alignment;
  return over === 0 ? bytes : bytes - over + alignment;
}
