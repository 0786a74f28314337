// A case of an op in a few words, and the call it stands for: tensors from a seed, options in the right layouts.
import { reference } from '../../src/backends/reference/index.js';
import type { Kernels, OpName } from '../../src/core/kernels.js';
import { imageShape } from '../../src/core/layout.js';
import { Operator, runOnce } from '../../src/core/operator.js';
import type { Activation, Padding, Pair } from '../../src/core/options.js';
import type { Layout } from '../../src/core/params.js';
import { type Shape, sizeOf, type Tensor } from '../../src/core/tensor.js';
import { ops } from '../../src/ops/index.js';
import { guarded, surrounded } from './bits.js';
import { fill, generator, type ValueKind } from './random.js';

/** Plain data, so that a failing case can be printed and pasted among the named ones. */
export interface Case {
  readonly title?: string;
  /** [n, h, w, c], whatever the layout. */
  readonly image: readonly [number, number, number, number];
  readonly kernel?: readonly [number, number];
  readonly multiplier?: number;
  readonly outputs?: number;
  readonly options?: {
    readonly strides?: Pair;
    readonly padding?: Padding;
    readonly dilations?: Pair;
    readonly activation?: Activation;
    readonly depthwiseActivation?: Activation;
  };
  readonly layout?: Layout;
  /** Whose order the axes of the filters have. Default: that of the layout. */
  readonly filters?: 'tensorflow' | 'pytorch';
  readonly bias?: boolean;
  readonly residual?: boolean;
  readonly values?: ValueKind;
  /** `[first, last]`: what the first tap of the first channel and the last tap of the last one hold. */
  readonly borderTaps?: readonly [number, number];
  readonly seed?: number;
}

interface Weights {
  readonly filters: readonly Shape[];
  readonly filterLayout: string;
  /** The length of each bias option. */
  readonly biases: Readonly<Record<string, number>>;
}

/** The weights of a case, op by op. */
const weightsOf: Record<OpName, (aCase: Case, pytorch: boolean) => Weights> = {
  depthwise: ({ image: [, , , c], kernel: [kh, kw] = [3, 3], multiplier: m = 1 }, pytorch) => ({
    filters: [pytorch ? [c * m, 1, kh, kw] : [kh, kw, c, m]],
    filterLayout: pytorch ? 'OIHW' : 'HWCM',
    biases: { bias: c * m },
  }),
  pointwise: ({ image: [, , , c], outputs = 4 }, pytorch) => ({
    filters: [pytorch ? [outputs, c, 1, 1] : [c, outputs]],
    filterLayout: pytorch ? 'OIHW' : 'HWIO',
    biases: { bias: outputs },
  }),
  separable: (aCase, pytorch) => {
    const { filters, filterLayout, biases } = weightsOf.depthwise(aCase, pytorch);
    const { outputs = 4 } = aCase;
    return {
      filters: [...filters, pytorch ? [outputs, biases.bias] : [1, 1, biases.bias, outputs]],
      filterLayout,
      biases: { depthwiseBias: biases.bias, bias: outputs },
    };
  },
};

/** The arguments of a call, ready for any backend. */
export interface Call {
  readonly op: OpName;
  readonly about: Case;
  readonly layout: Layout;
  readonly input: Tensor;
  readonly filters: readonly Tensor[];
  readonly options: object;
  readonly residual: Tensor | undefined;
}

/** Makes the tensors of a case; every other one is a view that starts 4 bytes into a buffer. */
export function callOf(op: OpName, about: Case): Call {
  const { layout = 'NHWC', values = 'ordinary', seed = 1 } = about;
  const next = generator(seed);
  let made = seed;
  const make = (shape: Shape, role: 'input' | 'weight'): Tensor => {
    const data = surrounded(sizeOf(shape), made++ % 2);
    return { data: fill(data, values, role, next), shape };
  };
  const pytorch = (about.filters ?? (layout === 'NCHW' ? 'pytorch' : 'tensorflow')) === 'pytorch';
  const weights = weightsOf[op](about, pytorch);
  const filters = weights.filters.map((shape) => make(shape, 'weight'));
  if (about.borderTaps !== undefined) {
    const { data } = filters[0];
    [data[0], data[data.length - 1]] = about.borderTaps;
  }
  const biases = Object.entries(about.bias ? weights.biases : {}).map(
    ([name, length]) => [name, make([length], 'weight').data] as const,
  );
  const options = {
    ...about.options,
    layout,
    filterLayout: weights.filterLayout,
    ...Object.fromEntries(biases),
  };
  const [batch, height, width, channels] = about.image;
  const input = make(imageShape({ batch, height, width, channels }, layout), 'input');
  const call = { op, about, layout, input, filters, options, residual: undefined };
  if (!about.residual) return call;
  return { ...call, residual: make(prepare(reference, call).outputShape(input.shape), 'input') };
}

/** The call's operator on a backend. */
export function prepare(kernels: Kernels, { op, filters, options, about }: Call): Operator {
  const given = { ...options, ...(op === 'pointwise' ? {} : { groups: about.image[3] }) };
  return new Operator(kernels, ops[op], filters, given);
}

/** Runs a prepared operator into a guarded array. */
export function runPrepared(operator: Operator, { input, residual, about }: Call): Tensor {
  const shape = operator.outputShape(input.shape);
  const output = guarded(sizeOf(shape), (about.seed ?? 1) % 2);
  const result = operator.run(input, { residual, out: { data: output.data, shape } });
  output.check(JSON.stringify(about));
  return result;
}

/** Prepares, runs into a guarded array, disposes. */
export function outputOf(kernels: Kernels, call: Call): Tensor {
  const operator = prepare(kernels, call);
  try {
    return runPrepared(operator, call);
  } finally {
    operator[Symbol.dispose]();
  }
}

/** The same by a one-shot call, into a new array. */
export function oneShot(kernels: Kernels, { op, input, filters, options, residual }: Call): Tensor {
  return runOnce(kernels, ops[op], input, filters, { ...options, residual });
}
