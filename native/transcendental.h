// The activations beyond + − × ÷: polynomials in binary64, each value rounded once to float32 at the end. The same
// sequence of operations stands in src/backends/reference/transcendental.ts, where the steps are explained. D is a
// double or the Doubles of an instruction set; where the reference branches, both values are computed and one is taken.
#pragma once
#include "simd/pair.h"

namespace {

template <class D>
ALWAYS_INLINE D exponential(D x) {
  const double toInteger = 6755399441055744;
  const D k = x * 1.4426950408889634 + toInteger - toInteger;
  const D r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  D sum = 1.6059043836821613e-10;
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
  return sum * powerOfTwo(k);
}

template <class D>
ALWAYS_INLINE D within(D x, double bound) {
  return atMost(atLeast(x, D(-bound)), D(bound));
}

template <class D>
ALWAYS_INLINE D magnitude(D x) {
  return whereLess(x, D(0), -x, x);
}

template <class D>
ALWAYS_INLINE D logistic(D x) {
  return 1 / (1 + exponential(-within(x, 110)));
}

template <class D>
ALWAYS_INLINE D elu(D v, double alpha) {
  const D x = within(v, 110);
  D sum = 1.984126984126984e-4;
  sum = sum * x + 1.388888888888889e-3;
  sum = sum * x + 8.333333333333333e-3;
  sum = sum * x + 4.1666666666666664e-2;
  sum = sum * x + 0.16666666666666666;
  sum = sum * x + 0.5;
  sum = sum * x + 1;
  return whereLess(v, D(0), alpha * whereLess(x, D(-0.0625), exponential(x) - 1, sum * x), v);
}

template <class D>
ALWAYS_INLINE D sigmoid(D v) {
  return logistic(v);
}

template <class D>
ALWAYS_INLINE D tanh(D v) {
  const D square = v * v;
  D sum = -5.396825396825397e-2;
  sum = sum * square + 0.13333333333333333;
  sum = sum * square - 0.3333333333333333;
  sum = sum * square + 1;
  const D x = within(v, 20);
  const D size = magnitude(x);
  const D result = 1 - 2 / (exponential(2 * size) + 1);
  return whereLess(size, D(0.0625), sum * v, whereLess(x, D(0), -result, result));
}

template <class D>
ALWAYS_INLINE D silu(D v) {
  const D x = atLeast(v, D(-110));
  return x * logistic(x);
}

template <class D>
ALWAYS_INLINE D logarithm1p(D z) {
  const D s = z / (2 + z);
  const D square = s * s;
  D sum = 0.04;
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

template <class D>
ALWAYS_INLINE D softplus(D v) {
  const D x = within(v, 110);
  const D beyond = logarithm1p(exponential(-magnitude(x)));
  return whereLess(D(0), v, v, D(0)) + beyond;
}

template <class D>
ALWAYS_INLINE D gelu(D v) {
  const D x = atLeast(v, D(-15));
  const D size = within(magnitude(x), 15);
  const D t = size * 0.7071067811865476;
  const D s = ((t - 2) / (t + 2)) * 1.1869158878504673 + 0.18691588785046728;
  D sum = 5.5755646500653706e-8;
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
  const D tail = (exponential(-0.5 * size * size) * sum) / (t + 2);
  return 0.5 * x * whereLess(x, D(0), tail, 2 - tail);
}

}  // namespace
