// Runs in every host, bundled to probe.mjs: the conformance vectors on the package that is given.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import vectors from '../../../conformance/vectors-v1.json' with { type: 'json' };
import { answersOf } from '../../../src/conformance/run.js';
import type { Vectors } from '../../../src/conformance/vectors.js';
import type { TensorData } from '../../../src/core/arrays.js';
import { outputBytes } from '../../../src/image/output-bytes.js';
import type { Operations } from '../../../src/ops/index.js';
import type { Runtime } from '../../../src/runtime/runtime.js';

export interface Result {
  /** Of all answers, as `sepconv verify --json` has it. */
  readonly sha256: string;
  readonly backend: string;
  readonly isa: string;
  readonly reasons: readonly string[];
  readonly threads: number;
  /** The version of the vectors. */
  readonly vectors: number;
  /** The cases whose answer is another than the recorded one. */
  readonly different: readonly string[];
}

const hashOf = (data: TensorData) => bytesToHex(sha256(outputBytes(data)));

export function probe(sepconv: Operations & { defaultRuntime(): Runtime }): Result {
  const { backend, isa, reasons, threads } = sepconv.defaultRuntime().info;
  const answers = answersOf(sepconv, vectors as unknown as Vectors, hashOf);
  const different = answers.filter(({ expected, received }) => expected !== received);
  return {
    sha256: bytesToHex(sha256(utf8ToBytes(answers.map(({ received }) => received).join('')))),
    backend,
    isa,
    reasons,
    threads,
    vectors: vectors.version,
    different: different.map(({ operation, id, received }) => `${operation} ${id}: ${received}`),
  };
}
