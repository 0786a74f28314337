// Weights of mean zero whose variance keeps signals, or gradients, from growing or fading through many layers.
import { checkOptions } from '../core/options.js';
import { readShape, type Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { normal, type SeedOptions, uniform } from './distributions.js';
import { type Fans, type FilterOptions, fansOf } from './fans.js';

export interface ScaledOptions extends SeedOptions, FilterOptions {}

/**
 * Glorot's (Xavier's) uniform initialisation: ±√(6 / (fanIn + fanOut)), of variance 2 / (fanIn + fanOut), a compromise
 * between keeping the variance of the activations on the way forward and that of the gradients on the way back. For
 * tanh, sigmoid and linear layers. Its mean of zero keeps the activations centred where those functions are steep.
 *
 * @param shape of the filter, in `filterLayout`
 * @param options the seed, and how the filter is laid out
 * @returns the filter
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @see Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010, equation 16
 * @example
 * const filter = initializers.glorotUniform([3, 3, 16, 32], { seed: 1 });
 */
export function glorotUniform(shape: Shape, options: ScaledOptions): Tensor {
  return scaledUniform(shape, options, ({ fanIn, fanOut }) => 2 / (fanIn + fanOut));
}

/**
 * Glorot's initialisation with a normal distribution of variance 2 / (fanIn + fanOut), not truncated; see
 * `glorotUniform`.
 *
 * @param shape of the filter, in `filterLayout`
 * @param options the seed, and how the filter is laid out
 * @returns the filter
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @see Glorot & Bengio, 2010, equation 12
 * @example
 * const filter = initializers.glorotNormal([3, 3, 16, 32], { seed: 1 });
 */
export function glorotNormal(shape: Shape, options: ScaledOptions): Tensor {
  return scaledNormal(shape, options, ({ fanIn, fanOut }) => 2 / (fanIn + fanOut));
}

/**
 * He's (Kaiming's) uniform initialisation: ±√(6 / fanIn), of variance 2 / fanIn; twice LeCun's, since relu silences
 * half of each layer. For layers before relu. That half is silent, and not all or none, because the mean is zero.
 *
 * @param shape of the filter, in `filterLayout`
 * @param options the seed, and how the filter is laid out
 * @returns the filter
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @see He et al., Delving deep into rectifiers, 2015, section 2.2
 * @example
 * const filter = initializers.heUniform([3, 3, 16, 32], { seed: 1 });
 */
export function heUniform(shape: Shape, options: ScaledOptions): Tensor {
  return scaledUniform(shape, options, ({ fanIn }) => 2 / fanIn);
}

/**
 * He's initialisation with a normal distribution of variance 2 / fanIn, not truncated (PyTorch's kaiming_normal_); see
 * `heUniform`.
 *
 * @param shape of the filter, in `filterLayout`
 * @param options the seed, and how the filter is laid out
 * @returns the filter
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @see He et al., 2015, equation 10
 * @example
 * const filter = initializers.heNormal([3, 3, 16, 32], { seed: 1 });
 */
export function heNormal(shape: Shape, options: ScaledOptions): Tensor {
  return scaledNormal(shape, options, ({ fanIn }) => 2 / fanIn);
}

/**
 * LeCun's uniform initialisation: ±√(3 / fanIn), of variance 1 / fanIn, so that sums of inputs of variance 1 have
 * variance 1. For selu and tanh layers. The mean is zero so that the sums are centred too.
 *
 * @param shape of the filter, in `filterLayout`
 * @param options the seed, and how the filter is laid out
 * @returns the filter
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @see LeCun et al., Efficient BackProp, 1998, section 4.6
 * @example
 * const filter = initializers.lecunUniform([3, 3, 16, 32], { seed: 1 });
 */
export function lecunUniform(shape: Shape, options: ScaledOptions): Tensor {
  return scaledUniform(shape, options, ({ fanIn }) => 1 / fanIn);
}

/**
 * LeCun's initialisation with a normal distribution of variance 1 / fanIn, not truncated; see `lecunUniform`.
 *
 * @param shape of the filter, in `filterLayout`
 * @param options the seed, and how the filter is laid out
 * @returns the filter
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @see LeCun et al., 1998, section 4.6
 * @example
 * const filter = initializers.lecunNormal([3, 3, 16, 32], { seed: 1 });
 */
export function lecunNormal(shape: Shape, options: ScaledOptions): Tensor {
  return scaledNormal(shape, options, ({ fanIn }) => 1 / fanIn);
}

type VarianceOf = (fans: Fans) => number;

function scaledUniform(shape: Shape, options: ScaledOptions, varianceOf: VarianceOf): Tensor {
  const limit = Math.sqrt(3 * readVariance(shape, options, varianceOf));
  return uniform(shape, { seed: options?.seed, min: -limit, max: limit });
}

function scaledNormal(shape: Shape, options: ScaledOptions, varianceOf: VarianceOf): Tensor {
  const stddev = Math.sqrt(readVariance(shape, options, varianceOf));
  return normal(shape, { seed: options?.seed, stddev });
}

function readVariance(shape: Shape, options: ScaledOptions, varianceOf: VarianceOf): number {
  checkOptions(options, ['seed', 'filterLayout', 'groups']);
  return varianceOf(fansOf(readShape('shape', shape), options ?? {}));
}
