// One output pixel of a job, worked out step by step by the definition: the reference's own taps, sums and activations.
import { settle } from '../../analysis/settle.js';
import { activate } from '../../backends/reference/activation.js';
import { larger, paddedTaps } from '../../backends/reference/pooling.js';
import { forEachReachingTap } from '../../backends/reference/transposed.js';
import { addProduct, forEachTap } from '../../backends/reference/window.js';
import { borderPixel } from '../../core/border.js';
import type { Stage } from '../../core/kernels.js';
import { permute } from '../../core/layout.js';
import { activations, type Params, reductions } from '../../core/params.js';
import type { Tensor } from '../../core/tensor.js';
import type { Axis } from '../../image/axis.js';
import { axesOfJob } from '../../image/convolve.js';
import type { Job } from '../../image/job.js';
import type { OperationName } from '../../ops/index.js';

/** Height and width, or row and column. */
export type Position = readonly [y: number, x: number];

/** One step of a sum. */
export interface Term {
  /** Which weight of the window, [ky, kx]; absent where the window is one pixel. */
  readonly tap?: Position;
  /** Where in the picture, [y, x]; beyond its edges where the border goes on. */
  readonly pixel: Position;
  /** Of what is summed. */
  readonly channel: number;
  readonly value: number;
  /** Absent in a pooling, with its product. */
  readonly weight?: number;
  readonly product?: number;
  /** The sum up to here; in a max pooling the largest value up to here. */
  readonly sum: number;
}

/** One output value: where it begins, its terms in their order, and what becomes of their sum. */
export interface TracedSum {
  /** Of the output. */
  readonly channel: number;
  /** In the first pass of a spatial filter, the row of the picture. */
  readonly row?: number;
  readonly bias: number;
  readonly terms: readonly Term[];
  /** Taps of the window that lie in the padding, or in a transposed convolution do not reach this pixel. */
  readonly skipped: number;
  /** In an average pooling, what the sum is divided by. */
  readonly divisor?: number;
  readonly activation: string;
  readonly result: number;
}

/** The sums of one pass; a later one reads the results of the one before. */
export interface TracedStage {
  readonly name: 'depthwise' | 'pointwise' | 'standard' | 'transposed' | 'rows' | 'columns' | 'largest' | 'mean';
  readonly sums: readonly TracedSum[];
}

/** What the terms of a job are taken from. */
interface Scene {
  readonly params: readonly Params[];
  readonly stages: readonly Stage[];
  readonly at: Position;
  /** An element of the continued picture. */
  read(y: number, x: number, c: number): number;
  /** A position of the continued picture in the picture itself. */
  place(y: number, x: number): Position;
}

type Tap = Omit<Term, 'product' | 'sum' | 'weight'> & { readonly weight: number };

const tracing: Record<Job['op'], (scene: Scene) => readonly TracedStage[]> = {
  depthwiseConv2d: (scene) => [depthwise(scene)],
  pointwiseConv2d: ({ params: [p], stages: [stage], at: [y, x], read, place }) => {
    const [top, left] = [y * p.strideHeight, x * p.strideWidth];
    return [pointwise(p, stage, place(top, left), (c) => read(top, left, c))];
  },
  separableConv2d: (scene) => {
    const first = depthwise(scene);
    const second = pointwise(scene.params[1], scene.stages[1], scene.at, (c) => first.sums[c].result);
    return [first, second];
  },
  conv2d: (scene) => [{ name: 'standard', sums: groupedSums(scene, forEachTap) }],
  convTranspose2d: (scene) => [{ name: 'transposed', sums: groupedSums(scene, forEachReachingTap) }],
  sepFilter2d: spatial,
  maxPool2d: (scene) => [{ name: 'largest', sums: pooled(scene) }],
  avgPool2d: (scene) => [{ name: 'mean', sums: pooled(scene) }],
};

/**
 * Works out one pixel of a job's result, in all of its channels.
 *
 * @param image [1, h, w, c]
 * @param at of the result
 * @throws SepconvError what the job would throw
 */
export function tracePixel(image: Tensor, job: Job, at: Position): readonly TracedStage[] {
  const { op, filters, groups, options, border = 'zero' } = job;
  const [first, second] = filters.map(({ shape }) => shape);
  const own = op === 'sepFilter2d' ? {} : { ...options, groups };
  const { settled, params } = settle<OperationName>(op, image.shape, second ? [first, second] : first, own);
  const stages = settled.stages.map(({ filter, ...stage }, index) => {
    const inOrder = filter ? permute(filters[index].data, filter.shape, filter.order) : new Float32Array();
    return { ...stage, filter: inOrder };
  });
  const [, height, width, channels] = image.shape;
  const { vertical, horizontal } = axesOfJob(image.shape, job);
  const isContinued = border !== 'zero';
  const [top, left] = isContinued ? [reachOf(vertical, op), reachOf(horizontal, op)] : [0, 0];
  return tracing[op]({
    params: isContinued ? params.map((p) => endless(p, top, left, op)) : params,
    stages,
    at,
    read: (y, x, c) => {
      const [row, column] = [borderPixel[border](y - top, height), borderPixel[border](x - left, width)];
      return image.data[(row * width + column) * channels + c];
    },
    place: (y, x) => [y - top, x - left],
  });
}

/** Pixels that windows read before the first one of the picture. */
function reachOf({ before, extent, stride }: Axis, op: Job['op']): number {
  return op === 'convTranspose2d' ? Math.ceil((extent - 1) / stride) : before;
}

/** The params on a picture that goes on so far before its first pixel, and without end behind its last one. */
function endless(p: Params, top: number, left: number, op: Job['op']): Params {
  const isTransposed = op === 'convTranspose2d';
  return {
    ...p,
    inputHeight: Infinity,
    inputWidth: Infinity,
    paddingTop: isTransposed ? p.paddingTop + top * p.strideHeight : 0,
    paddingLeft: isTransposed ? p.paddingLeft + left * p.strideWidth : 0,
  };
}

/** A sum by its definition: from the bias on, each product rounded, then each sum. */
function sumOf(p: Params, { bias, slope }: Stage, channel: number, taps: readonly Tap[], skipped: number): TracedSum {
  const start = bias[channel] ?? 0;
  let sum = start;
  const terms = taps.map((tap) => {
    sum = addProduct(sum, tap.value, tap.weight);
    return { ...tap, product: Math.fround(tap.value * tap.weight), sum };
  });
  const activation = activations[p.activation];
  return { channel, bias: start, terms, skipped, activation, result: activate(sum, p, slope[channel]) };
}

function eachChannel(p: Params, sum: (channel: number) => TracedSum): readonly TracedSum[] {
  return Array.from({ length: p.outputChannels }, (_, channel) => sum(channel));
}

function depthwise({ params: [p], stages: [stage], at: [outY, outX], read, place }: Scene): TracedStage {
  const multiplier = p.outputChannels / p.inputChannels;
  const sums = eachChannel(p, (channel) => {
    const from = Math.floor(channel / multiplier);
    const taps: Tap[] = [];
    forEachTap(p, outY, outX, (y, x, ky, kx) => {
      const weight = stage.filter[(ky * p.filterWidth + kx) * p.outputChannels + channel];
      taps.push({ tap: [ky, kx], pixel: place(y, x), channel: from, value: read(y, x, from), weight });
    });
    return sumOf(p, stage, channel, taps, p.filterHeight * p.filterWidth - taps.length);
  });
  return { name: 'depthwise', sums };
}

function pointwise(p: Params, stage: Stage, pixel: Position, read: (channel: number) => number): TracedStage {
  const sums = eachChannel(p, (output) => {
    const taps = Array.from({ length: p.inputChannels }, (_, channel): Tap => {
      return { pixel, channel, value: read(channel), weight: stage.filter[channel * p.outputChannels + output] };
    });
    return sumOf(p, stage, output, taps, 0);
  });
  return { name: 'pointwise', sums };
}

/** Over the window, and in it over the input channels of the output's group. */
function groupedSums(
  { params: [p], stages: [stage], at: [outY, outX], read, place }: Scene,
  forEach: typeof forEachTap,
): readonly TracedSum[] {
  const inputs = p.inputChannels / p.groups;
  const outputs = p.outputChannels / p.groups;
  return eachChannel(p, (output) => {
    const first = Math.floor(output / outputs) * inputs;
    const taps: Tap[] = [];
    forEach(p, outY, outX, (y, x, ky, kx) => {
      for (let i = 0; i < inputs; i++) {
        const weight = stage.filter[((ky * p.filterWidth + kx) * inputs + i) * p.outputChannels + output];
        taps.push({ tap: [ky, kx], pixel: place(y, x), channel: first + i, value: read(y, x, first + i), weight });
      }
    });
    return sumOf(p, stage, output, taps, p.filterHeight * p.filterWidth * inputs - taps.length);
  });
}

/** Each row under the column filter with the row filter, then those results with the column filter. */
function spatial({ params: [rows, columns], stages, at: [outY, outX], read, place }: Scene): readonly TracedStage[] {
  const [rowStage, columnStage] = stages;
  const firstSums: TracedSum[] = [];
  const secondSums = eachChannel(columns, (channel) => {
    const taps: Tap[] = [];
    forEachTap(columns, outY, 0, (y, _, ky) => {
      const across: Tap[] = [];
      forEachTap(rows, y, outX, (_y, x, _ky, kx) => {
        const weight = rowStage.filter[kx];
        across.push({ tap: [0, kx], pixel: place(y, x), channel, value: read(y, x, channel), weight });
      });
      const sum = { ...sumOf(rows, rowStage, channel, across, rows.filterWidth - across.length), row: place(y, 0)[0] };
      firstSums.push(sum);
      const weight = columnStage.filter[ky];
      taps.push({ tap: [ky, 0], pixel: [sum.row, outX], channel, value: sum.result, weight });
    });
    return sumOf(columns, columnStage, channel, taps, columns.filterHeight - taps.length);
  });
  return [
    { name: 'rows', sums: firstSums },
    { name: 'columns', sums: secondSums },
  ];
}

function pooled({ params: [p], at: [outY, outX], read, place }: Scene): readonly TracedSum[] {
  const isMax = reductions[p.reduction] === 'max';
  const bias = isMax ? -Infinity : 0;
  return eachChannel(p, (channel) => {
    let sum = bias;
    const terms: Term[] = [];
    forEachTap(p, outY, outX, (y, x, ky, kx) => {
      const value = read(y, x, channel);
      sum = isMax ? larger(sum, value) : Math.fround(sum + value);
      terms.push({ tap: [ky, kx], pixel: place(y, x), channel, value, sum });
    });
    const skipped = p.filterHeight * p.filterWidth - terms.length;
    const counted = { channel, bias, terms, skipped, activation: 'linear' };
    if (isMax) return { ...counted, result: sum };
    const divisor = reductions[p.reduction] === 'averagePadded' ? paddedTaps(p, outY, outX) : terms.length;
    return { ...counted, divisor, result: Math.fround(sum / Math.fround(divisor)) };
  });
}
