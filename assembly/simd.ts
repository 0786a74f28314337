// The verbs of native/simd/lane.h, for V = v128 or f32: the kernels are written once over V, and the channels that a
// vector cannot fill take the same code. Plain SIMD only: relaxed instructions may fuse.

/** Floats in a v128. */
export const vecLanes: i32 = 4;

/** Numbers as types, since generics take no values: `sizeof<Four>()` is 4 at compile time. */
export type One = u8;
export type Two = u16;
export type Four = u32;

@inline export function lanes<V>(): i32 {
  return <i32>(sizeof<V>() >> 2);
}

@inline export function splat<V>(value: f32): V {
  if (isVector<V>()) return f32x4.splat(value);
  else return value as V;
}

/** The float at an address, in every lane. */
@inline export function loadSplat<V>(address: usize): V {
  if (isVector<V>()) return v128.load32_splat(address);
  else return load<V>(address);
}

@inline export function add<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.add(a, b);
  else return (a + b) as V;
}

@inline export function multiply<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.mul(a, b);
  else return (a * b) as V;
}

@inline export function divide<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.div(a, b);
  else return (a / b) as V;
}

/** Two roundings, never fused. */
@inline export function addProduct<V>(sum: V, a: V, b: V): V {
  if (isVector<V>()) return f32x4.add(sum, f32x4.mul(a, b));
  else return (sum + a * b) as V;
}

/** v < bound ? bound : v; NaN and the sign of zero pass. */
@inline export function atLeast<V>(v: V, bound: V): V {
  if (isVector<V>()) return f32x4.pmax(v, bound);
  else return v < bound ? bound : v;
}

/** v > bound ? bound : v; NaN and the sign of zero pass. */
@inline export function atMost<V>(v: V, bound: V): V {
  if (isVector<V>()) return f32x4.pmin(v, bound);
  else return v > bound ? bound : v;
}

/** v < 0 ? a : b */
@inline export function whereNegative<V>(v: V, a: V, b: V): V {
  if (isVector<V>()) return v128.bitselect(a, b, f32x4.lt(v, f32x4.splat(0)));
  else return v < (0 as V) ? a : b;
}

/** The lanes 0, 2, 4 … of two vectors, one after the other. */
@inline export function evens(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 2, 4, 6);
}

/** The larger, the first of ±0; NaN wins. Without a branch, which nobody could foretell. */
@inline export function larger<V>(m: V, v: V): V {
  if (isVector<V>()) return v128.bitselect(v, m, v128.andnot(f32x4.eq(m, m), f32x4.le(v, m)));
  else {
    const mask = -(i32(m == m) & i32(!(v <= m)));
    return reinterpret<f32>((reinterpret<i32>(v) & mask) | (reinterpret<i32>(m) & ~mask)) as V;
  }
}
