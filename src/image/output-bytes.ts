// What is hashed of an output, the same on every host.
import type { TensorData } from '../core/arrays.js';

const nan = 0x7fc00000;

/** The values as little-endian bytes, with every NaN written as 0x7fc00000. */
export function outputBytes(data: TensorData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const words = new Uint32Array(Float32Array.from(data).buffer);
  const bytes = new Uint8Array(words.buffer);
  const view = new DataView(words.buffer);
  for (let i = 0; i < data.length; i++) view.setUint32(i * 4, Number.isNaN(data[i]) ? nan : words[i], true);
  return bytes;
}
