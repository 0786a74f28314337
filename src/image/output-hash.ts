// The fingerprint by which outputs of different backends, machines and runs are compared.
import { createHash } from 'node:crypto';
import type { TensorData } from '../core/arrays.js';
import { outputBytes } from './output-bytes.js';

/** SHA-256, in hexadecimal, of the values as little-endian bytes, with every NaN written as 0x7fc00000. */
export function outputHash(data: TensorData): string {
  return createHash('sha256').update(outputBytes(data)).digest('hex');
}
