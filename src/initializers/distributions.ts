// Tensors of one value or of one distribution, whatever their shape means.

import { allocate } from '../core/arrays.js';
import { invalid } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { readShape, type Shape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { normalDeviate, uniformDeviate } from './deviates.js';
import { generatorOf } from './generator.js';

export interface SeedOptions {
  /**
   * An integer from 0 to 2³² − 1; the same seed gives the same numbers on every host. Filters need seeds of their own.
   */
  readonly seed: number;
}

export interface UniformOptions extends SeedOptions {
  /** Default −0.05. */
  readonly min?: number | undefined;
  /** Default 0.05. */
  readonly max?: number | undefined;
}

export interface NormalOptions extends SeedOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** Default 0.05. */
  readonly stddev?: number | undefined;
}

/**
 * All zeros. Right for biases, wrong for weights: neurons that begin equal compute the same, receive the same gradient
 * and stay equal for ever; only different weights break the symmetry (Rumelhart, Hinton & Williams, Learning internal
 * representations by error propagation, 1986).
 *
 * @param shape positive integers, the slowest axis first
 * @returns a new tensor
 * @throws SepconvError `ERR_SHAPE`
 * @example
 * const bias = initializers.zeros([32]).data;
 */
export function zeros(shape: Shape): Tensor {
  return fill(shape, () => 0);
}

/**
 * One value everywhere, as for the scale of a normalisation; for weights wrong like `zeros`.
 *
 * @param shape positive integers, the slowest axis first
 * @param value a finite number
 * @returns a new tensor
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @example
 * const gamma = initializers.constant([32], 1).data;
 */
export function constant(shape: Shape, value: number): Tensor {
  checkNumbers({ value });
  return fill(shape, () => value);
}

/**
 * Uniform between `min` and `max`. A range around 0 helps: weights of mean zero keep the sums around zero, where
 * activations are steep, and do not drive all weights of a neuron the same way (LeCun et al., Efficient BackProp, 1998,
 * sections 4.3 to 4.6).
 *
 * @param shape positive integers, the slowest axis first
 * @param options the seed, and the bounds
 * @returns a new tensor
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @example
 * const filter = initializers.uniform([3, 3, 16, 32], { seed: 1, min: -0.1, max: 0.1 });
 */
export function uniform(shape: Shape, options: UniformOptions): Tensor {
  checkOptions(options, ['seed', 'min', 'max']);
  const next = generatorOf(options?.seed);
  const { min = -0.05, max = 0.05 } = options;
  checkNumbers({ min, max });
  if (min > max) throw invalid('ERR_OPTION', 'min', 'min ≤ max', [min, max], 'exchange them');
  return fill(shape, () => min + (max - min) * uniformDeviate(next));
}

/**
 * Normal with a mean and a standard deviation; for the mean see `uniform`.
 *
 * @param shape positive integers, the slowest axis first
 * @param options the seed, and mean and standard deviation
 * @returns a new tensor
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @example
 * const filter = initializers.normal([3, 3, 16, 32], { seed: 1, stddev: 0.02 });
 */
export function normal(shape: Shape, options: NormalOptions): Tensor {
  const { next, mean, stddev } = readNormal(options);
  return fill(shape, () => mean + stddev * normalDeviate(next));
}

/**
 * Normal, drawn again beyond two standard deviations, so that no weight begins far off (TensorFlow's truncated_normal).
 * The values left have a standard deviation of 0.8796 · `stddev`.
 *
 * @param shape positive integers, the slowest axis first
 * @param options the seed, and mean and standard deviation
 * @returns a new tensor
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`
 * @example
 * const filter = initializers.truncatedNormal([3, 3, 16, 32], { seed: 1, stddev: 0.02 });
 */
export function truncatedNormal(shape: Shape, options: NormalOptions): Tensor {
  const { next, mean, stddev } = readNormal(options);
  return fill(shape, () => {
    let deviate = normalDeviate(next);
    while (Math.abs(deviate) > 2) deviate = normalDeviate(next);
    return mean + stddev * deviate;
  });
}

function readNormal(options: NormalOptions) {
  checkOptions(options, ['seed', 'mean', 'stddev']);
  const next = generatorOf(options?.seed);
  const { mean = 0, stddev = 0.05 } = options;
  checkNumbers({ mean, stddev });
  if (stddev < 0) throw invalid('ERR_OPTION', 'stddev', 'at least 0', stddev, 'give its absolute value');
  return { next, mean, stddev };
}

function checkNumbers(numbers: Readonly<Record<string, number>>): void {
  for (const [argument, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value)) {
      throw invalid('ERR_OPTION', argument, 'a finite number', value, 'give a finite number');
    }
  }
}

/** A tensor whose values are drawn in the order of memory, each rounded to float32. */
function fill(shape: Shape, draw: () => number): Tensor {
  const extents = Object.freeze([...readShape('shape', shape)]);
  const data = allocate('float32', sizeOf(extents)) as Float32Array;
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return { data, shape: extents };
}
