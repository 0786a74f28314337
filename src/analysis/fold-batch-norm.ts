// Batch normalisation as part of the convolution before it.
import { invalid } from '../core/errors.js';
import { filterAxes } from '../core/layout.js';
import { checkOptions, readName } from '../core/options.js';
import { sizeOf } from '../core/shape.js';
import { checkData, checkTensor, type Tensor } from '../core/tensor.js';

/** A batch normalisation at inference: gamma · (x − mean) / √(variance + epsilon) + beta, channel by channel. */
export interface BatchNorm {
  readonly mean: Float32Array;
  /** At least 0 (TensorFlow's moving_variance, PyTorch's running_var). */
  readonly variance: Float32Array;
  /** The scale. Default 1. */
  readonly gamma?: Float32Array | undefined;
  /** The offset. Default 0. */
  readonly beta?: Float32Array | undefined;
  /** Keeps the root from 0. Has no default, as the frameworks differ: 0.001 in Keras, 0.00001 in PyTorch. */
  readonly epsilon: number;
}

export interface FoldOptions {
  /**
   * `'HWIO'` (default) is [height, width, inputs, outputs] or [inputs, outputs]: standard and pointwise filters;
   * `'HWCM'` is [height, width, channels, multiplier]: depthwise ones; `'OIHW'` is PyTorch's for all three, or
   * [outputs, inputs].
   */
  readonly filterLayout?: 'HWIO' | 'HWCM' | 'OIHW' | undefined;
}

/**
 * Folds a batch normalisation into the filter and bias of the convolution before it, which then gives the same values
 * up to rounding: filter · s and (bias − mean) · s + beta, with s = gamma / √(variance + epsilon) of each output
 * channel. Computed in binary64, rounded to float32 once.
 *
 * @param filter as `filterLayout` says; nothing is written to it
 * @param bias one value per output channel, or undefined for 0
 * @param batchNorm its statistics, one value per output channel each, and its epsilon
 * @param options the filter's layout
 * @returns the new filter, of the same shape, and the new bias
 * @throws SepconvError `ERR_SHAPE`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OPTION`
 * @see Ioffe & Szegedy, Batch normalization, 2015; Jacob et al., Quantization and training of neural networks, 2018,
 * section 3.2
 * @example
 * const folded = foldBatchNorm(filter, undefined, { mean, variance, gamma, beta, epsilon: 0.001 });
 * const layer = prepareConv2d(folded.filter, { bias: folded.bias, padding: 'same' });
 */
export function foldBatchNorm(
  filter: Tensor,
  bias: Float32Array | undefined,
  batchNorm: BatchNorm,
  options: FoldOptions = {},
): { readonly filter: Tensor; readonly bias: Float32Array } {
  checkOptions(options, ['filterLayout']);
  const { data, shape } = checkTensor<Float32Array>('filter', filter, 'float32');
  const filterLayout = readName('filterLayout', options.filterLayout, ['HWIO', 'HWCM', 'OIHW'], 'HWIO');
  const letters = shape.length === 2 ? filterLayout.replace(/[HW]/g, '') : filterLayout;
  const { O, C, M } = filterAxes<'O' | 'C' | 'M'>('filter', shape, letters);
  const outputs = filterLayout === 'HWCM' ? C * M : O;
  if (bias !== undefined) checkData('bias', bias, outputs, 'float32');
  const { scale, offset } = readBatchNorm(batchNorm, outputs);
  const perOutput = sizeOf(shape) / outputs;
  const outputOf = (index: number) => (filterLayout === 'OIHW' ? Math.floor(index / perOutput) : index % outputs);
  return {
    filter: { data: data.map((weight, index) => weight * scale[outputOf(index)]), shape },
    bias: Float32Array.from(offset, (value, channel) => value + (bias?.[channel] ?? 0) * scale[channel]),
  };
}

/** What each channel is multiplied by, and what a channel of 0 becomes. */
function readBatchNorm(batchNorm: BatchNorm, channels: number): { scale: Float64Array; offset: Float64Array } {
  if (batchNorm === undefined) {
    throw invalid('ERR_OPTION', 'batchNorm', '{ mean, variance, epsilon, … }', batchNorm, 'give its statistics');
  }
  checkOptions(batchNorm, ['mean', 'variance', 'gamma', 'beta', 'epsilon']);
  const { mean, variance, gamma, beta, epsilon } = batchNorm;
  for (const [name, values] of Object.entries({ mean, variance, gamma, beta })) {
    const isOptional = name === 'gamma' || name === 'beta';
    if (values !== undefined || !isOptional) checkData(`batchNorm.${name}`, values, channels, 'float32');
  }
  if (!(Number.isFinite(epsilon) && epsilon >= 0)) {
    const fix = "give the framework's: 0.001 in Keras, 0.00001 in PyTorch";
    throw invalid('ERR_OPTION', 'batchNorm.epsilon', 'a finite number of at least 0', epsilon, fix);
  }
  const scale = new Float64Array(channels);
  const offset = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    if (!(variance[c] >= 0 && variance[c] + epsilon > 0)) {
      const expected = 'at least 0, and above 0 with epsilon';
      throw invalid('ERR_OPTION', `batchNorm.variance[${c}]`, expected, variance[c], 'give variances, not deviations');
    }
    scale[c] = (gamma?.[c] ?? 1) / Math.sqrt(variance[c] + epsilon);
    offset[c] = (beta?.[c] ?? 0) - mean[c] * scale[c];
  }
  return { scale, offset };
}
