// The AssemblyScript kernels, in one instance with one memory. The module knows ops by name; its list is compared with
// ours when it loads.
import { byteLengthOf } from '../core/arrays.js';
import { SepconvError } from '../core/errors.js';
import { kernelName, kernelNames } from '../core/kernel-names.js';
import type { BackendSource, Kernels, Memory, OpName, Prepared, Stage } from '../core/kernels.js';
import { type Params, packParams, paramWords } from '../core/params.js';
import { type ArrayType, copyOf, type TensorData } from '../core/tensor.js';
import { type ChannelsLast, type Planes, toChannelsLast, transposeHere } from './channels-last.js';
import { Arena, aligned, type Block, Heap, sideBySide } from './wasm/heap.js';

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

interface Instance {
  readonly heap: Heap;
  readonly arena: Arena;
  /** Frees the block of what was dropped without being disposed. Some edge hosts have none. */
  readonly dropped: FinalizationRegistry<Block> | undefined;
  readonly kernels: ReadonlyMap<string, WasmKernel>;
}

/** Bytes of the structs Weights and Operands of assembly/params.ts. */
const weightsBytes = 8;
const operandsBytes = 24;

/** @param compile gives the module, or throws the reason why there is none; asked when the kernels are first needed */
export function wasmSource(compile: () => WebAssembly.Module): BackendSource {
  let instance: Instance | undefined;
  return {
    backend: 'wasm',
    // Whether it runs shows when it loads: a host that native code serves compiles nothing.
    isas: (precision) => (precision === 'exact' ? ['simd128'] : []),
    load() {
      instance ??= instantiate(compile());
      return wasmKernels(instance);
    },
  };
}

function instantiate(module: WebAssembly.Module): Instance {
  const heap = new Heap();
  const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory } });
  const names = Object.keys(exports).filter((name) => `${name}PackedBytes` in exports);
  const missing = kernelNames.filter((name) => !names.includes(name));
  const paramBytes = exports.paramBytes as WebAssembly.Global<'i32'> | undefined;
  if (missing.length > 0 || names.length !== kernelNames.length || paramBytes?.value !== paramWords * 4) {
    throw new SepconvError('ERR_KERNEL', 'kernels.wasm was built from another version of the sources; build it again');
  }
  // What the module keeps for itself is never freed.
  heap.allocate((exports.heapBase as () => number)());
  const kernelOf = (name: string) => ({
    packedBytes: exports[`${name}PackedBytes`],
    pack: exports[`${name}Pack`],
    units: exports[`${name}Units`],
    scratchBytes: exports[`${name}ScratchBytes`],
    run: exports[name],
  });
  const kernels = new Map(names.map((name) => [name, kernelOf(name) as WasmKernel]));
  const hasRegistry = typeof FinalizationRegistry !== 'undefined';
  const dropped = hasRegistry ? new FinalizationRegistry<Block>((block) => heap.free(block)) : undefined;
  return { heap, arena: new Arena(heap), dropped, kernels };
}

function wasmKernels(instance: Instance): Kernels {
  return {
    backend: 'wasm',
    isa: 'simd128',
    threads: 1,
    precision: 'exact',
    prepare: (op, stages) => new WasmPrepared(instance, op, stages),
    allocate: (type, length) => new WasmMemory(instance, type, length),
  };
}

/** An operator owns one block: its params, its operands struct, its packed weights and its slopes. */
class WasmPrepared implements Prepared {
  readonly #instance: Instance;
  readonly #kernel: WasmKernel;
  /** The runs of one size as the kernel reads them. */
  readonly #asRead: (params: readonly Params[]) => ChannelsLast;
  readonly #block: Block;
  readonly #operands: number;
  #planes: Planes | undefined;
  #units = 0;
  #scratchBytes = 0;
  /** Where the last output was copied from. */
  #result: TensorData = new Float32Array();

  constructor(instance: Instance, op: OpName, stages: readonly Stage[]) {
    const { heap, arena, dropped, kernels } = instance;
    const name = kernelName(op, stages);
    const kernel = kernels.get(name) as WasmKernel;
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
    const slopeBytes = stages.map(({ slope }) => slope.byteLength);
    const { offsets, bytes } = sideBySide([words.byteLength, operandsBytes, packedBytes, ...slopeBytes]);
    this.#block = heap.allocate(bytes);
    this.#instance = instance;
    this.#kernel = kernel;
    this.#asRead = (params) => (name === op ? toChannelsLast(op, params) : { params, planes: undefined });
    const [, operands, packed, ...slopes] = offsets.map((offset) => this.#block.address + offset);
    this.#operands = operands;
    heap.words.set([0, 0, 0, packed, ...slopes], operands / 4);
    heap.words.set(places, weights / 4);
    arrays.forEach((array, index) => {
      heap.write(array, places[index]);
    });
    stages.forEach(({ slope }, index) => {
      heap.write(slope, slopes[index]);
    });
    kernel.pack(params, weights, packed);
    dropped?.register(this, this.#block, this);
  }

  settle(params: readonly Params[]): void {
    const { address } = this.#block;
    const converted = this.#asRead(params);
    this.#instance.heap.words.set(packParams(converted.params), address / 4);
    this.#units = this.#kernel.units(address);
    this.#scratchBytes = Number(this.#kernel.scratchBytes(address));
    this.#planes = converted.planes;
  }

  run(input: TensorData, output: TensorData, residual: TensorData | undefined): void {
    if (this.#planes === undefined) this.#runAsGiven(input, output, residual);
    else this.#runTransposed(this.#planes, input, output, residual);
  }

  dispose(): void {
    const { heap, dropped } = this.#instance;
    dropped?.unregister(this);
    heap.free(this.#block);
  }

  /** Operands in this memory are used where they stand, others have a copy in the arena. */
  #runAsGiven(input: TensorData, output: TensorData, residual: TensorData | undefined): void {
    const { heap, arena } = this.#instance;
    // As numbers: where the arena grows the memory, every view of it is detached.
    let inputAt = heap.addressOf(input);
    let outputAt = heap.addressOf(output);
    let residualAt = residual === undefined ? 0 : heap.addressOf(residual);
    const inputRoom = inputAt < 0 ? aligned(byteLengthOf(input)) : 0;
    const outputRoom = outputAt < 0 ? aligned(byteLengthOf(output)) : 0;
    const residualRoom = residualAt < 0 ? aligned(byteLengthOf(residual)) : 0;
    let free = arena.reserve(inputRoom + outputRoom + residualRoom + this.#scratchBytes);
    if (inputRoom > 0) {
      heap.write(input, free);
      inputAt = free;
      free += inputRoom;
    }
    if (residual !== undefined && residualRoom > 0) {
      heap.write(residual, free);
      residualAt = free;
      free += residualRoom;
    }
    if (outputRoom > 0) {
      outputAt = free;
      free += outputRoom;
    }
    this.#compute(inputAt, outputAt, residualAt, free);
    if (outputRoom > 0) output.set(this.#resultAt(outputAt, output));
  }

  /** Every operand has a transposed copy in the arena. */
  #runTransposed(planes: Planes, input: TensorData, output: TensorData, residual: TensorData | undefined): void {
    const { heap, arena } = this.#instance;
    const { batch, inputChannels, inputPixels, outputChannels, outputPixels } = planes;
    const [inputPlace, outputPlace, residualPlace] = [input, output, residual ?? output].map((d) => heap.addressOf(d));
    const [inputLength, outputLength] = [batch * inputChannels * inputPixels, batch * outputChannels * outputPixels];
    const inputRoom = aligned(4 * inputLength);
    const outputRoom = aligned(4 * outputLength);
    const inputAt = arena.reserve(inputRoom + 2 * outputRoom + this.#scratchBytes);
    const outputAt = inputAt + inputRoom;
    const residualAt = outputAt + outputRoom;
    // The memory grows no more in this call: views may be made again.
    const given = (data: TensorData, place: number, length: number) =>
      place < 0 ? data : heap.view(place, length, data);
    const source = given(input, inputPlace, inputLength);
    transposeHere(source, heap.view(inputAt, inputLength, source), batch, inputChannels, inputPixels);
    if (residual !== undefined) {
      const added = given(residual, residualPlace, outputLength);
      transposeHere(added, heap.view(residualAt, outputLength, added), batch, outputChannels, outputPixels);
    }
    this.#compute(inputAt, outputAt, residual === undefined ? 0 : residualAt, residualAt + outputRoom);
    const target = given(output, outputPlace, outputLength);
    transposeHere(heap.view(outputAt, outputLength, target), target, batch, outputPixels, outputChannels);
  }

  #compute(inputAt: number, outputAt: number, residualAt: number, scratchAt: number): void {
    const { words } = this.#instance.heap;
    const first = this.#operands / 4;
    words[first] = inputAt;
    words[first + 1] = outputAt;
    words[first + 2] = residualAt;
    this.#kernel.run(this.#block.address, this.#operands, scratchAt, 0, this.#units);
  }

  /** What stands at an address, to be copied to `output`; the same view as the last time, where it still fits. */
  #resultAt(address: number, output: TensorData): TensorData {
    const { heap } = this.#instance;
    const last = this.#result;
    const fits = last.buffer === heap.buffer && last.byteOffset === address && last.length === output.length;
    if (!fits) this.#result = heap.view(address, output.length, output);
    return this.#result;
  }
}

/** What keeps the memory behind a view: as long as a caller has the one, the other is not dropped. */
const owners = new WeakMap<TensorData, WasmMemory>();

class WasmMemory implements Memory {
  readonly #instance: Instance;
  readonly #block: Block;
  readonly #length: number;
  #view: TensorData;

  constructor(instance: Instance, type: ArrayType, length: number) {
    const like = type === 'Uint8Array' ? new Uint8Array() : new Float32Array();
    this.#instance = instance;
    this.#length = length;
    this.#block = instance.heap.allocate(length * like.BYTES_PER_ELEMENT);
    this.#view = this.#newView(like).fill(0);
    instance.dropped?.register(this, this.#block, this);
  }

  get data(): TensorData {
    if (this.#view.buffer !== this.#instance.heap.buffer) this.#view = this.#newView(this.#view);
    return this.#view;
  }

  free(): void {
    const { heap, dropped } = this.#instance;
    dropped?.unregister(this);
    heap.free(this.#block);
  }

  #newView(like: TensorData): TensorData {
    const view = this.#instance.heap.view(this.#block.address, this.#length, like);
    owners.set(view, this);
    return view;
  }
}
