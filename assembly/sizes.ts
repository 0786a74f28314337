// Sizes of memory: the twin of native/sizes.h, 64 bits wide though addresses have 32, so that what no memory holds is
// refused and not cut off.

export function sizeSum(a: u64, b: u64, c: u64 = 0, d: u64 = 0): u64 {
  return plus(plus(a, b), plus(c, d));
}

export function sizeProduct(a: u64, b: u64, c: u64 = 1): u64 {
  return times(times(a, b), c);
}

function plus(a: u64, b: u64): u64 {
  return a > u64.MAX_VALUE - b ? u64.MAX_VALUE : a + b;
}

function times(a: u64, b: u64): u64 {
  const mayOverflow = (a | b) >> 32 != 0;
  return mayOverflow && b != 0 && a > u64.MAX_VALUE / b ? u64.MAX_VALUE : a * b;
}

/** Bytes of a line of the cache. */
export const lineBytes: usize = 64;

/** Bytes of so many floats. */
export function floatBytes(floats: u64): u64 {
  return times(floats, 4);
}
