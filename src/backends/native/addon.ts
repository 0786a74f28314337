// What native/addon.cc exports, and the numbers that the two sides share.
import type { TensorData } from '../../core/arrays.js';
import { SepconvError } from '../../core/errors.js';
import { kernelNames } from '../../core/kernel-table.js';
import { paramWords } from '../../core/params.js';

/** A kernel of one instruction set, as the addon's functions take it. */
export type AddonKernel = object;

/** What native/addon.cc exports. */
export interface Addon {
  /** The instruction sets that run on this processor, best first. */
  readonly isas: readonly string[];
  /** Those whose kernels fuse multiplication and addition. */
  readonly fusedIsas: readonly string[];
  /** The processor's family, where what is fastest depends on it. */
  readonly processor: string;
  readonly kernels: readonly string[];
  readonly paramBytes: number;
  readonly planBytes: number;
  /** Bytes of a line of the cache. */
  readonly lineBytes: number;
  /** Threads of the pool, which all environments of the process share, unless a run asks for more. */
  setProcessors(count: number): void;
  /** From the data of an array to where the next line begins: 0 at the beginning of one. */
  bytesToLine(array: TensorData): number;
  kernel(isa: string, name: string): AddonKernel | undefined;
  packedBytes(kernel: AddonKernel, params: Int32Array): number;
  pack(
    kernel: AddonKernel,
    params: Int32Array,
    filters: readonly Float32Array[],
    biases: readonly Float32Array[],
    slopes: readonly Float32Array[],
    packed: ArrayBufferLike,
  ): void;
  /** Fills the buffer of a plan, whose fields from `inputBytes` to `shortParts` are written already. */
  plan(kernel: AddonKernel, packed: ArrayBufferLike, params: Int32Array, plan: ArrayBufferLike): void;
  run(plan: ArrayBufferLike, input: TensorData, output: TensorData, residual: TensorData | undefined): Outcome;
  /**
   * Each list has one of each step; `done` is called on this thread when they are over, with the milliseconds that they
   * waited for a thread.
   */
  start(
    plans: readonly ArrayBufferLike[],
    inputs: readonly TensorData[],
    outputs: readonly TensorData[],
    residuals: readonly (TensorData | undefined)[],
    done: (outcome: Outcome, waited: number) => void,
  ): StartedRun | Outcome;
  /** Ends a run whose `done` was not called yet. */
  cancel(run: StartedRun): void;
  /** Undefined where there is no memory, or the host lets no buffer stand on memory that is not its own. */
  allocate(bytes: number): { readonly buffer: ArrayBuffer; readonly block: object } | undefined;
  /** Gives the bytes back at once, unless the buffer was transferred. */
  free(block: object, buffer: ArrayBuffer): void;
}

/** A run under way. */
export type StartedRun = object;

/** How a run ended. */
export const outcomes = { done: 0, cancelled: 1, outOfMemory: 2, shortPlace: 3 } as const;
export type Outcome = (typeof outcomes)[keyof typeof outcomes];

/** The numbers that native/plan.h begins with, in order. */
export const planFields = {
  units: 0,
  scratchBytes: 1,
  inputBytes: 2,
  outputBytes: 3,
  input: 4,
  output: 7,
  threads: 10,
  parts: 11,
  shortParts: 12,
} as const;

/** @throws SepconvError `ERR_KERNEL` where it was built from other sources */
export function checkAddon(addon: Addon): Addon {
  const missing = kernelNames.filter((name) => !addon.kernels?.includes(name));
  if (missing.length > 0 || addon.kernels.length !== kernelNames.length || addon.paramBytes !== paramWords * 4) {
    throw new SepconvError('ERR_KERNEL', 'the addon was built from another version of the sources; build it again');
  }
  return addon;
}
