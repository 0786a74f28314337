// The exponential function, the same bits on every host: the built-in one differs between engines.

/** ln 2 in two parts; the product of the high one with an exponent is exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

/**
 * e to the power of `x`, for x ≤ 0, within about one unit in the last place of binary64.
 *
 * x = n · ln 2 + r with |r| ≤ ln 2 / 2; the Taylor series of exp(r) to degree 17 leaves less than 2⁻⁷⁰; halving n times is
 * exact until the result is subnormal.
 */
export function expOfNegative(x: number): number {
  const n = Math.floor(x / (ln2High + ln2Low) + 0.5);
  if (n < -1080) return 0;
  const r = x - n * ln2High - n * ln2Low;
  let sum = 1;
  for (let degree = 17; degree > 0; degree--) sum = 1 + (r / degree) * sum;
  for (let halvings = n; halvings < 0; halvings++) sum *= 0.5;
  return sum;
}
