// The stem of an op's files in every layer: its name, in small letters with hyphens.
import type { OpName } from '../../src/core/kernels.js';

export function stemOf(op: OpName): string {
  return op.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
