// The addon's kernels. The addon knows ops and instruction sets by name; the lists are compared when it loads.
import { allocateBytes, byteLengthOf, outOfMemory, type TensorData } from '../core/arrays.js';
import { SepconvError } from '../core/errors.js';
import { kernelFor, kernelNames } from '../core/kernel-table.js';
import type { BackendSource, Kernels, Memory, OpName, Place, Plan, Prepared, Stage, Step } from '../core/kernels.js';
import { layouts, type Params, packParams, paramWords } from '../core/params.js';
import { arrayAt, byteExtentsOf, shortPlace, workOf } from '../core/places.js';
import { type ChannelsLast, type Planes, toChannelsLast } from './channels-last.js';

/** A kernel of one instruction set, as the addon's functions take it. */
type AddonKernel = object;

/** What native/addon.cc exports. */
interface Addon {
  /** The instruction sets that run on this processor, best first. */
  readonly isas: readonly string[];
  /** Those whose kernels fuse multiplication and addition. */
  readonly fusedIsas: readonly string[];
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
  /** Each list has one of each step; `done` is called on this thread when they are over. */
  start(
    plans: readonly ArrayBufferLike[],
    inputs: readonly TensorData[],
    outputs: readonly TensorData[],
    residuals: readonly (TensorData | undefined)[],
    done: (outcome: Outcome) => void,
  ): StartedRun | Outcome;
  /** Ends a run whose `done` was not called yet. */
  cancel(run: StartedRun): void;
  /** Undefined where there is no memory, or the host lets no buffer stand on memory that is not its own. */
  allocate(bytes: number): { readonly buffer: ArrayBuffer; readonly block: object } | undefined;
  /** Gives the bytes back at once, unless the buffer was transferred. */
  free(block: object, buffer: ArrayBuffer): void;
}

/** A run under way. */
type StartedRun = object;

/** How a run ended. */
const outcomes = { done: 0, cancelled: 1, outOfMemory: 2, shortPlace: 3 } as const;
type Outcome = (typeof outcomes)[keyof typeof outcomes];

/** The numbers that native/plan.h begins with, in order. */
const planFields = {
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

/** Multiply-adds that are worth a thread: waking one costs about as much as this many. */
const workPerThread = 2 ** 20;

/** Multiply-adds of a part of a run that may be aborted: less than a millisecond, on all but scalar kernels. */
const workPerShortPart = 2 ** 23;

/** Parts that each thread takes of a run, so that one that is held up leaves little to wait for. */
const partsPerThread = 2;

/**
 * @param load gives the addon, or throws the reason why there is none
 * @param parallelism threads of a runtime that does not name a number
 */
export function nativeSource(load: () => unknown, parallelism: number): BackendSource {
  let addon: Addon | undefined;
  const loaded = (): Addon => {
    if (addon === undefined) {
      addon = checkAddon(load() as Addon);
      addon.setProcessors(parallelism);
    }
    return addon;
  };
  return {
    backend: 'native',
    isas: (precision) => (precision === 'fast' ? loaded().fusedIsas : loaded().isas),
    load: (isa, threads) => new NativeKernels(loaded(), isa, threads, parallelism),
  };
}

function checkAddon(addon: Addon): Addon {
  const missing = kernelNames.filter((name) => !addon.kernels?.includes(name));
  if (missing.length > 0 || addon.kernels.length !== kernelNames.length || addon.paramBytes !== paramWords * 4) {
    throw new SepconvError('ERR_KERNEL', 'the addon was built from another version of the sources; build it again');
  }
  return addon;
}

class NativeKernels implements Kernels {
  readonly backend = 'native';
  readonly isa: string;
  readonly threads: number;
  readonly precision: Kernels['precision'];
  readonly shortWork = workPerThread;
  readonly #addon: Addon;
  readonly #kernels = new Map<string, AddonKernel>();
  readonly #threadsFor: (params: readonly Params[]) => number;
  /** Keeps what the addon works on from being collected. */
  readonly #underWay = new Set<readonly Step[]>();

  constructor(addon: Addon, isa: string, threads: number | undefined, parallelism: number) {
    this.isa = isa;
    this.threads = threads ?? parallelism;
    this.precision = addon.fusedIsas.includes(isa) ? 'fast' : 'exact';
    this.#addon = addon;
    this.#threadsFor = threads === undefined ? (params) => worthwhileThreads(params, parallelism) : () => threads;
  }

  prepare(op: OpName, stages: readonly Stage[]): Prepared {
    const [first, last] = [stages[0].config, stages[stages.length - 1].config];
    const { name, layout } = kernelFor(op, first, last);
    const toNative = layout === layouts[first.layout] ? asGiven : toChannelsLast;
    const kernel = this.#kernel(name);
    return new NativePrepared(this.#addon, kernel, stages, (params) => toNative(op, params), this.#threadsFor);
  }

  allocate(bytes: number): Memory {
    return new NativeMemory(this.#addon, bytes);
  }

  holds(memory: Memory): boolean {
    return memory instanceof NativeMemory;
  }

  run(steps: readonly Step[]): void {
    for (let i = 0; i < steps.length; i++) this.#runStep(steps[i]);
  }

  #runStep({ plan, input, output, residual }: Step): void {
    const added = residual === undefined ? undefined : arrayOf(residual);
    const outcome = this.#addon.run((plan as NativePlan).buffer, arrayOf(input), arrayOf(output), added);
    if (outcome !== outcomes.done) throw errorFor(outcome, plan);
  }

  async start(steps: readonly Step[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const memories = steps.flatMap(({ input, output, residual }) => [input.memory, output.memory, residual?.memory]);
    const held = memories.filter((memory) => memory instanceof NativeMemory);
    for (const memory of held) memory.retain();
    this.#underWay.add(steps);
    try {
      const outcome = await this.#outcomeOf(steps, signal);
      if (outcome === outcomes.cancelled) throw signal?.reason;
      if (outcome !== outcomes.done) throw errorFor(outcome, steps[0].plan);
    } finally {
      this.#underWay.delete(steps);
      for (const memory of held) memory.release();
    }
  }

  #outcomeOf(steps: readonly Step[], signal: AbortSignal | undefined): Promise<Outcome> {
    return new Promise((resolve) => {
      const started = this.#addon.start(
        steps.map(({ plan }) => (plan as NativePlan).buffer),
        steps.map(({ input }) => arrayOf(input)),
        steps.map(({ output }) => arrayOf(output)),
        steps.map(({ residual }) => residual && arrayOf(residual)),
        (outcome) => {
          signal?.removeEventListener('abort', abort);
          resolve(outcome);
        },
      );
      const abort = () => this.#addon.cancel(started as StartedRun);
      if (typeof started === 'number') resolve(started);
      else signal?.addEventListener('abort', abort);
    });
  }

  #kernel(name: string): AddonKernel {
    const known = this.#kernels.get(name) ?? this.#addon.kernel(this.isa, name);
    if (known === undefined) throw new SepconvError('ERR_KERNEL', `the addon has no kernel ${name} for ${this.isa}`);
    this.#kernels.set(name, known);
    return known;
  }
}

/** Packed weights, in memory that JavaScript collects and that nobody else sees. */
class NativePrepared implements Prepared {
  readonly #addon: Addon;
  readonly #kernel: AddonKernel;
  readonly #toNative: (params: readonly Params[]) => ChannelsLast;
  readonly #threadsFor: (params: readonly Params[]) => number;
  #packed: ArrayBuffer;

  constructor(
    addon: Addon,
    kernel: AddonKernel,
    stages: readonly Stage[],
    toNative: (params: readonly Params[]) => ChannelsLast,
    threadsFor: (params: readonly Params[]) => number,
  ) {
    const params = packParams(stages.map(({ config }) => config));
    const slopes = stages.map(({ slope }) => slope);
    const bytes = addon.packedBytes(kernel, params) + slopes.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#addon = addon;
    this.#kernel = kernel;
    this.#toNative = toNative;
    this.#threadsFor = threadsFor;
    this.#packed = allocateBytes(bytes, 'packed weights');
    const filters = stages.map(({ filter }) => filter);
    const biases = stages.map(({ bias }) => bias);
    addon.pack(kernel, params, filters, biases, slopes, this.#packed);
  }

  plan(params: readonly Params[]): NativePlan {
    const { params: own, planes } = this.#toNative(params);
    return new NativePlan(this.#addon, this.#kernel, this.#packed, params, own, planes, this.#threadsFor(params));
  }

  dispose(): void {
    this.#packed = noBytes;
  }
}

const noBytes = new ArrayBuffer(0);

/** A Plan of native/plan.h. */
class NativePlan implements Plan {
  readonly params: readonly Params[];
  readonly units: number;
  readonly scratchBytes: number;
  readonly buffer: ArrayBuffer;
  /** Kept as long as this: the plan has its address. */
  readonly packed: ArrayBuffer;

  constructor(
    addon: Addon,
    kernel: AddonKernel,
    packed: ArrayBuffer,
    params: readonly Params[],
    own: readonly Params[],
    planes: Planes | undefined,
    threads: number,
  ) {
    const fields = new Float64Array(addon.planBytes / 8);
    const { inputBytes, outputBytes } = byteExtentsOf(params);
    fields[planFields.inputBytes] = inputBytes;
    fields[planFields.outputBytes] = outputBytes;
    if (planes !== undefined) {
      fields.set([planes.batch, planes.inputChannels, planes.inputPixels], planFields.input);
      fields.set([planes.batch, planes.outputChannels, planes.outputPixels], planFields.output);
    }
    fields[planFields.threads] = threads;
    const parts = threads === 1 ? 1 : threads * partsPerThread;
    fields[planFields.parts] = parts;
    fields[planFields.shortParts] = Math.max(parts, Math.ceil(workOf(params) / workPerShortPart));
    addon.plan(kernel, packed, packParams(own), fields.buffer);
    this.params = params;
    this.units = fields[planFields.units];
    this.scratchBytes = fields[planFields.scratchBytes];
    this.buffer = fields.buffer;
    this.packed = packed;
  }
}

function asGiven(_: OpName, params: readonly Params[]): ChannelsLast {
  return { params, planes: undefined };
}

/**
 * Begins on a line of the cache. Large arrays of JavaScript begin 16 bytes after one where glibc gives the memory, and
 * then half of the vectors of 32 bytes lie on two lines. A transferred buffer takes the bytes along, and yet they stay
 * where they are while this is reachable.
 */
class NativeMemory implements Memory {
  readonly bytes: number;
  readonly buffer: ArrayBuffer;
  readonly byteOffset = 0;
  readonly array: Uint8Array;
  readonly #addon: Addon;
  readonly #block: object;
  #count = 1;

  constructor(addon: Addon, bytes: number) {
    const given = addon.allocate(bytes);
    if (given === undefined) throw outOfMemory(`${bytes} bytes for a tensor`, bytes);
    this.bytes = bytes;
    this.buffer = given.buffer;
    this.array = new Uint8Array(given.buffer);
    this.#addon = addon;
    this.#block = given.block;
  }

  retain(): void {
    this.#count++;
  }

  release(): void {
    if (--this.#count === 0) this.#addon.free(this.#block, this.buffer);
  }
}

/** What the addon reads or writes at a place. */
function arrayOf({ memory, byteOffset }: Place): TensorData {
  const array = memory instanceof NativeMemory ? memory.array : memory;
  if (byteOffset === 0 && ArrayBuffer.isView(array)) return array;
  const bytes = ArrayBuffer.isView(memory) ? byteLengthOf(memory) : memory.bytes;
  return arrayAt({ memory, byteOffset }, Math.max(0, bytes - byteOffset), 'uint8');
}

/** As many threads as the multiply-adds of a call are worth. */
function worthwhileThreads(params: readonly Params[], parallelism: number): number {
  return Math.min(parallelism, Math.max(1, Math.floor(workOf(params) / workPerThread)));
}

function errorFor(outcome: Outcome, plan: Plan): SepconvError {
  if (outcome === outcomes.shortPlace) return shortPlace();
  return outOfMemory('what a run needs beside its tensors', plan.scratchBytes);
}
