// A case of an operation in a few words, and the call it stands for: tensors from a seed, options in the right layouts.
import { reference } from '../../src/backends/reference/index.js';
import type { Activation } from '../../src/core/activation.js';
import type { TensorData } from '../../src/core/arrays.js';
import type { Kernels } from '../../src/core/kernels.js';
import { imageShape } from '../../src/core/layout.js';
import type { Operator } from '../../src/core/operator.js';
import type { Padding, Pair } from '../../src/core/options.js';
import type { Border, Dtype, Layout } from '../../src/core/params.js';
import { type Shape, sizeOf } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import { type OperationName, type Operations, operationsOn } from '../../src/ops/index.js';
import { guarded, surrounded } from './bits.js';
import { fill, generator, type ValueKind } from './random.js';
import { weightsOf } from './weights.js';

/** An activation as a case names it: prelu's slope is drawn like a bias. */
export type CaseActivation = Exclude<Activation, { type: 'prelu' }> | 'prelu';

/** Plain data, so that a failing case can be printed and pasted among the named ones. */
export interface Case {
  readonly title?: string;
  /** [n, h, w, c], whatever the layout. */
  readonly image: readonly [number, number, number, number];
  /** Of a convolution its filter's size, of a pooling its window, of a separable filter the taps [down, across]. */
  readonly kernel?: readonly [number, number];
  readonly multiplier?: number;
  readonly outputs?: number;
  readonly options?: {
    readonly strides?: Pair;
    readonly padding?: Padding;
    readonly dilations?: Pair;
    readonly groups?: number;
    readonly outputPadding?: Pair;
    readonly ceilMode?: boolean;
    readonly countIncludePad?: boolean;
    readonly border?: Border;
    readonly activation?: CaseActivation;
    readonly depthwiseActivation?: CaseActivation;
  };
  readonly layout?: Layout;
  /** Whose order the axes of the filters have. Default: that of the layout. */
  readonly filters?: 'tensorflow' | 'pytorch';
  readonly dtype?: Dtype;
  readonly bias?: boolean;
  readonly residual?: boolean;
  readonly values?: ValueKind;
  /** `[first, last]`: what a filter's first tap of the first channel and its last tap of the last one hold. */
  readonly borderTaps?: readonly [number, number];
  readonly seed?: number;
}

/** The arguments of a call, ready for any backend. */
export interface Call {
  readonly name: OperationName;
  readonly about: Case;
  readonly layout: Layout;
  readonly input: Tensor<TensorData>;
  readonly filters: readonly Tensor[];
  readonly options: object;
  readonly residual: Tensor | undefined;
}

/** Makes the tensors of a case; every other one is a view that starts one element into a buffer. */
export function callOf(name: OperationName, about: Case): Call {
  const { layout = 'NHWC', values = 'ordinary', dtype = 'float32', seed = 1 } = about;
  const next = generator(seed);
  let made = seed;
  const make = (shape: Shape, role: 'input' | 'weight', type: Dtype = 'float32'): Tensor<TensorData> => ({
    data: fill(surrounded(type, sizeOf(shape), made++ % 2), values, role, next),
    shape,
  });
  const makeArray = (length: number) => make([length], 'weight').data as Float32Array;
  const pytorch = (about.filters ?? (layout === 'NCHW' ? 'pytorch' : 'tensorflow')) === 'pytorch';
  const weights = weightsOf[name](about, pytorch);
  const filters = weights.filters.map((shape) => make(shape, 'weight') as Tensor);
  if (about.borderTaps !== undefined) {
    for (const { data } of name === 'sepFilter2d' ? filters : filters.slice(0, 1)) {
      [data[0], data[data.length - 1]] = about.borderTaps;
    }
  }
  const options: Record<string, unknown> = { ...about.options, ...weights.options, layout };
  for (const [half, channels] of Object.entries(weights.halves)) {
    const [bias, activation] = half === '' ? ['bias', 'activation'] : [`${half}Bias`, `${half}Activation`];
    if (about.bias) options[bias] = makeArray(channels);
    if (options[activation] === 'prelu') options[activation] = { type: 'prelu', slope: makeArray(channels) };
  }
  const [batch, height, width, channels] = about.image;
  const input = make(imageShape({ batch, height, width, channels }, layout), 'input', dtype);
  const call = { name, about, layout, input, filters, options, residual: undefined };
  if (!about.residual && name !== 'add') return call;
  const shape = name === 'add' ? input.shape : prepare(reference, call).outputShape(input.shape);
  return { ...call, residual: make(shape, 'input') as Tensor };
}

type Arguments = readonly unknown[];

/** What stands between the input and the options, then the options. */
function argumentsOf({ name, filters, options }: Call): Arguments {
  if (name === 'sepFilter2d') return [...filters.map(({ data }) => data), options];
  if (name !== 'activate') return [...filters, options];
  const { activation, ...rest } = options as { activation?: Activation };
  return [activation, rest];
}

/** What a one-shot call takes from its input. */
function preparedOptions({ name, about, input }: Call): object {
  if (name === 'depthwiseConv2d' || name === 'separableConv2d') return { groups: about.image[3] };
  return name === 'sepFilter2d' && input.data instanceof Uint8Array ? { dtype: 'uint8' } : {};
}

/** The call's operator on a backend. */
export function prepare(kernels: Kernels, call: Call): Operator<TensorData> {
  const { name } = call;
  const functionName = `prepare${name[0].toUpperCase()}${name.slice(1)}` as 'prepareConv2d';
  const create: (...given: Arguments) => Operator<never> = operationsOn(() => kernels)[functionName] as never;
  const given = argumentsOf(call);
  return create(...given.slice(0, -1), { ...(given.at(-1) as object), ...preparedOptions(call) }) as never;
}

/** Runs a prepared operator into a guarded array. */
export function runPrepared(operator: Operator<TensorData>, { input, residual, about }: Call): Tensor<TensorData> {
  const shape = operator.outputShape(input.shape);
  const output = guarded(about.dtype ?? 'float32', sizeOf(shape), (about.seed ?? 1) % 2);
  const out = { data: output.data, shape };
  const result = operator.run(input, residual === undefined ? { out } : { out, residual });
  output.check(JSON.stringify(about));
  return result;
}

/** Prepares, runs into a guarded array, disposes. */
export function outputOf(kernels: Kernels, call: Call): Tensor<TensorData> {
  const operator = prepare(kernels, call);
  try {
    return runPrepared(operator, call);
  } finally {
    operator[Symbol.dispose]();
  }
}

/** The same by a one-shot call, into a new array unless there is an `out`. */
export function oneShot(kernels: Kernels, call: Call, out?: Tensor): Tensor<TensorData> {
  return callOneShot(kernels, call.name, call, { out }) as Tensor<TensorData>;
}

/** The same by its asynchronous twin. */
export function oneShotAsync(kernels: Kernels, call: Call, more: object = {}): Promise<Tensor<TensorData>> {
  return callOneShot(kernels, `${call.name}Async`, call, more) as Promise<Tensor<TensorData>>;
}

function callOneShot(kernels: Kernels, functionName: keyof Operations, call: Call, more: object): unknown {
  const { name, input, residual } = call;
  const run: (...given: Arguments) => unknown = operationsOn(() => kernels)[functionName] as never;
  const given = argumentsOf(call);
  const options = { ...(given.at(-1) as object), ...more };
  if (name === 'add') return run(input, residual, options);
  return run(input, ...given.slice(0, -1), residual === undefined ? options : { ...options, residual });
}
