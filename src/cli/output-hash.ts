// The fingerprint by which outputs of different backends, machines and runs are compared.
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { TensorData } from '../core/tensor.js';

/** SHA-256, in hexadecimal, of the values as little-endian bytes, with every NaN written as 0x7fc00000. */
export function outputHash(data: TensorData): string {
  const bytes = data instanceof Uint8Array ? data : float32Bytes(data);
  return createHash('sha256').update(bytes).digest('hex');
}

function float32Bytes(data: Float32Array): Uint8Array {
  const words = new Uint32Array(Float32Array.from(data).buffer);
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i])) words[i] = 0x7fc00000;
  }
  const bytes = Buffer.from(words.buffer);
  return endianness() === 'LE' ? bytes : bytes.swap32();
}
