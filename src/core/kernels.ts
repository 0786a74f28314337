// The one narrow interface between the operations and the backends: a run is a list of steps, and a step is a value, a
// plan and the places it reads and writes.
import type { TensorData } from './arrays.js';
import type { Config, Params } from './params.js';

/** @internal Every op a backend has a kernel for; the stem of its files in every layer, `sep-filter` for sepFilter. */
export const opNames = [
  'depthwise',
  'pointwise',
  'separable',
  'conv2d',
  'transposed',
  'pooling',
  'activation',
  'sepFilter',
] as const;
/** @internal */
export type OpName = (typeof opNames)[number];

/** The kinds of backend, in the order of preference. */
export const backends = ['native', 'wasm', 'reference'] as const;
export type Backend = (typeof backends)[number];

/** Whether each product is rounded by itself, with the same bits everywhere, or may be fused with its addition. */
export const precisions = ['exact', 'fast'] as const;
export type Precision = (typeof precisions)[number];

/** @internal A backend. What it receives is already checked, shaped and defaulted. */
export interface Kernels {
  readonly backend: Backend;
  readonly isa: string;
  readonly threads: number;
  readonly precision: Precision;
  /** Multiply-adds of a run that is over sooner than it could be handed to other threads, or cut into slices. */
  readonly shortWork: number;
  /** Takes the weights once, packed as this backend likes them, into memory of its own. */
  prepare(op: OpName, stages: readonly Stage[]): Prepared;
  /**
   * So many bytes of zeros that the kernels read and write in place.
   *
   * @throws SepconvError `ERR_MEMORY`
   */
  allocate(bytes: number): Memory;
  /** Whether started steps use this memory where it stands, because nothing can take it from them: it is this backend's. */
  holds(memory: Memory): boolean;
  /**
   * Runs the steps, one after another; each output is written completely, in the layout that the params name.
   *
   * @throws SepconvError `ERR_MEMORY` before the step writes anything, `ERR_BUFFER` where a place is too short
   */
  run(steps: readonly Step[]): void;
  /**
   * Starts the steps, one after another, off the calling thread where the backend has others, else in slices that yield to
   * the event loop within 8 ms. Plans, packed weights and memory that it holds stay until the promise settles; other
   * places are read and written where they stand, and nobody else may have them.
   *
   * @param waited told once, at any time before the end, after how many milliseconds the first unit was begun
   * @returns resolves when all outputs are written; rejects with `signal.reason` when it is aborted, and then nothing is
   * written any more
   * @throws SepconvError (rejects) as `run` does
   */
  start(steps: readonly Step[], signal?: AbortSignal, waited?: Waited): Promise<void>;
}

/** @internal Told how many milliseconds steps have waited. */
export type Waited = (milliseconds: number) => void;

/** @internal One pass of an op with its weights; only fused ops have more than one. */
export interface Stage {
  readonly config: Config;
  /** In the op's canonical order, written in `ops/<stem>.ts`. */
  readonly filter: Float32Array;
  /** One value per output channel, never −0. */
  readonly bias: Float32Array;
  /** What prelu multiplies negative values with, one value per output channel; empty with other activations. */
  readonly slope: Float32Array;
}

/** @internal One operator on one backend: any batch and any image size, again and again. */
export interface Prepared {
  /** What runs of one size have in common; the params are those of every stage. */
  plan(params: readonly Params[]): Plan;
  /** Gives the packed weights back, as soon as no step that uses them is under way. No plan of it may run afterwards. */
  dispose(): void;
}

/** @internal Runs of one size, any number of them at once: a value, never changed. */
export interface Plan {
  readonly params: readonly Params[];
  /** Pieces of work that threads may share out. */
  readonly units: number;
  /** Bytes that each thread needs beside the places. */
  readonly scratchBytes: number;
}

/** @internal */
export interface Step {
  readonly plan: Plan;
  readonly input: Place;
  /** Overlaps nothing that is read, unless the op works in place. */
  readonly output: Place;
  /** Added before the last activation; as large as the output. */
  readonly residual?: Place | undefined;
}

/** @internal Where a tensor begins. The backend checks that the bytes from there on are enough for the plan. */
export interface Place {
  readonly memory: Memory | TensorData;
  /** From the beginning of the memory, or of the array. */
  readonly byteOffset: number;
}

/** @internal Memory of a backend, with a count of those who need it; made with a count of one. */
export interface Memory {
  readonly bytes: number;
  /** Where the bytes stand now: growth of a backend's memory replaces the buffer and detaches the one before. */
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  retain(): void;
  /** The last one to release it gives it back. */
  release(): void;
}

/** @internal Where the kernels of one backend come from on a host. */
export interface BackendSource {
  readonly backend: Backend;
  /** The instruction sets of this precision that run here, best first; throws the reason where the backend does not. */
  isas(precision: Precision): readonly string[];
  /** The processor's family, where what is fastest depends on it; `''` where nothing is known. */
  processor?(): string;
  /** Without `threads`, as many as each call is worth. */
  load(isa: string, threads?: number): Kernels;
  /**
   * The same on so many threads, where they have to be started first and `load` gives one.
   *
   * @throws (rejects) the reason why there are none
   */
  startThreads?(isa: string, threads: number): Promise<Kernels>;
}
