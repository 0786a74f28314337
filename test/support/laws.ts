// Runs a law on random cases, on every backend.
import fc from 'fast-check';
import { reference } from '../../src/backends/reference/index.js';
import type { OperationName } from '../../src/ops/index.js';
import { everyBackend, type NamedKernels } from './backends.js';
import { type Case, callOf } from './cases.js';
import { runSeed } from './random.js';
import { randomCases } from './random-cases.js';

/** Thread counts share their kernels, which the conformance suite compares; one of each is enough for laws. */
const widest = everyBackend.filter(({ kernels: { backend, threads } }) => backend !== 'native' || threads === 7);

export const lawful: readonly NamedKernels[] = [{ name: 'reference', kernels: reference }, ...widest];

/** Checks a law on random cases of an operation. */
export function law(name: OperationName, holds: (aCase: Case) => void, numRuns = 30): void {
  fc.assert(fc.property(randomCases[name], holds), { numRuns, seed: runSeed });
}

/** A number or [height, width], as both. */
export function both(value: number | readonly [number, number] = 1): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

/** The case in plain terms: NHWC, TensorFlow's filters, no epilogue, and whatever else is named. */
export function plain(aCase: Case, changes: Partial<Case> = {}): Case {
  const { activation, depthwiseActivation, ...options } = aCase.options ?? {};
  const bare = { layout: 'NHWC', filters: 'tensorflow', bias: false, residual: false } as const;
  return { ...aCase, ...bare, ...changes, options: { ...options, ...changes.options } };
}

/** The call of a case in plain terms, and its input and filter. */
export function plainCall(name: OperationName, aCase: Case, changes: Partial<Case> = {}) {
  const call = callOf(name, plain(aCase, changes));
  return { call, input: call.input, filter: call.filters[0], options: call.about.options ?? {} };
}
