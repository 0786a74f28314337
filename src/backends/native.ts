// The addon's kernels. The addon knows ops and instruction sets by name; the lists are compared when it loads.
import { onAbort, reasonOf, throwIfAborted } from '../core/aborts.js';
import { outOfMemory } from '../core/arrays.js';
import { SepconvError } from '../core/errors.js';
import { kernelFor } from '../core/kernel-table.js';
import type { BackendSource, Kernels, Memory, OpName, Plan, Prepared, Stage, Step, Waited } from '../core/kernels.js';
import type { Params } from '../core/params.js';
import { shortPlace, workOf } from '../core/places.js';
import { adapterFor } from './channels-last.js';
import { type Addon, type AddonKernel, checkAddon, type Outcome, outcomes, type StartedRun } from './native/addon.js';
import { arrayOf, NativeMemory } from './native/memory.js';
import { type NativePlan, NativePrepared } from './native/prepared.js';

/** Multiply-adds that are worth a thread: waking one costs about as much as this many. */
const workPerThread = 2 ** 20;

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
    processor: () => loaded().processor,
    load: (isa, threads) => new NativeKernels(loaded(), isa, threads, parallelism),
  };
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
    const first = stages[0].config;
    const { name, layout } = kernelFor(op, first);
    const adapt = adapterFor(op, layout, first.layout);
    return new NativePrepared(this.#addon, this.#kernel(name), stages, adapt, this.#threadsFor);
  }

  allocate(bytes: number): Memory {
    return new NativeMemory(this.#addon, bytes);
  }

  holds(memory: Memory): boolean {
    return memory instanceof NativeMemory && memory.isFixed;
  }

  run(steps: readonly Step[]): void {
    for (let i = 0; i < steps.length; i++) this.#runStep(steps[i]);
  }

  #runStep({ plan, input, output, residual }: Step): void {
    const added = residual === undefined ? undefined : arrayOf(residual);
    const outcome = this.#addon.run((plan as NativePlan).buffer, arrayOf(input), arrayOf(output), added);
    if (outcome !== outcomes.done) throw errorFor(outcome, plan);
  }

  async start(steps: readonly Step[], signal?: AbortSignal, waited?: Waited): Promise<void> {
    throwIfAborted(signal);
    if (steps.length === 0) return;
    const memories = steps.flatMap(({ input, output, residual }) => [input.memory, output.memory, residual?.memory]);
    const held = memories.filter((memory) => memory instanceof NativeMemory);
    for (const memory of held) memory.retain();
    this.#underWay.add(steps);
    try {
      const outcome = await this.#outcomeOf(steps, signal, waited);
      if (outcome === outcomes.cancelled) throw reasonOf(signal as AbortSignal);
      if (outcome !== outcomes.done) throw errorFor(outcome, steps[0].plan);
    } finally {
      this.#underWay.delete(steps);
      for (const memory of held) memory.release();
    }
  }

  #outcomeOf(steps: readonly Step[], signal: AbortSignal | undefined, waited: Waited | undefined): Promise<Outcome> {
    return new Promise((resolve) => {
      let run: StartedRun | undefined;
      const leave = onAbort(signal, () => run !== undefined && this.#addon.cancel(run));
      const started = this.#addon.start(
        steps.map(({ plan }) => (plan as NativePlan).buffer),
        steps.map(({ input }) => arrayOf(input)),
        steps.map(({ output }) => arrayOf(output)),
        steps.map(({ residual }) => residual && arrayOf(residual)),
        (outcome, milliseconds) => {
          waited?.(milliseconds);
          leave();
          resolve(outcome);
        },
      );
      if (typeof started === 'object') {
        run = started;
        return;
      }
      leave();
      resolve(started);
    });
  }

  #kernel(name: string): AddonKernel {
    const known = this.#kernels.get(name) ?? this.#addon.kernel(this.isa, name);
    if (known === undefined) throw new SepconvError('ERR_KERNEL', `the addon has no kernel ${name} for ${this.isa}`);
    this.#kernels.set(name, known);
    return known;
  }
}

/** As many threads as the multiply-adds of a call are worth. */
function worthwhileThreads(params: readonly Params[], parallelism: number): number {
  return Math.min(parallelism, Math.max(1, Math.floor(workOf(params) / workPerThread)));
}

function errorFor(outcome: Outcome, plan: Plan): SepconvError {
  if (outcome === outcomes.shortPlace) return shortPlace();
  return outOfMemory('what a run needs beside its tensors', plan.scratchBytes);
}
