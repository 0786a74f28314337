// The AssemblyScript kernels, in one instance with one memory.
import { throwIfAborted } from '../core/aborts.js';
import { dtypeOf, type TensorData } from '../core/arrays.js';
import { kernelFor } from '../core/kernel-table.js';
import type { BackendSource, Kernels, Memory, OpName, Place, Prepared, Stage, Step, Waited } from '../core/kernels.js';
import { arrayAt, holdMemory } from '../core/places.js';
import { Slices } from '../core/slices.js';
import { adapterFor, type Planes } from './channels-last.js';
import { Arena, aligned, Heap, WasmMemory } from './wasm/heap.js';
import { kernelsOf, type WasmKernel } from './wasm/module.js';
import { type WasmPlan, WasmPrepared } from './wasm/plan.js';
import type { Pool } from './wasm/pool.js';
import { StartedStep } from './wasm/started.js';
import type { Threads } from './wasm/threads.js';
import { matricesOf, transpose } from './wasm/transpose.js';

/**
 * @param compile gives the module, or throws the reason why there is none; asked when the kernels are first needed
 * @param threads where this host may have some
 */
export function wasmSource(compile: () => WebAssembly.Module, threads?: Threads): BackendSource {
  let instance: WasmInstance | undefined;
  let shared: SharedInstance | undefined;
  return {
    backend: 'wasm',
    // Whether it runs shows when it loads: a host that native code serves compiles nothing.
    isas: (precision) => (precision === 'exact' ? ['simd128'] : []),
    load() {
      instance ??= new WasmInstance(compile(), new Heap(false));
      return new WasmKernels(instance, 1, undefined);
    },
    async startThreads(_, wanted) {
      if (threads === undefined) throw new Error('this entry has no worker threads');
      shared ??= sharedInstance(threads);
      const count = await shared.pool.grow(wanted);
      return new WasmKernels(shared, count, shared.pool);
    },
  };
}

/** The kernels and their memory, which every operator and tensor on them has a part of. */
class WasmInstance {
  readonly heap: Heap;
  readonly arena: Arena;
  readonly kernels: ReadonlyMap<string, WasmKernel>;

  constructor(module: WebAssembly.Module, heap: Heap) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory } });
    this.heap = heap;
    this.arena = new Arena(heap);
    this.kernels = kernelsOf(exports);
    // What the module keeps for itself is never freed.
    heap.allocate((exports.heapBase as () => number)());
  }
}

interface SharedInstance extends WasmInstance {
  readonly pool: Pool;
}

function sharedInstance(threads: Threads): SharedInstance {
  const module = threads.compile();
  const instance = new WasmInstance(module, new Heap(true));
  return Object.assign(instance, { pool: threads.pool(module, instance.heap) });
}

class WasmKernels implements Kernels {
  readonly backend = 'wasm';
  readonly isa = 'simd128';
  readonly threads: number;
  readonly precision = 'exact';
  readonly shortWork = 2 ** 18;
  readonly #heap: Heap;
  readonly #arena: Arena;
  readonly #kernels: ReadonlyMap<string, WasmKernel>;
  readonly #pool: Pool | undefined;
  /** Where the last output was copied from. */
  #result: TensorData = new Float32Array();

  constructor({ heap, arena, kernels }: WasmInstance, threads: number, pool: Pool | undefined) {
    this.threads = threads;
    this.#heap = heap;
    this.#arena = arena;
    this.#kernels = kernels;
    this.#pool = pool;
  }

  prepare(op: OpName, stages: readonly Stage[]): Prepared {
    const first = stages[0].config;
    const { name, layout } = kernelFor(op, first);
    const adapt = adapterFor(op, layout, first.layout);
    return new WasmPrepared(this.#heap, this.#arena, this.#kernels.get(name) as WasmKernel, stages, adapt);
  }

  allocate(bytes: number): Memory {
    const memory = new WasmMemory(this.#heap, bytes);
    this.#heap.bytes.fill(0, memory.byteOffset, memory.byteOffset + bytes);
    return memory;
  }

  holds(memory: Memory): boolean {
    return memory instanceof WasmMemory && memory.buffer === this.#heap.buffer;
  }

  run(steps: readonly Step[]): void {
    for (let i = 0; i < steps.length; i++) {
      if ((steps[i].plan as WasmPlan).planes === undefined) this.#runAsGiven(steps[i]);
      else this.#runTransposed(steps[i]);
    }
  }

  async start(steps: readonly Step[], signal?: AbortSignal, waited?: Waited): Promise<void> {
    throwIfAborted(signal);
    const heap = this.#heap;
    // Now, as addresses: growth detaches the views that callers have of this memory.
    const started = steps.map((step) => new StartedStep(heap, step));
    const release = holdMemory(steps);
    const weights = started.map(({ plan }) => plan.weights);
    for (const packed of weights) packed.retain();
    try {
      const slices = new Slices(signal, waited);
      const pool = this.#pool;
      for (const step of started) {
        const threads = step.plan.threadsOf(this.threads);
        await step.run(slices, threads, pool && ((job) => pool.start(job, threads, signal, () => slices.begin())));
      }
    } finally {
      for (const packed of weights) packed.release();
      release();
    }
  }

  /** Operands in this memory are used where they stand, others have a copy in the arena. */
  #runAsGiven(step: Step): void {
    const heap = this.#heap;
    const plan = step.plan as WasmPlan;
    const { input, output, residual } = step;
    const threads = plan.threadsOf(this.#pool?.threadsNow(this.threads) ?? 1);
    // As numbers: where the arena grows the memory, every view of it is detached.
    let inputAt = heap.addressOfPlace(input, plan.inputBytes);
    let outputAt = heap.addressOfPlace(output, plan.outputBytes);
    let residualAt = residual === undefined ? 0 : heap.addressOfPlace(residual, plan.outputBytes);
    const inputRoom = inputAt < 0 ? aligned(plan.inputBytes) : 0;
    const outputRoom = outputAt < 0 ? aligned(plan.outputBytes) : 0;
    const residualRoom = residualAt < 0 ? aligned(plan.outputBytes) : 0;
    const head = this.#arena.reserve(
      plan.headBytes + inputRoom + outputRoom + residualRoom + plan.scratchRoom * threads,
    );
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
    this.#compute(plan, threads, head, inputAt, outputAt, residualAt, free);
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
    const threads = plan.threadsOf(this.#pool?.threadsNow(this.threads) ?? 1);
    const matrices = matricesOf(plan.planes as Planes);
    const inputRoom = aligned(plan.inputBytes);
    const outputRoom = aligned(plan.outputBytes);
    const inputPlace = heap.addressOfPlace(input, plan.inputBytes);
    const outputPlace = heap.addressOfPlace(output, plan.outputBytes);
    const residualPlace = heap.addressOfPlace(residual ?? output, plan.outputBytes);
    const head = this.#arena.reserve(plan.headBytes + inputRoom + 2 * outputRoom + plan.scratchRoom * threads);
    const inputAt = head + plan.headBytes;
    const outputAt = inputAt + inputRoom;
    const residualAt = outputAt + outputRoom;
    // The memory grows no more in this call: views may be made again.
    const given = (place: Place, address: number, bytes: number) =>
      address < 0 ? arrayAt(place, bytes, 'float32') : heap.view(address, bytes, 'float32');
    const from = given(input, inputPlace, plan.inputBytes);
    const to = given(output, outputPlace, plan.outputBytes);
    const added = given(residual ?? output, residualPlace, plan.outputBytes);
    transpose(from, heap.view(inputAt, plan.inputBytes, 'float32'), matrices.input);
    if (residual !== undefined) {
      transpose(added, heap.view(residualAt, plan.outputBytes, 'float32'), matrices.residual);
    }
    const addedAt = residual === undefined ? 0 : residualAt;
    this.#compute(plan, threads, head, inputAt, outputAt, addedAt, residualAt + outputRoom);
    transpose(heap.view(outputAt, plan.outputBytes, 'float32'), to, matrices.output);
  }

  #compute(
    plan: WasmPlan,
    threads: number,
    headAt: number,
    inputAt: number,
    outputAt: number,
    residualAt: number,
    scratchAt: number,
  ): void {
    plan.begin(headAt, inputAt, outputAt, residualAt);
    if (threads > 1) this.#pool?.run(plan.job(headAt, scratchAt), threads);
    else plan.runUnits(headAt, scratchAt, 0, plan.units);
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
