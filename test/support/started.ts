// Started runs of the same calls as the synchronous ones.
import type { TensorData } from '../../src/core/arrays.js';
import type { Kernels, Step } from '../../src/core/kernels.js';
import type { Operator } from '../../src/core/operator.js';
import { sizeOf } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import { guarded } from './bits.js';
import { type Call, prepare } from './cases.js';

/** These kernels, but a run only tells its steps. */
function recorder(kernels: Kernels): { kernels: Kernels; steps: Step[] } {
  const steps: Step[] = [];
  const record = (run: readonly Step[]) => {
    steps.splice(0);
    for (const { plan, input, output, residual } of run) {
      steps.push({ plan, input: { ...input }, output: { ...output }, residual: residual && { ...residual } });
    }
  };
  const { backend, isa, threads, precision, shortWork } = kernels;
  return {
    steps,
    kernels: {
      backend,
      isa,
      threads,
      precision,
      shortWork,
      prepare: (op, stages) => kernels.prepare(op, stages),
      allocate: (bytes) => kernels.allocate(bytes),
      holds: (memory) => kernels.holds(memory),
      run: record,
      start: (started, signal) => kernels.start(started, signal),
    },
  };
}

/** A call ready to be started: its operator, the steps of its run, and what they write. */
export interface Prestarted {
  readonly operator: Operator<TensorData>;
  readonly steps: readonly Step[];
  readonly out: Tensor<TensorData>;
  /** Throws where something was written around the output. */
  check(): void;
}

/** Prepares a call; `input` and `out` may stand for its tensors. */
export function prestart(kernels: Kernels, call: Call, given: { input?: Tensor; out?: Tensor } = {}): Prestarted {
  const recording = recorder(kernels);
  const operator = prepare(recording.kernels, call);
  const { residual, about } = call;
  const input = given.input ?? call.input;
  const shape = operator.outputShape(input.shape);
  const output = guarded(about.dtype ?? 'float32', sizeOf(shape), (about.seed ?? 1) % 2);
  const out = given.out ?? { data: output.data, shape };
  operator.run(input, residual === undefined ? { out } : { out, residual });
  return { operator, steps: [...recording.steps], out, check: () => output.check(JSON.stringify(about)) };
}

/** Prepares, starts, waits, disposes. */
export async function startedOutput(kernels: Kernels, call: Call): Promise<Tensor<TensorData>> {
  const { operator, steps, out, check } = prestart(kernels, call);
  const started = kernels.start(steps);
  operator[Symbol.dispose]();
  await started;
  check();
  return out;
}
