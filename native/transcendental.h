// The activations beyond + − × ÷: polynomials in binary64, each value rounded once to float32 at the end. The same
// sequence of operations stands in src/backends/reference/transcendental.ts, where the steps are explained.
#pragma once
#include <stdint.h>
#include <string.h>

namespace {

/** 2ᵏ for −300 ≤ k ≤ 300. */
inline double powerOfTwo(int32_t k) {
  const uint64_t bits = uint64_t(k + 1023) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

inline double exponential(double x) {
  const double toInteger = 6755399441055744;
  const double k = x * 1.4426950408889634 + toInteger - toInteger;
  const double r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  double sum = 1.6059043836821613e-10;
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
  return sum * powerOfTwo(int32_t(k));
}

inline double within(double x, double bound) { return x < -bound ? -bound : x > bound ? bound : x; }

inline double logistic(double x) { return 1 / (1 + exponential(-within(x, 110))); }

inline float elu(double v, double alpha) {
  const double x = within(v, 110);
  if (x < -0.0625) return float(alpha * (exponential(x) - 1));
  double sum = 1.984126984126984e-4;
  sum = sum * x + 1.388888888888889e-3;
  sum = sum * x + 8.333333333333333e-3;
  sum = sum * x + 4.1666666666666664e-2;
  sum = sum * x + 0.16666666666666666;
  sum = sum * x + 0.5;
  sum = sum * x + 1;
  return float(alpha * (sum * x));
}

inline float sigmoid(double v) { return float(logistic(v)); }

inline float tanh(double v) {
  if (v > -0.0625 && v < 0.0625) {
    const double square = v * v;
    double sum = -5.396825396825397e-2;
    sum = sum * square + 0.13333333333333333;
    sum = sum * square - 0.3333333333333333;
    sum = sum * square + 1;
    return float(sum * v);
  }
  const double x = within(v, 20);
  const double size = x < 0 ? -x : x;
  const double result = 1 - 2 / (exponential(2 * size) + 1);
  return float(x < 0 ? -result : result);
}

inline float silu(double v) {
  const double x = v < -110 ? -110 : v;
  return float(x * logistic(x));
}

inline double logarithm1p(double z) {
  const double s = z / (2 + z);
  const double square = s * s;
  double sum = 0.04;
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

inline float softplus(double v) {
  const double x = within(v, 110);
  const double beyond = logarithm1p(exponential(x < 0 ? x : -x));
  return float((v > 0 ? v : 0) + beyond);
}

inline float gelu(double v) {
  const double x = v < -15 ? -15 : v;
  const double size = within(x < 0 ? -x : x, 15);
  const double t = size * 0.7071067811865476;
  const double s = ((t - 2) / (t + 2)) * 1.1869158878504673 + 0.18691588785046728;
  double sum = 5.5755646500653706e-8;
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
  const double tail = (exponential(-0.5 * size * size) * sum) / (t + 2);
  return float(0.5 * x * (x < 0 ? tail : 2 - tail));
}

}  // namespace
