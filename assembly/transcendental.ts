// The activations beyond + − × ÷: polynomials in binary64, each value rounded once to float32 at the end. The same
// sequence of operations stands in src/backends/reference/transcendental.ts, where the steps are explained. D is f64 or
// v128; where the reference branches, both values are computed and one is taken.
import {
  add, atLeast, atMost, divide, multiply, negative, powerOfTwo, splat, step, subtract, whereLess,
} from './doubles';

@inline function exponential<D>(x: D): D {
  const toInteger: f64 = 6755399441055744;
  const k = subtract<D>(step<D>(x, splat<D>(1.4426950408889634), toInteger), splat<D>(toInteger));
  const nearly = subtract<D>(x, multiply<D>(k, splat<D>(0.6931471803691238)));
  const r = subtract<D>(nearly, multiply<D>(k, splat<D>(1.9082149292705877e-10)));
  let sum = splat<D>(1.6059043836821613e-10);
  sum = step<D>(sum, r, 2.08767569878681e-9);
  sum = step<D>(sum, r, 2.505210838544172e-8);
  sum = step<D>(sum, r, 2.755731922398589e-7);
  sum = step<D>(sum, r, 2.7557319223985893e-6);
  sum = step<D>(sum, r, 2.48015873015873e-5);
  sum = step<D>(sum, r, 1.984126984126984e-4);
  sum = step<D>(sum, r, 1.388888888888889e-3);
  sum = step<D>(sum, r, 8.333333333333333e-3);
  sum = step<D>(sum, r, 4.1666666666666664e-2);
  sum = step<D>(sum, r, 0.16666666666666666);
  sum = step<D>(sum, r, 0.5);
  sum = step<D>(sum, r, 1);
  sum = step<D>(sum, r, 1);
  return multiply<D>(sum, powerOfTwo<D>(k));
}

@inline function within<D>(x: D, bound: f64): D {
  return atMost<D>(atLeast<D>(x, -bound), bound);
}

@inline function magnitude<D>(x: D): D {
  return whereLess<D>(x, splat<D>(0), negative<D>(x), x);
}

@inline function logistic<D>(x: D): D {
  const one = splat<D>(1);
  return divide<D>(one, add<D>(one, exponential<D>(negative<D>(within<D>(x, 110)))));
}

@inline export function elu<D>(v: D, alpha: f64): D {
  const x = within<D>(v, 110);
  let sum = splat<D>(1.984126984126984e-4);
  sum = step<D>(sum, x, 1.388888888888889e-3);
  sum = step<D>(sum, x, 8.333333333333333e-3);
  sum = step<D>(sum, x, 4.1666666666666664e-2);
  sum = step<D>(sum, x, 0.16666666666666666);
  sum = step<D>(sum, x, 0.5);
  sum = step<D>(sum, x, 1);
  const far = subtract<D>(exponential<D>(x), splat<D>(1));
  const result = whereLess<D>(x, splat<D>(-0.0625), far, multiply<D>(sum, x));
  return whereLess<D>(v, splat<D>(0), multiply<D>(splat<D>(alpha), result), v);
}

@inline export function sigmoid<D>(v: D): D {
  return logistic<D>(v);
}

@inline export function tanh<D>(v: D): D {
  const square = multiply<D>(v, v);
  let sum = splat<D>(-5.396825396825397e-2);
  sum = step<D>(sum, square, 0.13333333333333333);
  sum = step<D>(sum, square, -0.3333333333333333);
  sum = step<D>(sum, square, 1);
  const x = within<D>(v, 20);
  const size = magnitude<D>(x);
  const two = splat<D>(2);
  const one = splat<D>(1);
  const result = subtract<D>(one, divide<D>(two, add<D>(exponential<D>(multiply<D>(two, size)), one)));
  const far = whereLess<D>(x, splat<D>(0), negative<D>(result), result);
  return whereLess<D>(size, splat<D>(0.0625), multiply<D>(sum, v), far);
}

@inline export function silu<D>(v: D): D {
  const x = atLeast<D>(v, -110);
  return multiply<D>(x, logistic<D>(x));
}

@inline function logarithm1p<D>(z: D): D {
  const s = divide<D>(z, add<D>(splat<D>(2), z));
  const square = multiply<D>(s, s);
  let sum = splat<D>(0.04);
  sum = step<D>(sum, square, 0.043478260869565216);
  sum = step<D>(sum, square, 0.047619047619047616);
  sum = step<D>(sum, square, 0.05263157894736842);
  sum = step<D>(sum, square, 0.058823529411764705);
  sum = step<D>(sum, square, 0.06666666666666667);
  sum = step<D>(sum, square, 0.07692307692307693);
  sum = step<D>(sum, square, 0.09090909090909091);
  sum = step<D>(sum, square, 0.1111111111111111);
  sum = step<D>(sum, square, 0.14285714285714285);
  sum = step<D>(sum, square, 0.2);
  sum = step<D>(sum, square, 0.3333333333333333);
  sum = step<D>(sum, square, 1);
  return multiply<D>(multiply<D>(splat<D>(2), s), sum);
}

@inline export function softplus<D>(v: D): D {
  const x = within<D>(v, 110);
  const beyond = logarithm1p<D>(exponential<D>(negative<D>(magnitude<D>(x))));
  return add<D>(whereLess<D>(splat<D>(0), v, v, splat<D>(0)), beyond);
}

@inline export function gelu<D>(v: D): D {
  const x = atLeast<D>(v, -15);
  const size = within<D>(magnitude<D>(x), 15);
  const t = multiply<D>(size, splat<D>(0.7071067811865476));
  const two = splat<D>(2);
  const quotient = divide<D>(subtract<D>(t, two), add<D>(t, two));
  const s = step<D>(quotient, splat<D>(1.1869158878504673), 0.18691588785046728);
  let sum = splat<D>(5.5755646500653706e-8);
  sum = step<D>(sum, s, -1.8251578321488342e-7);
  sum = step<D>(sum, s, -9.862371775488005e-7);
  sum = step<D>(sum, s, 2.0360187849934973e-7);
  sum = step<D>(sum, s, 7.340056514476082e-6);
  sum = step<D>(sum, s, 1.2246562750316477e-5);
  sum = step<D>(sum, s, -2.881997392522231e-5);
  sum = step<D>(sum, s, -1.4669715457864217e-4);
  sum = step<D>(sum, s, -9.260256606926413e-6);
  sum = step<D>(sum, s, 1.2729011804640197e-3);
  sum = step<D>(sum, s, 1.3870352357707384e-3);
  sum = step<D>(sum, s, -1.2786640293913687e-2);
  sum = step<D>(sum, s, -1.2882793283312871e-2);
  sum = step<D>(sum, s, 0.20817104924642368);
  sum = step<D>(sum, s, -0.6550932654348854);
  sum = step<D>(sum, s, 1.1368564252335847);
  const power = exponential<D>(multiply<D>(multiply<D>(splat<D>(-0.5), size), size));
  const tail = divide<D>(multiply<D>(power, sum), add<D>(t, two));
  const half = multiply<D>(splat<D>(0.5), x);
  return multiply<D>(half, whereLess<D>(x, splat<D>(0), tail, subtract<D>(two, tail)));
}
