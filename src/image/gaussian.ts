// The bell curve as taps of a filter.
import { invalid } from '../core/errors.js';
import { exponential } from '../core/exponential.js';

/**
 * The taps of a Gaussian filter, e^(−x² / 2σ²) with their sum 1: what `sepFilter2d` takes for rows and for columns. The
 * same numbers on every host.
 *
 * @param size how many taps, a whole number of at least 1
 * @param sigma in pixels, at least 0.1; default 0.3 · ((size − 1) / 2 − 1) + 0.8, as OpenCV has it
 * @throws SepconvError `ERR_OPTION`
 */
export function gaussianTaps(size: number, sigma?: number): Float32Array {
  if (!Number.isInteger(size) || size < 1) {
    throw invalid('ERR_OPTION', 'size', 'a whole number of at least 1', size, 'give the number of taps');
  }
  return Float32Array.from(gaussianWeights(size, sigma));
}

/** The taps in binary64. */
export function gaussianWeights(size: number, sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8): number[] {
  if (!(sigma >= 0.1 && sigma < Infinity)) {
    throw invalid('ERR_OPTION', 'sigma', 'a number of at least 0.1', sigma, 'change sigma');
  }
  const weights = Array.from({ length: size }, (_, i) => {
    const distance = (i - (size - 1) / 2) / sigma;
    const exponent = -(distance * distance) / 2;
    return exponent < -120 ? 0 : exponential(exponent);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
