// Whether a filter may be applied to rows and then to columns, and what is applied where it may not.
import { separateFilter } from '../analysis/separate-filter.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { FilteredOp } from './filtered-op.js';
import { fitKernel } from './fit.js';

/**
 * Separates a filter where it is of rank 1 to float32, and takes the full filter otherwise.
 *
 * @param kernel [height, width], [height, width, channels] or [height, width, channels, multiplier]
 * @param channels of the picture
 * @throws SepconvError `ERR_SHAPE`
 */
export function spatialOp(kernel: Tensor, channels: number): FilteredOp {
  const full = fitKernel(kernel, channels);
  const [height, width, filterChannels = 1, outputs = 1] = kernel.shape;
  const taps = `${height}×${width}`;
  const whole = (why: string, rank?: number, error?: number): FilteredOp => {
    const reason = `not separated: ${why}; the full filter of ${taps} taps is applied`;
    return { op: 'depthwiseConv2d', filters: [full], separation: { isSeparated: false, rank, error, reason } };
  };
  if (filterChannels * outputs > 1) return whole('the channels have filters of their own');
  if (!kernel.data.every(Number.isFinite)) return whole('not all of its numbers are finite');
  const { rank, rows, columns, errors } = separateFilter(tensor(kernel.data, [height, width]));
  const [, error] = errors;
  if (rank !== 1) {
    return whole(`it has rank ${rank}, and one row by one column would miss ${percent(error)} of it`, rank, error);
  }
  const reason = `separated: rank 1 (error ${error.toPrecision(2)}, at most 2^-22); ${width} + ${height} taps instead of ${height * width}`;
  const [row, column] = [rows[0], columns[0]].map((factor) => tensor(factor, [factor.length]));
  return { op: 'sepFilter2d', filters: [row, column], separation: { isSeparated: true, rank, error, reason } };
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}
