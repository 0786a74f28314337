// Where vectors of half the width are faster than the widest ones, by processor: `npm run bench` shows it with
// `--with '^auto|^native/'`. Bits depend on none of it.
import { kernelFor } from '../core/kernel-table.js';
import type { BackendSource, Kernels, Memory, OpName, Plan, Prepared, Stage, Step, Waited } from '../core/kernels.js';
import type { Config, Params } from '../core/params.js';
import type { Candidate } from './select.js';

/** From which width of outputs on the helper is the faster one, for the first and the last stage of a kernel. */
type Rule = (first: Config, last: Config) => number;

/** Who serves beside an instruction set, by kernel. */
interface Tuning {
  readonly helper: string;
  readonly rules: Readonly<Record<string, Rule>>;
}

const [always, never] = [0, Number.POSITIVE_INFINITY];

/** How much longer the arithmetic of full vectors takes when they are half as wide, and a little to be worth it. */
const halfWidthCost = 1.15;

/** Whether so many channels fill vectors of 16 so badly that those of 8 are done with them sooner. */
function isPoorFit(channels: number): boolean {
  const inLanesOf = (lanes: number) => Math.ceil(channels / lanes) * lanes;
  return inLanesOf(8) * halfWidthCost < inLanesOf(16);
}

const byFit: Rule = (_, { outputChannels, groups }) => (isPoorFit(outputChannels / groups) ? always : never);
const isThin = ({ inputChannels }: Config) => inputChannels < 16;

const zen4: Tuning['rules'] = {
  pointwise: byFit,
  conv2d: byFit,
  depthwise: (first) => (isThin(first) ? always : never),
  separable: (first, last) =>
    isThin(first) || (isPoorFit(first.inputChannels) && isPoorFit(last.outputChannels)) ? always : never,
};

/** Outputs of rows that are longer than those of narrow planes, as the kernels have them in native/simd/tuning.h. */
const widePlanes = 25;

const zen4Exact: Tuning['rules'] = {
  ...zen4,
  depthwisePlanes(first) {
    const { inputChannels, outputChannels, filterWidth, strideWidth, dilationWidth } = first;
    if (isThin(first)) return always;
    if (strideWidth > 1 || dilationWidth > 1 || filterWidth > 5) return never;
    return outputChannels > inputChannels ? always : widePlanes;
  },
};

const tunings: Readonly<Record<string, Tuning>> = {
  'zen4 avx512': { helper: 'avx2', rules: zen4Exact },
  'zen4 avx512-fma': { helper: 'avx2-fma', rules: zen4 },
};

/**
 * @internal The kernels, or where an instruction set is known that does some things faster on this processor, both.
 *
 * @param load gives the helper after its test, or leaves a reason
 * @param reasons gets a sentence on who helps
 */
export function joinIsas(
  source: BackendSource,
  kernels: Kernels,
  load: (candidate: Candidate) => Kernels | undefined,
  reasons: string[],
): Kernels {
  const tuning = tunings[`${source.processor?.()} ${kernels.isa}`];
  const helper = tuning && load({ source, isa: tuning.helper });
  if (helper === undefined) return kernels;
  reasons.push(`${source.backend}/${helper.isa}: serves what it does faster than ${kernels.isa} on this processor`);
  return new JoinedKernels(kernels, helper, tuning.rules);
}

/** Two instruction sets of one backend, whose plans and memory either of them takes. */
class JoinedKernels implements Kernels {
  readonly backend: Kernels['backend'];
  readonly isa: string;
  readonly threads: number;
  readonly precision: Kernels['precision'];
  readonly shortWork: number;
  readonly #own: Kernels;
  readonly #helper: Kernels;
  readonly #rules: Tuning['rules'];

  constructor(own: Kernels, helper: Kernels, rules: Tuning['rules']) {
    this.backend = own.backend;
    this.isa = own.isa;
    this.threads = own.threads;
    this.precision = own.precision;
    this.shortWork = own.shortWork;
    this.#own = own;
    this.#helper = helper;
    this.#rules = rules;
  }

  prepare(op: OpName, stages: readonly Stage[]): Prepared {
    const [first, last] = [stages[0].config, stages[stages.length - 1].config];
    const width = this.#rules[kernelFor(op, first).name]?.(first, last) ?? never;
    if (width === never) return this.#own.prepare(op, stages);
    const helping = this.#helper.prepare(op, stages);
    return width === always ? helping : new PreparedByWidth(this.#own.prepare(op, stages), helping, width);
  }

  allocate(bytes: number): Memory {
    return this.#own.allocate(bytes);
  }

  holds(memory: Memory): boolean {
    return this.#own.holds(memory);
  }

  run(steps: readonly Step[]): void {
    this.#own.run(steps);
  }

  start(steps: readonly Step[], signal?: AbortSignal, waited?: Waited): Promise<void> {
    return this.#own.start(steps, signal, waited);
  }
}

/** The second one serves outputs from a width on. */
class PreparedByWidth implements Prepared {
  readonly #narrow: Prepared;
  readonly #wide: Prepared;
  readonly #width: number;

  constructor(narrow: Prepared, wide: Prepared, width: number) {
    this.#narrow = narrow;
    this.#wide = wide;
    this.#width = width;
  }

  plan(params: readonly Params[]): Plan {
    return (params[params.length - 1].outputWidth < this.#width ? this.#narrow : this.#wide).plan(params);
  }

  dispose(): void {
    this.#narrow.dispose();
    this.#wide.dispose();
  }
}
