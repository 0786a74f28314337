// All the vectors on one backend, and one fingerprint of what it gave.
import type { TensorData } from '../core/arrays.js';
import type { OperationName, Operations } from '../ops/index.js';
import { runVector, type Vectors } from './vectors.js';

/** What one backend gave for one case: a hash, or why there is none. */
export interface Answer {
  readonly operation: OperationName;
  readonly id: number;
  readonly expected: string;
  readonly received: string;
}

/** Runs every case, in the order of the file. */
export function answersOf(on: Operations, { cases }: Vectors, hash: (data: TensorData) => string): Answer[] {
  return Object.entries(cases).flatMap(([name, vectors]) => {
    const operation = name as OperationName;
    return vectors.map((vector): Answer => {
      const { id, sha256: expected } = vector;
      try {
        return { operation, id, expected, received: hash(runVector(on, operation, vector).data) };
      } catch (error) {
        return { operation, id, expected, received: String(error) };
      }
    });
  });
}
