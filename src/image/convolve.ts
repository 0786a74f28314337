// One picture through one operation: its border made, the operator prepared, its alpha carried along.
import { settle } from '../analysis/settle.js';
import type { Operator } from '../core/operator.js';
import type { Padding, Pair } from '../core/options.js';
import type { Border, Dtype } from '../core/params.js';
import type { Shape, Tensor, TensorData } from '../core/tensor.js';
import type { OperationName, Operations } from '../ops/index.js';
import type { Pool2dOptions } from '../ops/pooling.js';
import { alphaUnderAnchor } from './alpha.js';
import { type Axes, axesOf } from './axis.js';
import { continueForTransposed, continueForWindows } from './border.js';
import type { FilteredOp } from './filtered-op.js';
import type { Alpha, Picture } from './picture.js';
import { toPixels } from './pixels.js';

/** What is done to a picture whose channels the filters fit. */
export interface Job extends FilteredOp {
  /** The operation's own; absent are its defaults. */
  readonly options: JobOptions;
  /** What continues the picture beyond its edges; absent where that is the operation's own padding. */
  readonly border?: Border | undefined;
  /** `'uint8'`: the result is rounded to samples, as `sepFilter2d` does for uint8 images. */
  readonly dtype: Dtype;
}

export interface JobOptions {
  readonly strides?: Pair | undefined;
  readonly dilations?: Pair | undefined;
  readonly padding?: Padding | undefined;
  readonly windowDimensions?: Pair | undefined;
  readonly ceilMode?: boolean | undefined;
  readonly countIncludePad?: boolean | undefined;
}

/** A job that is ready to run, as often as wanted, until it is disposed. */
export interface PreparedJob {
  /** The result: float32, or uint8 where the job says so. */
  run(): Tensor<TensorData>;
  readonly alpha?: Alpha | undefined;
  [Symbol.dispose](): void;
}

type OpOptions = JobOptions & { readonly groups?: number | undefined; readonly outputPadding?: Pair | undefined };
type Prepare = (on: Operations, filters: readonly Tensor[], options: OpOptions) => Operator;

const preparing = {
  depthwiseConv2d: (on, [filter], options) => on.prepareDepthwiseConv2d(filter, options),
  pointwiseConv2d: (on, [filter], options) => on.preparePointwiseConv2d(filter, options),
  separableConv2d: (on, [filter, mix], options) => on.prepareSeparableConv2d(filter, mix, options),
  conv2d: (on, [filter], options) => on.prepareConv2d(filter, options),
  convTranspose2d: (on, [filter], options) => on.prepareConvTranspose2d(filter, options),
  maxPool2d: (on, _, options) => on.prepareMaxPool2d(options as Pool2dOptions),
  avgPool2d: (on, _, options) => on.prepareAvgPool2d(options as Pool2dOptions),
} satisfies Record<string, Prepare>;

/**
 * Prepares a job. With a border other than `'zero'` a copy of the picture is continued beyond its edges, and the result has
 * the shape that the operation's padding gives.
 *
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_MEMORY`
 */
export function prepareJob(on: Operations, picture: Picture, job: Job): PreparedJob {
  return job.op === 'sepFilter2d' ? prepareSepFilter(on, picture, job) : prepareWindow(on, picture, job, job.op);
}

/** Where a job's windows stand on a picture of this shape, [n, h, w, c]. */
export function axesOfJob(shape: Shape, { op, filters, groups, options }: Job): Axes {
  const [first, second] = filters.map((filter) => filter.shape);
  if (op === 'sepFilter2d') {
    const [across, down] = settle(op, shape, [first, second], {}).params;
    return { horizontal: axesOf(across).horizontal, vertical: axesOf(down).vertical };
  }
  const { params } = settle<OperationName>(op, shape, second ? [first, second] : first, { ...options, groups });
  return axesOf(params[0]);
}

function prepareSepFilter(on: Operations, { image, alpha }: Picture, { filters, border, dtype }: Job): PreparedJob {
  const [row, column] = filters.map(({ data }) => data);
  if (dtype === 'float32') {
    const operator = on.prepareSepFilter2d(row, column, { border });
    return { run: () => operator.run(image), alpha, [Symbol.dispose]: () => operator[Symbol.dispose]() };
  }
  const operator = on.prepareSepFilter2d(row, column, { border, dtype });
  const bytes = { data: new Uint8Array(image.data), shape: image.shape };
  return { run: () => operator.run(bytes), alpha, [Symbol.dispose]: () => operator[Symbol.dispose]() };
}

function prepareWindow(on: Operations, { image, alpha }: Picture, job: Job, op: keyof typeof preparing): PreparedJob {
  const { filters, groups, options, border, dtype } = job;
  const axes = axesOfJob(image.shape, job);
  const isEnlarged = op === 'convTranspose2d';
  const continueImage = isEnlarged ? continueForTransposed : continueForWindows;
  const { input, ...padding } =
    border === undefined || border === 'zero' ? { input: image } : continueImage(image, axes, border);
  const operator = preparing[op](on, filters, { ...options, groups, ...padding });
  return {
    run: () => (dtype === 'uint8' ? rounded(operator.run(input)) : operator.run(input)),
    alpha: alpha && alphaUnderAnchor(alpha, axes, isEnlarged, options.padding === 'same-lower'),
    [Symbol.dispose]: () => operator[Symbol.dispose](),
  };
}

/** The results as sepFilter2d stores them in uint8 images. */
function rounded({ data, shape }: Tensor): Tensor<TensorData> {
  const { buffer, byteOffset, length } = toPixels(data, 'clamp', 255, 255);
  return { data: new Uint8Array(buffer, byteOffset, length), shape };
}
