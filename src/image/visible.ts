// Filters of pictures with transparency, so that colours which nobody sees never show.
//
// Under a window with the weights w, each colour c counts by its opacity a; what is missing to the whole is filled with r,
// the mean of the colours that are seen there, weighed by a · |w|:
//
//   result = Σ w · (a · c + (1 − a) · r),   r = Σ |w| · a · c / Σ |w| · a
//
// A filter that averages gives r · Σ w, the mean of what is seen. One that looks for edges sees none between a colour and
// nothing. Where all is opaque the result is that of the plain filter, to the bit.
import { allocate, type TensorData } from '../core/arrays.js';
import { sizeOf } from '../core/shape.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { Operations } from '../ops/index.js';
import type { Job, Runnable } from './job.js';
import type { Alpha, Picture } from './picture.js';
import { toBytes } from './pixels.js';

export type PrepareImage = (image: Tensor, job: Job) => Runnable;

/** Whether there is a pixel that is not opaque. */
export function isTransparent({ alpha, maximum }: Picture): boolean {
  return alpha?.some((value: number) => value !== maximum) ?? false;
}

/**
 * Prepares a job whose windows see more than one pixel.
 *
 * @param prepare prepares a job for an image without regard to alpha
 * @throws SepconvError what `prepare` throws
 */
export function prepareVisible(on: Operations, picture: Picture, job: Job, prepare: PrepareImage): Runnable {
  if (job.op === 'maxPool2d') return prepare(withoutHidden(picture), job);
  if (job.op === 'separableConv2d') return prepareSeparable(on, picture, job, prepare);
  const { image } = picture;
  const opacity = opacityOf(picture);
  const hidden = mapped(opacity, (a) => 1 - a);
  const seen = mapped(image, (c, i) => opacity.data[i] * c);
  const { activation, bias, ...options } = job.options;
  const apart = channelsApart({ ...job, options }, image.shape[3]);
  const magnitude = { ...apart, filters: apart.filters.map((filter) => mapped(filter, Math.abs)) };
  const parts = prepareAll([
    () => prepare(seen, { ...job, options: { ...options, bias }, dtype: 'float32' }),
    () => prepare(hidden, apart),
    () => prepare(seen, magnitude),
    () => prepare(opacity, magnitude),
  ]);
  return {
    outputShape: parts[0].outputShape,
    run: async (signal) => {
      const results = await Promise.all(parts.map((part) => part.run(signal)));
      const [sums, missing, weighed, weights] = results.map(({ data }) => data);
      const result = {
        data: filled(sums as Float32Array, missing, weighed, weights, parts[0].outputShape[3]),
        shape: parts[0].outputShape,
      };
      if (activation !== undefined) return on.activateAsync(result, activation, { out: result, signal });
      return job.dtype === 'uint8' ? toBytes(result) : result;
    },
    [Symbol.dispose]: () => disposeAll(parts),
  };
}

/** The two halves one after the other: the pointwise one sees one pixel at a time. */
function prepareSeparable(on: Operations, picture: Picture, job: Job, prepare: PrepareImage): Runnable {
  const [filter, mix] = job.filters;
  const { activation, bias, ...options } = job.options;
  const first: Job = { ...job, op: 'depthwiseConv2d', filters: [filter], options };
  const depthwise = prepareVisible(on, picture, first, prepare);
  const [pointwise] = prepareAll([() => on.preparePointwiseConv2d(mix, { activation, bias })], [depthwise]);
  return {
    outputShape: pointwise.outputShape(depthwise.outputShape),
    run: async (signal) => pointwise.runAsync((await depthwise.run(signal)) as Tensor, { signal }),
    [Symbol.dispose]: () => disposeAll([depthwise, pointwise]),
  };
}

/** The same filter with an output for each pair of input and output channel, in this order, where it sums over inputs. */
function channelsApart(job: Job, channels: number): Job {
  const apart: Job = { ...job, dtype: 'float32' };
  if (job.op === 'conv2d') return { ...apart, op: 'depthwiseConv2d' };
  return job.op === 'convTranspose2d' ? { ...apart, groups: channels } : apart;
}

/** sums + mean · missing, over all inputs of an output; writes over `sums`. */
function filled(sums: Float32Array, missing: TensorData, weighed: TensorData, weights: TensorData, outputs: number) {
  const inputs = missing.length / sums.length;
  for (let i = 0; i < sums.length; i++) {
    const first = (i - (i % outputs)) * inputs + (i % outputs);
    for (let at = first; at < first + inputs * outputs; at += outputs) {
      if (weights[at] > 0) sums[i] += (weighed[at] / weights[at]) * missing[at];
    }
  }
  return sums;
}

/** From 0 to 1, for each channel. */
function opacityOf({ image, alpha, maximum }: Picture): Tensor {
  const channels = image.shape[3];
  return mapped(image, (_, i) => (alpha as Alpha)[Math.floor(i / channels)] / maximum);
}

/** The largest of samples, which are not negative, is the same with 0 in place of those that nobody sees. */
function withoutHidden({ image, alpha }: Picture): Tensor {
  const channels = image.shape[3];
  return mapped(image, (c, i) => ((alpha as Alpha)[Math.floor(i / channels)] === 0 ? 0 : c));
}

function mapped({ data, shape }: Tensor, value: (element: number, i: number) => number): Tensor {
  const result = allocate('float32', sizeOf(shape)) as Float32Array;
  for (let i = 0; i < data.length; i++) result[i] = value(data[i], i);
  return tensor(result, shape);
}

/** All or none: what was prepared before a failure is disposed, and so is `before`. */
function prepareAll<P extends Disposable>(prepare: readonly (() => P)[], before: readonly Disposable[] = []): P[] {
  const parts: P[] = [];
  try {
    for (const each of prepare) parts.push(each());
    return parts;
  } catch (error) {
    disposeAll([...before, ...parts]);
    throw error;
  }
}

function disposeAll(parts: readonly Disposable[]): void {
  for (const part of parts) part[Symbol.dispose]();
}
