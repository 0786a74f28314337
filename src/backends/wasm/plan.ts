// Weights packed in the memory of the kernels, and runs of one size on them.
import { copyOf } from '../../core/arrays.js';
import type { Plan, Prepared, Stage } from '../../core/kernels.js';
import { type Dtype, dtypes, type Params, packParams } from '../../core/params.js';
import { type ByteExtents, byteExtentsOf } from '../../core/places.js';
import type { ChannelsLast, Planes } from '../channels-last.js';
import { type Arena, aligned, type Heap, sideBySide, WasmMemory } from './heap.js';
import type { WasmKernel } from './module.js';

/** Bytes of the structs Weights and Operands of assembly/params.ts. */
const weightsBytes = 8;
const operandsBytes = 24;

/** Packed weights and slopes, in one block. */
export class WasmPrepared implements Prepared {
  readonly #heap: Heap;
  readonly #arena: Arena;
  readonly #kernel: WasmKernel;
  /** The runs of one size as the kernel reads them. */
  readonly #toWasm: (params: readonly Params[]) => ChannelsLast;
  readonly #weights: WasmMemory;
  /** From the beginning of the block: the packed weights, then the slopes of each stage. */
  readonly #offsets: readonly number[];

  constructor(
    heap: Heap,
    arena: Arena,
    kernel: WasmKernel,
    stages: readonly Stage[],
    toWasm: (params: readonly Params[]) => ChannelsLast,
  ) {
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
    this.#toWasm = toWasm;
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
    const { params: own, planes } = this.#toWasm(params);
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

  /** Runs on operands at these addresses; a residual at 0 is none. */
  run(headAt: number, inputAt: number, outputAt: number, residualAt: number, scratchAt: number): void {
    this.begin(headAt, inputAt, outputAt, residualAt);
    this.runUnits(headAt, scratchAt, 0, this.units);
  }

  /** Writes down what the units read. */
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
}
