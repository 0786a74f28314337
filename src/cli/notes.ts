// What is worth saying beside a result: a faster way to it, and samples that were lost on the way to a picture.
import { cost } from '../analysis/cost.js';
import type { TensorData } from '../core/arrays.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import type { NamedJob } from '../image/named-job.js';
import type { Maximum } from '../image/picture.js';
import { type Clipped, clippedSamples, type Range } from '../image/pixels.js';
import { spatialOp } from '../image/spatial.js';

/** Multiply-adds that are done in less than a second nearly everywhere. */
const fewMultiplyAdds = 1e9;

/** The share of clipped samples that is worth a word. */
const fewClipped = 0.03;

/** Where a large filter is a row times a column, how many taps two passes would save. */
export function separableNote({ mode, job, settings, kernel }: NamedJob, inputShape: Shape): string | undefined {
  const { strides, dilations, padding = 'valid' } = job.options;
  if (mode !== 'depthwise' || kernel === undefined || strides || dilations || padding !== 'same') return undefined;
  if (cost('depthwiseConv2d', inputShape, job.filters[0].shape, { padding }).multiplyAdds < fewMultiplyAdds) {
    return undefined;
  }
  if (spatialOp(kernel, inputShape[3]).separation?.isSeparated !== true) return undefined;
  const [height, width] = kernel.shape;
  return `kernel ${settings.kernel} is one column times one row: --mode spatial gives it with ${height} + ${width} taps a pixel instead of ${height * width}, but for the last bits`;
}

/** Where more than a few samples were clipped, how many, and the --range that keeps them. */
export function clippedNote(image: Tensor<TensorData>, range: Range, white: Maximum, { settings, kernel }: NamedJob) {
  const clipped = clippedSamples(image.data, range, white);
  const share = (clipped.below + clipped.above) / sizeOf(image.shape);
  if (share <= fewClipped) return undefined;
  const isSigned = range === 'clamp' && kernel !== undefined && hasBothSigns(kernel);
  return [
    `${counted(clipped, image.data.length)} outside of 0–${white} and were clipped`,
    isSigned ? `kernel ${settings.kernel} gives both signs, and --range abs shows them` : undefined,
    isSigned || range === 'abs' ? undefined : '--range abs leaves out the signs',
    `--range normalize spreads all results from 0 to ${white}`,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

/** Whether weights of both signs cancel each other: flat areas give 0, and edges one sign on each side. */
export function hasBothSigns({ data }: Tensor): boolean {
  const sum = data.reduce((total, weight) => total + weight, 0);
  const size = data.reduce((total, weight) => total + Math.abs(weight), 0);
  return size > 0 && Math.abs(sum) < size * 1e-6;
}

function counted({ below, above }: Clipped, all: number): string {
  const percent = (count: number) => {
    const share = (100 * count) / all;
    return share < 0.05 ? 'under 0.1 %' : `${share.toFixed(share < 1 ? 1 : 0)} %`;
  };
  const total = below + above;
  const sides = below > 0 && above > 0 ? `, ${percent(below)} below and ${percent(above)} above,` : '';
  return `${total.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} samples (${percent(total)})${sides} lay`;
}
