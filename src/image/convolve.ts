// One picture through one operation: its border made, the operator prepared, its alpha carried along.
import { settle } from '../analysis/settle.js';
import type { TensorData } from '../core/arrays.js';
import type { BorderOptions } from '../core/border.js';
import type { Operator } from '../core/operator.js';
import type { Pair } from '../core/options.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import type { OperationName, Operations } from '../ops/index.js';
import type { Pool2dOptions } from '../ops/pooling.js';
import { alphaUnderAnchor } from './alpha.js';
import { type Axes, axesOf } from './axis.js';
import { continueForTransposed } from './border.js';
import type { Job, JobOptions, PreparedJob, Runnable } from './job.js';
import type { Picture } from './picture.js';
import { toBytes } from './pixels.js';
import type { Reserve } from './reserve.js';
import { isTransparent, type PrepareImage, prepareVisible } from './visible.js';

interface OpOptions extends JobOptions, BorderOptions {
  readonly groups?: number | undefined;
  readonly outputPadding?: Pair | undefined;
}
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
 * Prepares a job. The result has the shape that the operation's padding gives, whatever the border. Where a window sees
 * more than one pixel, colours are weighed by alpha.
 *
 * @param reserve keeps operators for other pictures of the same job
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_MEMORY`
 */
export function prepareJob(on: Operations, picture: Picture, job: Job, reserve?: Reserve): PreparedJob {
  const { image, alpha } = picture;
  const prepare: PrepareImage = (each, its) => prepareImage(on, each, its, its === job ? reserve : undefined);
  if (alpha === undefined) return prepare(image, job);
  const axes = axesOfJob(image.shape, job);
  const isAlone = axes.vertical.extent === 1 && axes.horizontal.extent === 1;
  const isPlain = isAlone || !isTransparent(picture);
  const ready = isPlain ? prepare(image, job) : prepareVisible(on, picture, job, prepare);
  const isEnlarged = job.op === 'convTranspose2d';
  return { ...ready, alpha: alphaUnderAnchor(alpha, axes, isEnlarged, job.options.padding === 'same-lower') };
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

function prepareImage(on: Operations, image: Tensor, job: Job, reserve: Reserve | undefined): Runnable {
  return job.op === 'sepFilter2d' ? prepareSepFilter(on, image, job) : prepareWindow(on, image, job, job.op, reserve);
}

function prepareSepFilter(on: Operations, image: Tensor, { filters, border, dtype }: Job): Runnable {
  const [row, column] = filters.map(({ data }) => data);
  if (dtype === 'float32') return runnable(on.prepareSepFilter2d(row, column, { border }), image);
  const bytes = { data: new Uint8Array(image.data), shape: image.shape };
  return runnable(on.prepareSepFilter2d(row, column, { border, dtype }), bytes);
}

function prepareWindow(
  on: Operations,
  image: Tensor,
  job: Job,
  op: keyof typeof preparing,
  reserve: Reserve | undefined,
): Runnable {
  const { filters, groups, options, border, dtype } = job;
  const isEnlarged = op === 'convTranspose2d' && border !== undefined && border !== 'zero';
  const { input, ...its } = isEnlarged
    ? continueForTransposed(image, axesOfJob(image.shape, job), border)
    : { input: image, ...(op !== 'convTranspose2d' && { border }) };
  const prepare = () => preparing[op](on, filters, { ...options, groups, ...its });
  const ready =
    isEnlarged || reserve === undefined
      ? runnable(prepare(), input)
      : kept(reserve.operatorFor(job, prepare), input, reserve);
  return dtype === 'uint8' ? { ...ready, run: async (signal) => toBytes(await ready.run(signal)) } : ready;
}

/** What stays for the next picture, and takes the array of one before for its result. */
function kept(operator: Operator, input: Tensor, reserve: Reserve): Runnable {
  const outputShape = operator.outputShape(input.shape);
  return {
    outputShape,
    run: (signal) => operator.runAsync(input, { out: reserve.take('float32', outputShape), signal }),
    [Symbol.dispose]() {},
  };
}

function runnable<D extends TensorData>(operator: Operator<D>, input: Tensor<D>): Runnable {
  return {
    outputShape: operator.outputShape(input.shape),
    run: (signal) => operator.runAsync(input, { signal }),
    [Symbol.dispose]: () => operator[Symbol.dispose](),
  };
}
