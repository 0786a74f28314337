// The kernels over a memory that threads share. The code is the same: plain loads and stores may be of either memory, and
// whether it is shared is one flag of the import.
import { SepconvError } from '../../core/errors.js';

const headerBytes = 8;
const importSection = 2;
const memoryKind = 2;
const limitsShared = 2;

/** The module of these bytes, importing a shared memory. */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const shared = new Uint8Array(bytes);
  const reader = new Reader(shared, headerBytes);
  while (reader.byte() !== importSection) reader.skip(reader.unsigned());
  reader.unsigned();
  const imports = reader.unsigned();
  reader.skip(reader.unsigned());
  reader.skip(reader.unsigned());
  if (imports !== 1 || reader.byte() !== memoryKind) {
    throw new SepconvError('ERR_KERNEL', 'kernels.wasm imports something else than its memory; build it again');
  }
  shared[reader.at] |= limitsShared;
  return shared;
}

/** The numbers of a WebAssembly module. */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++];
  }

  /** In LEB128: seven bits a byte, the lowest first. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  skip(bytes: number): void {
    this.at += bytes;
  }
}
