// From a declared op to a result: weights packed once, shapes settled per input size, operands checked per run.
import { invalid, SepconvError } from './errors.js';
import type { Kernels, OpName, Prepared, Stage } from './kernels.js';
import { type ImageSize, imageShape, imageSize, outputSize, permute } from './layout.js';
import { checkOptions, checkOptionsObject, type RunOptions } from './options.js';
import type { Config, Layout, Params } from './params.js';
import {
  allocateFloats,
  checkOverlap,
  checkShape,
  checkTensor,
  maxInt32,
  type Shape,
  sizeOf,
  type Tensor,
} from './tensor.js';

/** An op, declared once; every way of calling it comes from this. */
export interface Op<Options> {
  readonly name: OpName;
  /** The names of its filter arguments, in order. */
  readonly filters: readonly string[];
  /**
   * Checks the filters' shapes and the options, and settles everything that does not depend on the input's size.
   * `inputChannels` is known in a one-shot call only.
   */
  settle(filters: readonly Shape[], options: Options, inputChannels?: number): Settled;
}

export interface Settled {
  readonly layout: Layout;
  readonly inputChannels: number;
  readonly stages: readonly SettledStage[];
  /** The params of every stage for this input; throws where the input is too small or the output too large. */
  params(input: ImageSize): readonly Params[];
}

export interface SettledStage {
  readonly config: Config;
  readonly bias: Float32Array;
  /** The permutation that brings the caller's filter into the canonical order. */
  readonly filterOrder: readonly number[];
}

/** A one-shot call: prepare, run, dispose. */
export function runOnce<Options extends RunOptions>(
  kernels: Kernels,
  op: Op<Omit<Options, keyof RunOptions>>,
  input: Tensor,
  filters: readonly Tensor[],
  options: Options | undefined,
): Tensor {
  checkOptionsObject(options);
  const { out, residual, ...rest } = (options ?? {}) as Options;
  const layout = (rest as { layout?: unknown }).layout === 'NCHW' ? 'NCHW' : 'NHWC';
  const { channels } = imageSize(checkTensor('input', input, 'Float32Array', 4).shape, layout);
  const operator = new Operator(kernels, op, filters, rest, channels);
  try {
    return operator.run(input, { out, residual });
  } finally {
    operator[Symbol.dispose]();
  }
}

/** A convolution whose weights are checked and packed: runs on any batch and any image size, again and again. */
export class Operator {
  readonly #settled: Settled;
  #prepared: Prepared | undefined;
  #inputShape: Shape = [];
  #outputShape: Shape = [];
  #params: readonly Params[] = [];

  /** @internal Made by the `prepare…` functions. */
  constructor(
    kernels: Kernels,
    op: Op<never>,
    filters: readonly Tensor[],
    options: object | undefined,
    inputChannels?: number,
  ) {
    checkOptionsObject(options);
    const tensors = op.filters.map((name, index) => checkTensor<Float32Array>(name, filters[index], 'Float32Array'));
    this.#settled = op.settle(
      tensors.map(({ shape }) => shape),
      (options ?? {}) as never,
      inputChannels,
    );
    this.#prepared = kernels.prepare(
      op.name,
      this.#settled.stages.map((stage, index) => toStage(stage, tensors[index])),
    );
  }

  /**
   * Runs on one input.
   *
   * @param input float32, in the operator's layout
   * @returns `out` where it is given, else a new tensor
   * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_MEMORY`, `ERR_DISPOSED`; nothing is written then
   */
  run(input: Tensor, options: RunOptions = {}): Tensor {
    const prepared = this.#prepared;
    if (prepared === undefined) {
      throw new SepconvError('ERR_DISPOSED', 'operator: it was disposed; prepare a new one', { argument: 'operator' });
    }
    checkOptions(options, ['out', 'residual']);
    this.#settle(checkTensor('input', input, 'Float32Array', 4).shape);
    const { residual, out } = options;
    if (residual !== undefined) this.#checkLikeOutput('residual', residual);
    if (out !== undefined) {
      this.#checkLikeOutput('out', out);
      checkOverlap(out.data, 'input', input.data);
      if (residual !== undefined) checkOverlap(out.data, 'residual', residual.data);
    }
    const output = out ?? { data: allocateFloats(sizeOf(this.#outputShape)), shape: this.#outputShape };
    if (output.data.length > 0) {
      prepared.run(this.#params, { input: input.data, output: output.data, residual: residual?.data });
    }
    return output;
  }

  /** The shape that `run` would give for an input of this shape. */
  outputShape(inputShape: Shape): Shape {
    this.#settle(checkShape('inputShape', inputShape, 4));
    return this.#outputShape;
  }

  /** Frees the packed weights; any later run throws `ERR_DISPOSED`. */
  [Symbol.dispose](): void {
    this.#prepared?.dispose();
    this.#prepared = undefined;
  }

  #settle(inputShape: Shape): void {
    const known = this.#inputShape;
    if (known.length === 4 && known.every((extent, axis) => extent === inputShape[axis])) return;
    this.#params = paramsFor(this.#settled, inputShape);
    this.#inputShape = [...inputShape];
    this.#outputShape = Object.freeze(
      imageShape(outputSize(this.#params[this.#params.length - 1]), this.#settled.layout),
    );
  }

  #checkLikeOutput(argument: string, value: Tensor): void {
    const { shape } = checkTensor(argument, value, 'Float32Array', 4);
    if (shape.some((extent, axis) => extent !== this.#outputShape[axis])) {
      throw invalid(
        'ERR_SHAPE',
        `${argument}.shape`,
        `the output's shape ${JSON.stringify(this.#outputShape)}`,
        shape,
        'ask outputShape for it',
      );
    }
  }
}

/** The params of every stage for an input of this shape, each intermediate result within the limits. */
export function paramsFor(settled: Settled, inputShape: Shape): readonly Params[] {
  const size = imageSize(inputShape, settled.layout);
  if (size.channels !== settled.inputChannels) {
    throw invalid(
      'ERR_SHAPE',
      'input',
      `${settled.inputChannels} channels in ${settled.layout} layout`,
      inputShape,
      'match the filter, or name the layout',
    );
  }
  const params = settled.params(size);
  for (const stage of params) {
    const { batch, height, width, channels } = outputSize(stage);
    if (batch * height * width * channels > maxInt32) {
      throw invalid(
        'ERR_SHAPE',
        'output',
        `at most ${maxInt32} elements`,
        [batch, height, width, channels],
        'split the batch or the image',
      );
    }
  }
  return params;
}

function toStage({ config, bias, filterOrder }: SettledStage, filter: Tensor): Stage {
  const inOrder = filterOrder.every((axis, index) => axis === index);
  return { config, bias, filter: inOrder ? filter.data : permute(filter.data, filter.shape, filterOrder) };
}
