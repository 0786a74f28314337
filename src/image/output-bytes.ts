// What is hashed of an output, the same on every host.
import type { TensorData } from '../core/arrays.js';

const nan = 0x7fc00000;
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The values as little-endian bytes, with every NaN written as 0x7fc00000; a view of them where they are that already. */
export function outputBytes(data: TensorData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (isLittleEndian && !hasNaN(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(data.byteLength);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) view.setUint32(i * 4, nan, true);
    else view.setFloat32(i * 4, data[i], true);
  }
  return bytes;
}

function hasNaN(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return true;
  return false;
}
