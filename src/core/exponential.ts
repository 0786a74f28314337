// The exponential function by + − × ÷ alone: the built-in one differs between engines.

/** 2 to the power of an integer from −300 to 300. */
const powers = Float64Array.from({ length: 601 }, () => 1);
for (let k = 1; k <= 300; k++) {
  powers[300 + k] = powers[300 + k - 1] * 2;
  powers[300 - k] = powers[300 - k + 1] / 2;
}

/** 1.5 · 2⁵²: a sum with it is rounded to an integer. */
const toInteger = 6755399441055744;

/**
 * eˣ for |x| ≤ 120, in binary64: 2ᵏ · eʳ with |r| ≤ ln 2 / 2, and Taylor's series for eʳ. The same sequence of operations
 * stands in native/transcendental.h and assembly/transcendental.ts.
 */
export function exponential(x: number): number {
  const k = x * 1.4426950408889634 + toInteger - toInteger;
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let sum = 1.6059043836821613e-10;
  sum = sum * r + 2.08767569878681e-9;
  sum = sum * r + 2.505210838544172e-8;
  sum = sum * r + 2.755731922398589e-7;
  sum = sum * r + 2.7557319223985893e-6;
  sum = sum * r + 2.48015873015873e-5;
  sum = sum * r + 1.984126984126984e-4;
  sum = sum * r + 1.388888888888889e-3;
  sum = sum * r + 8.333333333333333e-3;
  sum = sum * r + 4.1666666666666664e-2;
  sum = sum * r + 0.16666666666666666;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  return sum * powers[300 + k];
}
