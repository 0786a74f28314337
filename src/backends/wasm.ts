// The AssemblyScript kernels, in one instance with one memory. The module knows ops by name; its list is compared with
// ours when it loads.
import { SepconvError } from '../core/errors.js';
import { kernelName, kernelNames } from '../core/kernel-names.js';
import type { BackendSource, Kernels, Operands, Prepared, Stage } from '../core/kernels.js';
import { type Params, packParams, paramWords } from '../core/params.js';
import type { TensorData } from '../core/tensor.js';
import { channelsLast } from './channels-last.js';
import { Arena, type Block, Heap, sideBySide } from './wasm/heap.js';

/** What assembly/<stem>.ts exports; every argument but a range of units is an address. */
interface WasmKernel {
  /** Floats that the packed weights need. */
  readonly packedSize: (params: number) => number;
  readonly pack: (params: number, weights: number, packed: number) => void;
  readonly units: (params: number) => number;
  /** Floats that a run needs beside its operands. */
  readonly scratchSize: (params: number) => number;
  readonly run: (params: number, operands: number, scratch: number, begin: number, end: number) => void;
}

interface Instance {
  readonly heap: Heap;
  readonly arena: Arena;
  /** Frees the block of an operator that was dropped without being disposed. Some edge hosts have none. */
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
  const names = Object.keys(exports).filter((name) => `${name}PackedSize` in exports);
  const missing = kernelNames.filter((name) => !names.includes(name));
  const paramBytes = exports.paramBytes as WebAssembly.Global<'i32'> | undefined;
  if (missing.length > 0 || names.length !== kernelNames.length || paramBytes?.value !== paramWords * 4) {
    throw new SepconvError('ERR_KERNEL', 'kernels.wasm was built from another version of the sources; build it again');
  }
  // What the module keeps for itself is never freed.
  heap.allocate((exports.heapBase as () => number)());
  const kernelOf = (name: string) => ({
    packedSize: exports[`${name}PackedSize`],
    pack: exports[`${name}Pack`],
    units: exports[`${name}Units`],
    scratchSize: exports[`${name}ScratchSize`],
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
    prepare(op, stages) {
      const name = kernelName(op, stages);
      const prepared = new WasmPrepared(instance, instance.kernels.get(name) as WasmKernel, stages);
      return name === op ? channelsLast(op, prepared) : prepared;
    },
  };
}

/** An operator owns one block: its params, its operands struct, its packed weights and its slopes. */
class WasmPrepared implements Prepared {
  readonly #instance: Instance;
  readonly #kernel: WasmKernel;
  readonly #block: Block;
  readonly #operands: number;
  readonly #packed: number;
  readonly #slopes: readonly number[];
  #known: readonly Params[] | undefined;
  #units = 0;
  #scratchBytes = 0;

  constructor(instance: Instance, kernel: WasmKernel, stages: readonly Stage[]) {
    const { heap, arena, dropped } = instance;
    const words = packParams(stages.map(({ config }) => config));
    const arrays = stages.flatMap(({ filter, bias }) => [filter, bias]);
    const sizes = [words.byteLength, stages.length * weightsBytes, ...arrays.map(({ byteLength }) => byteLength)];
    // The filters have their place first: a count of floats that is little above theirs then fits 32 bits.
    const [params, weights, ...places] = arena.layOut(sizes);
    heap.words.set(words, params / 4);
    const packedBytes = (kernel.packedSize(params) >>> 0) * 4;
    const slopeBytes = stages.map(({ slope }) => slope.byteLength);
    const { offsets, bytes } = sideBySide([words.byteLength, operandsBytes, packedBytes, ...slopeBytes]);
    this.#block = heap.allocate(bytes);
    this.#instance = instance;
    this.#kernel = kernel;
    const [, operands, packed, ...slopes] = offsets.map((offset) => this.#block.address + offset);
    this.#operands = operands;
    this.#packed = packed;
    this.#slopes = slopes;
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

  run(params: readonly Params[], { input, output, residual }: Operands): void {
    const { heap, arena } = this.#instance;
    const { address } = this.#block;
    if (params !== this.#known) this.#settle(params);
    const sizes = [bytesOf(input), bytesOf(output), residual ? bytesOf(residual) : 0, this.#scratchBytes];
    const [inputAt, outputAt, residualAt, scratchAt] = arena.layOut(sizes);
    heap.write(input, inputAt);
    if (residual !== undefined) heap.write(residual, residualAt);
    const operands = [inputAt, outputAt, residual === undefined ? 0 : residualAt, this.#packed, ...this.#slopes];
    heap.words.set(operands, this.#operands / 4);
    this.#kernel.run(address, this.#operands, scratchAt, 0, this.#units);
    heap.read(outputAt, output);
  }

  dispose(): void {
    const { heap, dropped } = this.#instance;
    dropped?.unregister(this);
    heap.free(this.#block);
  }

  #settle(params: readonly Params[]): void {
    const { address } = this.#block;
    this.#instance.heap.words.set(packParams(params), address / 4);
    this.#units = this.#kernel.units(address);
    this.#scratchBytes = (this.#kernel.scratchSize(address) >>> 0) * 4;
    this.#known = params;
  }
}

function bytesOf(data: TensorData): number {
  return data.length * data.BYTES_PER_ELEMENT;
}
