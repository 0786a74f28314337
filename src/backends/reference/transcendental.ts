// The activations beyond + − × ÷: polynomials in binary64, each value rounded once to float32 at the end. The same
// sequence of operations stands in native/transcendental.h and assembly/transcendental.ts; no library function is called.

import { exponential } from '../../core/exponential.js';

/** Beyond these, e⁻ˣ is less than half the smallest float32. */
function within(x: number, bound: number): number {
  return x < -bound ? -bound : x > bound ? bound : x;
}

function logistic(x: number): number {
  return 1 / (1 + exponential(-within(x, 110)));
}

export function elu(v: number, alpha: number): number {
  const x = within(v, 110);
  if (x < -0.0625) return Math.fround(alpha * (exponential(x) - 1));
  let sum = 1.984126984126984e-4;
  sum = sum * x + 1.388888888888889e-3;
  sum = sum * x + 8.333333333333333e-3;
  sum = sum * x + 4.1666666666666664e-2;
  sum = sum * x + 0.16666666666666666;
  sum = sum * x + 0.5;
  sum = sum * x + 1;
  return Math.fround(alpha * (sum * x));
}

export function sigmoid(v: number): number {
  return Math.fround(logistic(v));
}

export function tanh(v: number): number {
  if (v > -0.0625 && v < 0.0625) {
    const square = v * v;
    let sum = -5.396825396825397e-2;
    sum = sum * square + 0.13333333333333333;
    sum = sum * square - 0.3333333333333333;
    sum = sum * square + 1;
    return Math.fround(sum * v);
  }
  const x = within(v, 20);
  const size = x < 0 ? -x : x;
  const result = 1 - 2 / (exponential(2 * size) + 1);
  return Math.fround(x < 0 ? -result : result);
}

/** v · sigmoid(v); −0 at −Infinity. */
export function silu(v: number): number {
  const x = v < -110 ? -110 : v;
  return Math.fround(x * logistic(x));
}

/** ln(1 + z) for 0 ≤ z ≤ 1, by 2 · artanh(z / (2 + z)). */
function logarithm1p(z: number): number {
  const s = z / (2 + z);
  const square = s * s;
  let sum = 0.04;
  sum = sum * square + 0.043478260869565216;
  sum = sum * square + 0.047619047619047616;
  sum = sum * square + 0.05263157894736842;
  sum = sum * square + 0.058823529411764705;
  sum = sum * square + 0.06666666666666667;
  sum = sum * square + 0.07692307692307693;
  sum = sum * square + 0.09090909090909091;
  sum = sum * square + 0.1111111111111111;
  sum = sum * square + 0.14285714285714285;
  sum = sum * square + 0.2;
  sum = sum * square + 0.3333333333333333;
  sum = sum * square + 1;
  return 2 * s * sum;
}

/** ln(1 + eᵛ), as the larger of v and 0 and what is beyond it. */
export function softplus(v: number): number {
  const x = within(v, 110);
  const beyond = logarithm1p(exponential(x < 0 ? x : -x));
  return Math.fround((v > 0 ? v : 0) + beyond);
}

/**
 * v / 2 · erfc(−v / √2), the tail of the normal distribution; −0 at −Infinity. For t ≥ 0, erfc(t) is e^(−t²) times a
 * polynomial in (t − 2) / (t + 2), interpolated at Chebyshev's points up to t = 10.7.
 */
export function gelu(v: number): number {
  const x = v < -15 ? -15 : v;
  const size = within(x < 0 ? -x : x, 15);
  const t = size * 0.7071067811865476;
  const s = ((t - 2) / (t + 2)) * 1.1869158878504673 + 0.18691588785046728;
  let sum = 5.5755646500653706e-8;
  sum = sum * s - 1.8251578321488342e-7;
  sum = sum * s - 9.862371775488005e-7;
  sum = sum * s + 2.0360187849934973e-7;
  sum = sum * s + 7.340056514476082e-6;
  sum = sum * s + 1.2246562750316477e-5;
  sum = sum * s - 2.881997392522231e-5;
  sum = sum * s - 1.4669715457864217e-4;
  sum = sum * s - 9.260256606926413e-6;
  sum = sum * s + 1.2729011804640197e-3;
  sum = sum * s + 1.3870352357707384e-3;
  sum = sum * s - 1.2786640293913687e-2;
  sum = sum * s - 1.2882793283312871e-2;
  sum = sum * s + 0.20817104924642368;
  sum = sum * s - 0.6550932654348854;
  sum = sum * s + 1.1368564252335847;
  const tail = (exponential(-0.5 * size * size) * sum) / (t + 2);
  return Math.fround(0.5 * x * (x < 0 ? tail : 2 - tail));
}
