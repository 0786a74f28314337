// The AssemblyScript kernels, in one instance with one memory. The module knows ops by name; its list is compared with
// ours when it loads.
import { byteLengthOf, copyOf, dtypeOf, type TensorData } from '../core/arrays.js';
import { SepconvError } from '../core/errors.js';
import { kernelFor, kernelNames } from '../core/kernel-table.js';
import type { BackendSource, Kernels, Memory, OpName, Place, Plan, Prepared, Stage, Step } from '../core/kernels.js';
import { type Dtype, dtypes, layouts, type Params, packParams, paramWords } from '../core/params.js';
import { arrayAt, type ByteExtents, byteExtentsOf, shortPlace } from '../core/places.js';
import { type ChannelsLast, type Planes, toChannelsLast } from './channels-last.js';
import { Arena, aligned, Heap, sideBySide, WasmMemory } from './wasm/heap.js';
import { transpose } from './wasm/transpose.js';

/** What assembly/<stem>.ts exports; every argument but a range of units is an address. */
interface WasmKernel {
  /** Bytes that the packed weights need, the largest of 64 bits where they are more than that. */
  readonly packedBytes: (params: number) => bigint;
  readonly pack: (params: number, weights: number, packed: number) => void;
  readonly units: (params: number) => number;
  /** Bytes that a run needs beside its operands, by the same rule. */
  readonly scratchBytes: (params: number) => bigint;
  readonly run: (params: number, operands: number, scratch: number, begin: number, end: number) => void;
}

/** Bytes of the structs Weights and Operands of assembly/params.ts. */
const weightsBytes = 8;
const operandsBytes = 24;

/** @param compile gives the module, or throws the reason why there is none; asked when the kernels are first needed */
export function wasmSource(compile: () => WebAssembly.Module): BackendSource {
  let kernels: WasmKernels | undefined;
  return {
    backend: 'wasm',
    // Whether it runs shows when it loads: a host that native code serves compiles nothing.
    isas: (precision) => (precision === 'exact' ? ['simd128'] : []),
    load() {
      kernels ??= new WasmKernels(compile());
      return kernels;
    },
  };
}

class WasmKernels implements Kernels {
  readonly backend = 'wasm';
  readonly isa = 'simd128';
  readonly threads = 1;
  readonly precision = 'exact';
  readonly shortWork = 2 ** 18;
  readonly #heap = new Heap();
  readonly #arena = new Arena(this.#heap);
  readonly #kernels: ReadonlyMap<string, WasmKernel>;
  /** Where the last output was copied from. */
  #result: TensorData = new Float32Array();

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#heap.memory } });
    this.#kernels = kernelsOf(exports);
    // What the module keeps for itself is never freed.
    this.#heap.allocate((exports.heapBase as () => number)());
  }

  prepare(op: OpName, stages: readonly Stage[]): Prepared {
    const [first, last] = [stages[0].config, stages[stages.length - 1].config];
    const { name, layout } = kernelFor(op, first, last);
    const toWasm = layout === layouts[first.layout] ? asGiven : toChannelsLast;
    const kernel = this.#kernels.get(name) as WasmKernel;
    return new WasmPrepared(this.#heap, this.#arena, kernel, stages, (params) => toWasm(op, params));
  }

  allocate(bytes: number): Memory {
    const memory = new WasmMemory(this.#heap, bytes);
    this.#heap.bytes.fill(0, memory.byteOffset, memory.byteOffset + bytes);
    return memory;
  }

  holds(memory: Memory): boolean {
    return memory instanceof WasmMemory && memory.buffer === this.#heap.buffer;
  }

  async start(steps: readonly Step[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.run(steps);
  }

  run(steps: readonly Step[]): void {
    for (let i = 0; i < steps.length; i++) {
      if ((steps[i].plan as WasmPlan).planes === undefined) this.#runAsGiven(steps[i]);
      else this.#runTransposed(steps[i]);
    }
  }

  /** Operands in this memory are used where they stand, others have a copy in the arena. */
  #runAsGiven(step: Step): void {
    const heap = this.#heap;
    const plan = step.plan as WasmPlan;
    const { input, output, residual } = step;
    // As numbers: where the arena grows the memory, every view of it is detached.
    let inputAt = this.#addressOf(input, plan.inputBytes);
    let outputAt = this.#addressOf(output, plan.outputBytes);
    let residualAt = residual === undefined ? 0 : this.#addressOf(residual, plan.outputBytes);
    const inputRoom = inputAt < 0 ? aligned(plan.inputBytes) : 0;
    const outputRoom = outputAt < 0 ? aligned(plan.outputBytes) : 0;
    const residualRoom = residualAt < 0 ? aligned(plan.outputBytes) : 0;
    const head = this.#arena.reserve(plan.headBytes + inputRoom + outputRoom + residualRoom + plan.scratchBytes);
    let free = head + plan.headBytes;
    if (inputRoom > 0) {
      heap.write(arrayAt(input, plan.inputBytes, plan.inputType), free);
      inputAt = free;
      free += inputRoom;
    }
    if (residual !== undefined && residualRoom > 0) {
      heap.write(arrayAt(residual, plan.outputBytes, plan.outputType), free);
      residualAt = free;
      free += residualRoom;
    }
    if (outputRoom > 0) {
      outputAt = free;
      free += outputRoom;
    }
    plan.run(head, inputAt, outputAt, residualAt, free);
    if (outputRoom > 0) {
      const target = arrayAt(output, plan.outputBytes, plan.outputType);
      target.set(this.#resultAt(outputAt, target));
    }
  }

  /** Every operand has a transposed copy in the arena. */
  #runTransposed(step: Step): void {
    const heap = this.#heap;
    const plan = step.plan as WasmPlan;
    const { input, output, residual } = step;
    const { batch, inputChannels, inputPixels, outputChannels, outputPixels } = plan.planes as Planes;
    const inputRoom = aligned(plan.inputBytes);
    const outputRoom = aligned(plan.outputBytes);
    const inputPlace = this.#addressOf(input, plan.inputBytes);
    const outputPlace = this.#addressOf(output, plan.outputBytes);
    const residualPlace = this.#addressOf(residual ?? output, plan.outputBytes);
    const head = this.#arena.reserve(plan.headBytes + inputRoom + 2 * outputRoom + plan.scratchBytes);
    const inputAt = head + plan.headBytes;
    const outputAt = inputAt + inputRoom;
    const residualAt = outputAt + outputRoom;
    // The memory grows no more in this call: views may be made again.
    const given = (place: Place, address: number, bytes: number) =>
      address < 0 ? arrayAt(place, bytes, 'float32') : heap.view(address, bytes, 'float32');
    const from = given(input, inputPlace, plan.inputBytes);
    const to = given(output, outputPlace, plan.outputBytes);
    const added = given(residual ?? output, residualPlace, plan.outputBytes);
    transpose(from, heap.view(inputAt, plan.inputBytes, 'float32'), batch, inputChannels, inputPixels);
    if (residual !== undefined) {
      transpose(added, heap.view(residualAt, plan.outputBytes, 'float32'), batch, outputChannels, outputPixels);
    }
    plan.run(head, inputAt, outputAt, residual === undefined ? 0 : residualAt, residualAt + outputRoom);
    transpose(heap.view(outputAt, plan.outputBytes, 'float32'), to, batch, outputPixels, outputChannels);
  }

  /** Where a place stands that is in this memory, else −1. */
  #addressOf({ memory, byteOffset }: Place, bytes: number): number {
    const isArray = ArrayBuffer.isView(memory);
    const there = isArray ? byteLengthOf(memory) : memory.bytes;
    if (there < byteOffset + bytes) throw shortPlace();
    const address = this.#heap.addressOf(memory);
    return address < 0 ? -1 : address + byteOffset;
  }

  /** What stands at an address, to be copied to `output`; the same view as the last time, where it still fits. */
  #resultAt(address: number, output: TensorData): TensorData {
    const last = this.#result;
    const isThere = last.buffer === this.#heap.buffer && last.byteOffset === address;
    if (!isThere || last.byteLength !== output.byteLength || dtypeOf(last) !== dtypeOf(output)) {
      this.#result = this.#heap.view(address, output.byteLength, dtypeOf(output) ?? 'float32');
    }
    return this.#result;
  }
}

/** The kernels that a module exports, of which it must have the very list that we know. */
function kernelsOf(exports: WebAssembly.Exports): ReadonlyMap<string, WasmKernel> {
  const names = Object.keys(exports).filter((name) => `${name}PackedBytes` in exports);
  const missing = kernelNames.filter((name) => !names.includes(name));
  const paramBytes = exports.paramBytes as WebAssembly.Global<'i32'> | undefined;
  if (missing.length > 0 || names.length !== kernelNames.length || paramBytes?.value !== paramWords * 4) {
    throw new SepconvError('ERR_KERNEL', 'kernels.wasm was built from another version of the sources; build it again');
  }
  const kernelOf = (name: string) => ({
    packedBytes: exports[`${name}PackedBytes`],
    pack: exports[`${name}Pack`],
    units: exports[`${name}Units`],
    scratchBytes: exports[`${name}ScratchBytes`],
    run: exports[name],
  });
  return new Map(names.map((name) => [name, kernelOf(name) as WasmKernel]));
}

/** Packed weights and slopes, in one block. */
class WasmPrepared implements Prepared {
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
    const weights = this.#offsets.map((offset) => this.#weights.byteOffset + offset);
    return new WasmPlan(this.#heap, this.#kernel, params, words, weights, planes, units, scratchBytes);
  }

  dispose(): void {
    this.#weights.release();
  }
}

class WasmPlan implements Plan, ByteExtents {
  readonly params: readonly Params[];
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

  /** @param weights the addresses of the packed weights and of the slopes of each stage */
  constructor(
    heap: Heap,
    kernel: WasmKernel,
    params: readonly Params[],
    words: Int32Array,
    weights: readonly number[],
    planes: Planes | undefined,
    units: number,
    scratchBytes: number,
  ) {
    const { inputBytes, outputBytes } = byteExtentsOf(params);
    this.params = params;
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
    this.#head.set(weights, words.length + 3);
    this.#operands = words.length;
  }

  /** Runs on operands at these addresses; a residual at 0 is none. */
  run(headAt: number, inputAt: number, outputAt: number, residualAt: number, scratchAt: number): void {
    const { words } = this.#heap;
    const head = headAt / 4;
    const operands = head + this.#operands;
    const own = this.#head;
    // A few words: `set` would take longer.
    for (let i = 0; i < own.length; i++) words[head + i] = own[i];
    words[operands] = inputAt;
    words[operands + 1] = outputAt;
    words[operands + 2] = residualAt;
    this.#kernel.run(headAt, operands * 4, scratchAt, 0, this.units);
  }
}

function asGiven(_: OpName, params: readonly Params[]): ChannelsLast {
  return { params, planes: undefined };
}
