// From a declared op to a result: weights packed once, shapes settled per input size, operands checked per run.
import { type Cost, costOf } from './cost.js';
import { invalid, SepconvError } from './errors.js';
import type { Kernels, OpName, Prepared, Stage } from './kernels.js';
import { type ImageSize, imageShape, imageSize, outputSize, permute } from './layout.js';
import { checkOptions, type RunOptions } from './options.js';
import type { Config, Dtype, Layout, Params } from './params.js';
import {
  type ArrayType,
  allocate,
  arrayTypes,
  checkOverlap,
  checkShape,
  checkTensor,
  dataOf,
  maxInt32,
  type Shape,
  sameShape,
  shapeOf,
  sizeOf,
  type Tensor,
  type TensorData,
} from './tensor.js';

/** An op, declared once; every way of calling it comes from this. */
export interface Op<Options> {
  /** The names of its filter arguments, in order. */
  readonly filters: readonly string[];
  /**
   * Checks the filters' shapes and the options, and settles everything that does not depend on the input's size.
   * `inputChannels` is known in a one-shot call only.
   */
  settle(filters: readonly Shape[], options: Options, inputChannels?: number): Settled;
}

export interface Settled {
  readonly kernel: OpName;
  readonly layout: Layout;
  readonly dtype: Dtype;
  /** Undefined where any number will do. */
  readonly inputChannels: number | undefined;
  /** Whether `out` may be the input or the residual itself. */
  readonly inPlace: boolean;
  readonly residual: 'none' | 'optional' | 'required';
  readonly stages: readonly SettledStage[];
  /** The params of every stage for this input; throws where the input is too small or the output too large. */
  params(input: ImageSize): readonly Params[];
}

export interface SettledStage {
  readonly config: Config;
  readonly bias: Float32Array;
  readonly slope: Float32Array;
  /** How the caller's filter comes into the canonical order: seen in this shape, its axes in this order. */
  readonly filter?: { readonly shape: Shape; readonly order: readonly number[] };
}

/** A one-shot call: prepare, run, dispose. */
export function runOnce<D extends TensorData, Options extends object>(
  kernels: Kernels,
  op: Op<Omit<Options, keyof RunOptions>>,
  input: Tensor<D>,
  filters: readonly Tensor[],
  options: (Options & RunOptions<D>) | undefined,
): Tensor<D> {
  checkOptions(options);
  const { out, residual, ...rest } = (options ?? {}) as Options & RunOptions<D> & { layout?: unknown };
  const { channels } = imageSize(shapeOf('input', input, 4), rest.layout === 'NCHW' ? 'NCHW' : 'NHWC');
  const operator = new Operator<D>(kernels, op, filters, rest, channels);
  try {
    return operator.run(input, { out, residual });
  } finally {
    operator[Symbol.dispose]();
  }
}

const withoutResidual = ['out'];
const withResidual = ['out', 'residual'];

/**
 * An op whose weights are checked and packed: runs on any batch and any image size, again and again.
 *
 * A run with `out` on an input of the same size as the last one allocates nothing. What does: a run without `out` (the
 * output), a new size (the shapes), NCHW where the kernel has no such layout, and `out` on shared memory that may be the
 * input's; `bench/million.mjs` has the costs.
 */
export class Operator<D extends TensorData = Float32Array> {
  readonly #settled: Settled;
  readonly #type: ArrayType;
  #prepared: Prepared | undefined;
  #inputShape: Shape | undefined;
  #outputShape: Shape = [];
  #inputLength = 0;
  #outputLength = 0;
  #params: readonly Params[] = [];
  /** Those that the backend has settled. */
  #running: readonly Params[] | undefined;

  /** @internal Made by the `prepare…` functions. */
  constructor(
    kernels: Kernels,
    op: Op<never>,
    filters: readonly Tensor[],
    options: object | undefined,
    inputChannels?: number,
  ) {
    checkOptions(options);
    const tensors = op.filters.map((name, index) => checkTensor<Float32Array>(name, filters[index], 'Float32Array'));
    const shapes = tensors.map(({ shape }) => shape);
    this.#settled = op.settle(shapes, (options ?? {}) as never, inputChannels);
    this.#type = arrayTypes[this.#settled.dtype];
    const stages = this.#settled.stages.map((stage, index) => toStage(stage, tensors[index]));
    this.#prepared = kernels.prepare(this.#settled.kernel, stages);
  }

  /**
   * Runs on one input.
   *
   * @param input in the operator's layout and type
   * @returns `out` where it is given, else a new tensor
   * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_OPTION`, `ERR_MEMORY`, `ERR_DISPOSED`;
   * nothing is written then
   */
  run(input: Tensor<D>, options?: RunOptions<D>): Tensor<D> {
    const prepared = this.#prepared;
    if (prepared === undefined) {
      throw new SepconvError('ERR_DISPOSED', 'operator: it was disposed; prepare a new one', { argument: 'operator' });
    }
    checkOptions(options, this.#settled.residual === 'none' ? withoutResidual : withResidual);
    this.#settle(shapeOf('input', input, 4, this.#inputShape));
    const read = dataOf('input', input, this.#inputLength, this.#type);
    const residual = options?.residual;
    const isAdded = residual !== undefined || this.#settled.residual === 'required';
    const added = isAdded ? this.#likeOutput('residual', residual as Tensor<D>) : undefined;
    const out = options?.out;
    const output = out === undefined ? this.#newOutput() : out;
    this.#compute(prepared, read, this.#likeOutput('out', output), added);
    return output;
  }

  /** The shape that `run` would give for an input of this shape. */
  outputShape(inputShape: Shape): Shape {
    this.#settle(checkShape('inputShape', inputShape, 4));
    return this.#outputShape;
  }

  /** What `run` costs on an input of this shape: parameters, multiply-adds, bytes; see `Cost`. */
  cost(inputShape: Shape): Cost {
    this.#settle(checkShape('inputShape', inputShape, 4));
    return costOf(this.#settled, this.#params);
  }

  /** Frees the packed weights; any later run throws `ERR_DISPOSED`. */
  [Symbol.dispose](): void {
    this.#prepared?.dispose();
    this.#prepared = undefined;
  }

  #settle(inputShape: Shape): void {
    if (this.#inputShape !== undefined && sameShape(this.#inputShape, inputShape)) return;
    this.#params = paramsFor(this.#settled, inputShape);
    this.#inputShape = Object.freeze([...inputShape]);
    this.#outputShape = Object.freeze(outputShapeOf(this.#settled, this.#params));
    this.#inputLength = sizeOf(this.#inputShape);
    this.#outputLength = sizeOf(this.#outputShape);
  }

  #newOutput(): Tensor<D> {
    return { data: allocate(this.#type, this.#outputLength) as D, shape: this.#outputShape };
  }

  #compute(prepared: Prepared, input: D, output: D, residual: D | undefined): void {
    if (this.#outputLength === 0) return;
    if (this.#params !== this.#running) {
      prepared.settle(this.#params);
      this.#running = this.#params;
    }
    const { inPlace } = this.#settled;
    const clash = checkOverlap(output, 'input', input, inPlace);
    const clashes = (residual !== undefined && checkOverlap(output, 'residual', residual, inPlace)) || clash;
    const target = clashes ? (allocate(this.#type, this.#outputLength) as D) : output;
    prepared.run(input, target, residual);
    if (clashes) output.set(target);
  }

  /** The data of a tensor that has the output's shape. */
  #likeOutput(argument: string, value: Tensor<D>): D {
    const shape = shapeOf(argument, value, 4, this.#outputShape);
    if (shape !== this.#outputShape) {
      const expected = `the output's shape ${JSON.stringify(this.#outputShape)}`;
      throw invalid('ERR_SHAPE', `${argument}.shape`, expected, shape, 'ask outputShape for it');
    }
    return dataOf(argument, value, this.#outputLength, this.#type);
  }
}

/** The params of every stage for an input of this shape, each result within the limits. */
export function paramsFor(settled: Settled, inputShape: Shape): readonly Params[] {
  const size = imageSize(inputShape, settled.layout);
  if (settled.inputChannels !== undefined && size.channels !== settled.inputChannels) {
    const expected = `${settled.inputChannels} channels in ${settled.layout} layout`;
    throw invalid('ERR_SHAPE', 'input', expected, inputShape, 'match the filter, or name the layout');
  }
  const params = settled.params(size);
  for (const stage of params) {
    const { batch, height, width, channels } = outputSize(stage);
    if (batch * height * width * channels > maxInt32) {
      const received = [batch, height, width, channels];
      throw invalid('ERR_SHAPE', 'output', `at most ${maxInt32} elements`, received, 'split the batch or the image');
    }
  }
  return params;
}

/** The shape of the last stage's output, in the op's layout. */
export function outputShapeOf(settled: Settled, params: readonly Params[]): Shape {
  return imageShape(outputSize(params[params.length - 1]), settled.layout);
}

const noFilter = new Float32Array();

function toStage({ config, bias, slope, filter }: SettledStage, tensor: Tensor | undefined): Stage {
  if (filter === undefined || tensor === undefined) return { config, bias, slope, filter: noFilter };
  const inOrder = filter.order.every((axis, index) => axis === index);
  const { data } = tensor;
  return { config, bias, slope, filter: inOrder ? data : permute(data, filter.shape, filter.order) };
}
