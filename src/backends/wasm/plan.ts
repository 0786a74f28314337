// Weights packed in the memory of the kernels, and runs of one size on them.
import { copyOf } from '../../core/arrays.js';
import type { Plan, Prepared, Stage } from '../../core/kernels.js';
import { type Dtype, dtypes, type Params, packParams } from '../../core/params.js';
import { type ByteExtents, byteExtentsOf, workOf } from '../../core/places.js';
import type { Pass } from '../../core/slices.js';
import type { Adapter, Planes } from '../channels-last.js';
import { type Arena, aligned, type Heap, sideBySide, WasmMemory } from './heap.js';
import { operandsBytes, type WasmKernel, weightsBytes } from './module.js';
import type { Job } from './pool.js';

/** Packed weights and slopes, in one block. */
export class WasmPrepared implements Prepared {
  readonly #heap: Heap;
  readonly #arena: Arena;
  readonly #kernel: WasmKernel;
  /** The runs of one size as the kernel reads them. */
  readonly #adapt: Adapter;
  readonly #weights: WasmMemory;
  /** From the beginning of the block: the packed weights, then the slopes of each stage. */
  readonly #offsets: readonly number[];

  constructor(heap: Heap, arena: Arena, kernel: WasmKernel, stages: readonly Stage[], adapt: Adapter) {
    const words = packParams(stages.map(({ config }) => config));
    // A filter in this memory would be detached by the growth for its own copy.
    const own = (filter: Float32Array) => (heap.addressOf(filter) < 0 ? filter : copyOf(filter));
    const arrays = stages.flatMap(({ filter, bias }) => [own(filter), bias]);
    const sizes = [words.byteLength, stages.length * weightsBytes, ...arrays.map(({ byteLength }) => byteLength)];
    const parts = sideBySide(sizes);
    const base = arena.reserve(parts.bytes);
    const [params, weights, ...places] = parts.offsets.map((offset) => base + offset);
    heap.words.set(words, params / 4);
    const packedBytes = Number(kernel.packedBytes(params));
    const { offsets, bytes } = sideBySide([packedBytes, ...stages.map(({ slope }) => slope.byteLength)]);
    this.#heap = heap;
    this.#arena = arena;
    this.#kernel = kernel;
    this.#adapt = adapt;
    this.#weights = new WasmMemory(heap, bytes);
    this.#offsets = offsets;
    const [packed, ...slopes] = offsets.map((offset) => this.#weights.byteOffset + offset);
    heap.words.set(places, weights / 4);
    arrays.forEach((array, index) => {
      heap.write(array, places[index]);
    });
    stages.forEach(({ slope }, index) => {
      heap.write(slope, slopes[index]);
    });
    kernel.pack(params, weights, packed);
  }

  plan(params: readonly Params[]): WasmPlan {
    const { params: own, planes } = this.#adapt(params);
    const words = packParams(own);
    const address = this.#arena.reserve(words.byteLength);
    this.#heap.words.set(words, address / 4);
    const units = this.#kernel.units(address);
    const scratchBytes = Number(this.#kernel.scratchBytes(address));
    return new WasmPlan(
      this.#heap,
      this.#kernel,
      params,
      words,
      this.#weights,
      this.#offsets,
      planes,
      units,
      scratchBytes,
    );
  }

  dispose(): void {
    this.#weights.release();
  }
}

export class WasmPlan implements Plan, ByteExtents {
  readonly params: readonly Params[];
  readonly weights: WasmMemory;
  readonly planes: Planes | undefined;
  readonly units: number;
  readonly scratchBytes: number;
  /** The same, where the next thread's begins. */
  readonly scratchRoom: number;
  /** About what all units take on a slow machine. */
  readonly nanoseconds: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly inputType: Dtype;
  readonly outputType: Dtype;
  /** What each run writes down first: the params and the operands. */
  readonly headBytes: number;
  readonly #heap: Heap;
  readonly #kernel: WasmKernel;
  readonly #head: Int32Array;
  readonly #operands: number;

  /** @param offsets of the packed weights and of the slopes of each stage in `weights` */
  constructor(
    heap: Heap,
    kernel: WasmKernel,
    params: readonly Params[],
    words: Int32Array,
    weights: WasmMemory,
    offsets: readonly number[],
    planes: Planes | undefined,
    units: number,
    scratchBytes: number,
  ) {
    const { inputBytes, outputBytes } = byteExtentsOf(params);
    this.params = params;
    this.weights = weights;
    this.planes = planes;
    this.units = units;
    this.scratchBytes = scratchBytes;
    this.scratchRoom = aligned(scratchBytes);
    this.nanoseconds = nanosecondsOf(params);
    this.inputBytes = inputBytes;
    this.outputBytes = outputBytes;
    this.inputType = dtypes[params[0].inputType];
    this.outputType = dtypes[params[params.length - 1].outputType];
    this.headBytes = aligned(words.byteLength + operandsBytes);
    this.#heap = heap;
    this.#kernel = kernel;
    this.#head = new Int32Array(words.length + operandsBytes / 4);
    this.#head.set(words);
    this.#head.set(
      offsets.map((offset) => weights.byteOffset + offset),
      words.length + 3,
    );
    this.#operands = words.length;
  }

  /** Writes down what the units read: operands at these addresses, a residual at 0 is none. */
  begin(headAt: number, inputAt: number, outputAt: number, residualAt: number): void {
    const { words } = this.#heap;
    const head = headAt / 4;
    const operands = head + this.#operands;
    const own = this.#head;
    // A few words: `set` would take longer.
    for (let i = 0; i < own.length; i++) words[head + i] = own[i];
    words[operands] = inputAt;
    words[operands + 1] = outputAt;
    words[operands + 2] = residualAt;
  }

  /** Runs the units [begin, end) on what was written at `headAt`. */
  runUnits(headAt: number, scratchAt: number, begin: number, end: number): void {
    this.#kernel.run(headAt, headAt + this.#operands * 4, scratchAt, begin, end);
  }

  /** The same in pieces. */
  pass(headAt: number, scratchAt: number): Pass {
    return {
      units: this.units,
      nanoseconds: this.nanoseconds / this.units,
      run: (begin, end) => this.runUnits(headAt, scratchAt, begin, end),
    };
  }

  /** How many threads of `threads` have units to compute and room for their scratch. */
  threadsOf(threads: number): number {
    return Math.max(1, Math.min(threads, this.units, Math.floor(mostScratchBytes / this.scratchRoom)));
  }

  /** All units on what was written at `headAt`, for threads that have room for their scratch from `scratchAt` on. */
  job(headAt: number, scratchAt: number): Job {
    return {
      kernel: this.#kernel,
      params: headAt,
      operands: headAt + this.#operands * 4,
      units: this.units,
      nanoseconds: this.nanoseconds,
      scratch: scratchAt,
      scratchStep: this.scratchRoom,
    };
  }
}

/** Of all threads together. */
const mostScratchBytes = 2 ** 28;

/** What an output and each of its products take, about, on a slow machine. */
const outputNanoseconds = 16;
const productNanoseconds = 1;

function nanosecondsOf(params: readonly Params[]): number {
  let sum = workOf(params) * productNanoseconds;
  for (const p of params) sum += p.batch * p.outputHeight * p.outputWidth * p.outputChannels * outputNanoseconds;
  return sum;
}
