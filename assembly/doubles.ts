// The verbs in which the transcendental activations compute: D = f64, or v128 for two of them. The type v128 does not
// tell doubles from floats, so those of simd.ts stand here again.

@inline export function splat<D>(value: f64): D {
  if (isVector<D>()) return f64x2.splat(value);
  else return value as D;
}

/** The first two of four floats. */
@inline export function lowDoubles(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** The last two of four floats. */
@inline export function highDoubles(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

/** Four floats, each rounded once. */
@inline export function toFloats(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

@inline export function add<D>(a: D, b: D): D {
  if (isVector<D>()) return f64x2.add(a, b);
  else return (a + b) as D;
}

@inline export function subtract<D>(a: D, b: D): D {
  if (isVector<D>()) return f64x2.sub(a, b);
  else return (a - b) as D;
}

@inline export function multiply<D>(a: D, b: D): D {
  if (isVector<D>()) return f64x2.mul(a, b);
  else return (a * b) as D;
}

@inline export function divide<D>(a: D, b: D): D {
  if (isVector<D>()) return f64x2.div(a, b);
  else return (a / b) as D;
}

@inline export function negative<D>(d: D): D {
  if (isVector<D>()) return f64x2.neg(d);
  else return -d as D;
}

/** sum · x + next, in two roundings: a step of a polynomial. */
@inline export function step<D>(sum: D, x: D, next: f64): D {
  return add<D>(multiply<D>(sum, x), splat<D>(next));
}

/** d < bound ? bound : d; NaN and the sign of zero pass. */
@inline export function atLeast<D>(d: D, bound: f64): D {
  if (isVector<D>()) return f64x2.pmax(d, f64x2.splat(bound));
  else return d < bound ? (bound as D) : d;
}

/** d > bound ? bound : d; NaN and the sign of zero pass. */
@inline export function atMost<D>(d: D, bound: f64): D {
  if (isVector<D>()) return f64x2.pmin(d, f64x2.splat(bound));
  else return d > bound ? (bound as D) : d;
}

/** a < b ? yes : no */
@inline export function whereLess<D>(a: D, b: D, yes: D, no: D): D {
  if (isVector<D>()) return v128.bitselect(yes, no, f64x2.lt(a, b));
  else return a < b ? yes : no;
}

/** 2ᵏ for a whole k, −300 ≤ k ≤ 300: a sum with 1.5 · 2⁵² has k in its lowest bits, and the exponent's bias is 1023. */
@inline export function powerOfTwo<D>(k: D): D {
  const sum = add<D>(k, splat<D>(6755399441056767));
  if (isVector<D>()) return i64x2.shl(sum, 52);
  else return reinterpret<f64>(reinterpret<u64>(sum) << 52) as D;
}
