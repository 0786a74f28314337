// From a declared op to a result: weights packed once, shapes settled per input size, operands checked per run.
import { allocate, arrayOn, type TensorData } from './arrays.js';
import { type Cost, costOf } from './cost.js';
import { invalid, SepconvError } from './errors.js';
import type { Kernels, Memory, Plan, Prepared, Stage, Step } from './kernels.js';
import { imageSize, permute } from './layout.js';
import { checkOptions, type RunOptions } from './options.js';
import { checkOverlap } from './overlap.js';
import type { Params } from './params.js';
import { type Op, outputShapeOf, paramsFor, type Settled, type SettledStage } from './settled.js';
import { readShape, type Shape, sameShape, sizeOf } from './shape.js';
import { arrayOf, placeOf, readTensorData, readTensorShape, type Tensor } from './tensor.js';

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
  const shape = readTensorShape('input', input, 4);
  const { channels } = imageSize(shape, rest.layout === 'NCHW' ? 'NCHW' : 'NHWC');
  const operator = new Operator<D>(kernels, op, filters, rest, channels);
  try {
    return operator.run(input, { out, residual });
  } finally {
    operator[Symbol.dispose]();
  }
}

const withoutResidual = ['out'];
const withResidual = ['out', 'residual'];

/** What inputs of one shape have in common. */
interface Sized {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly inputLength: number;
  readonly outputLength: number;
  readonly params: readonly Params[];
  /** Made for the first run. */
  plan: Plan | undefined;
}

/**
 * An op whose weights are checked and packed: runs on any batch and any image size, again and again.
 *
 * A run with `out` on an input of the same size as the last one allocates nothing. What does: a run without `out` (the
 * output), a new size (the shapes), NCHW where the kernel has no such layout, and `out` on shared memory that may be the
 * input's; `bench/million.mjs` has the costs.
 */
export class Operator<D extends TensorData = Float32Array> {
  readonly #kernels: Kernels;
  readonly #settled: Settled;
  #prepared: Prepared | undefined;
  /** Of the last input. */
  #sized: Sized | undefined;
  /** The step of every run on the calling thread, which is over before anything else can happen. */
  readonly #step = new OwnStep();
  readonly #steps: readonly Step[] = [this.#step as Step];

  /** @internal Made by the `prepare…` functions. */
  constructor(
    kernels: Kernels,
    op: Op<never>,
    filters: readonly Tensor[],
    options: object | undefined,
    inputChannels?: number,
  ) {
    checkOptions(options);
    const shapes = op.filters.map((name, index) => readTensorShape(name, filters[index]));
    const data = op.filters.map((name, index) => readTensorData(name, filters[index]));
    const settled = op.settle(shapes, (options ?? {}) as never, inputChannels);
    const weights = op.filters.map((name, index) => arrayOf(name, data[index], sizeOf(shapes[index]), 'float32'));
    this.#kernels = kernels;
    this.#settled = settled;
    this.#prepared = kernels.prepare(
      settled.kernel,
      settled.stages.map((stage, index) => toStage(stage, weights[index] as Float32Array | undefined)),
    );
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
    checkOptions(options, this.#settled.residual === 'none' ? withoutResidual : withResidual);
    const out = options?.out;
    const residual = options?.residual;
    const isAdded = residual !== undefined || this.#settled.residual === 'required';
    const sized = this.#sizedFor(readTensorShape('input', input, 4, this.#sized?.inputShape));
    const inputData = readTensorData('input', input);
    const addedData = isAdded ? this.#readLikeOutput('residual', residual as Tensor<D>, sized) : undefined;
    const outData = out === undefined ? undefined : this.#readLikeOutput('out', out, sized);
    // From here on nothing of the caller's runs.
    if (this.#prepared === undefined) {
      throw new SepconvError('ERR_DISPOSED', 'operator: it was disposed; prepare a new one', { argument: 'operator' });
    }
    const { inputType, outputType } = this.#settled;
    const from = placeOf('input', inputData, sized.inputLength, inputType);
    const added = isAdded ? placeOf('residual', addedData, sized.outputLength, outputType) : undefined;
    if (out === undefined) {
      const data = allocate(outputType, sized.outputLength);
      this.#compute(this.#prepared, sized, from, data, added);
      return { data: data as D, shape: sized.outputShape };
    }
    this.#compute(this.#prepared, sized, from, placeOf('out', outData, sized.outputLength, outputType), added);
    return out;
  }

  /** The shape that `run` would give for an input of this shape. */
  outputShape(inputShape: Shape): Shape {
    return this.#sizedFor(readShape('inputShape', inputShape, 4)).outputShape;
  }

  /** What `run` costs on an input of this shape: parameters, multiply-adds, bytes; see `Cost`. */
  cost(inputShape: Shape): Cost {
    return costOf(this.#settled, this.#sizedFor(readShape('inputShape', inputShape, 4)).params);
  }

  /** Frees the packed weights; any later run throws `ERR_DISPOSED`. */
  [Symbol.dispose](): void {
    this.#prepared?.dispose();
    this.#prepared = undefined;
  }

  #sizedFor(inputShape: Shape): Sized {
    const last = this.#sized;
    if (last !== undefined && sameShape(last.inputShape, inputShape)) return last;
    const params = paramsFor(this.#settled, inputShape);
    const outputShape = Object.freeze(outputShapeOf(this.#settled, params));
    const [inputLength, outputLength] = [sizeOf(inputShape), sizeOf(outputShape)];
    const sized = { inputShape, outputShape, inputLength, outputLength, params, plan: undefined };
    this.#sized = sized;
    return sized;
  }

  /** Reads the data of a tensor that has the output's shape. */
  #readLikeOutput(argument: string, value: Tensor<D>, { outputShape }: Sized): unknown {
    const shape = readTensorShape(argument, value, 4, outputShape);
    if (shape !== outputShape) {
      const expected = `the output's shape ${JSON.stringify(outputShape)}`;
      throw invalid('ERR_SHAPE', `${argument}.shape`, expected, shape, 'ask outputShape for it');
    }
    return readTensorData(argument, value);
  }

  #compute(
    prepared: Prepared,
    sized: Sized,
    input: Memory | TensorData,
    output: Memory | TensorData,
    residual: Memory | TensorData | undefined,
  ): void {
    if (sized.outputLength === 0) return;
    const { inPlace, outputType } = this.#settled;
    const clash = checkOverlap(output, 'input', input, inPlace);
    const clashes = (residual !== undefined && checkOverlap(output, 'residual', residual, inPlace)) || clash;
    const target = clashes ? allocate(outputType, sized.outputLength) : output;
    sized.plan ??= prepared.plan(sized.params);
    this.#step.fill(sized.plan, input, target, residual);
    try {
      this.#kernels.run(this.#steps);
    } finally {
      this.#step.clear();
    }
    if (clashes) asArray(output, sized.outputLength, this.#settled).set(target as TensorData);
  }
}

/** A step and its places, kept by an operator so that a run makes no objects. */
class OwnStep {
  plan: Plan | undefined;
  readonly input = new OwnPlace();
  readonly output = new OwnPlace();
  residual: OwnPlace | undefined;
  readonly #added = new OwnPlace();

  fill(
    plan: Plan,
    input: Memory | TensorData,
    output: Memory | TensorData,
    residual: Memory | TensorData | undefined,
  ): void {
    this.plan = plan;
    this.input.memory = input;
    this.output.memory = output;
    this.#added.memory = residual;
    this.residual = residual === undefined ? undefined : this.#added;
  }

  clear(): void {
    this.plan = undefined;
    this.input.memory = undefined;
    this.output.memory = undefined;
    this.#added.memory = undefined;
  }
}

class OwnPlace {
  memory: Memory | TensorData | undefined;
  readonly byteOffset = 0;
}

function asArray(place: Memory | TensorData, length: number, { outputType }: Settled): TensorData {
  return ArrayBuffer.isView(place) ? place : arrayOn(place.buffer, place.byteOffset, length, outputType);
}

const noFilter = new Float32Array();

function toStage({ config, bias, slope, filter }: SettledStage, data: Float32Array | undefined): Stage {
  if (filter === undefined || data === undefined) return { config, bias, slope, filter: noFilter };
  const inOrder = filter.order.every((axis, index) => axis === index);
  return { config, bias, slope, filter: inOrder ? data : permute(data, filter.shape, filter.order) };
}
