// The numbers that the vectors read: from integers alone, so that any language draws the same. CONFORMANCE.md defines them.

/** What a quarter of the values of kind `edge` are. */
const edges = [
  ...[NaN, Infinity, -Infinity, -0, 0, 2 ** -149, -(2 ** -149), 2 ** -126],
  ...[2 ** -149 - 2 ** -126, (2 - 2 ** -23) * 2 ** 127, (2 ** -23 - 2) * 2 ** 127, 1, -1, 0.5, -110, 88.75],
];

const unit = (state: number) => (state >>> 8) * 2 ** -23 - 1;

/** A float32 from the state of the generator. */
const kinds = {
  unit,
  wide: (state) => unit(state) * 16,
  integer: (state) => (state >>> 28) - 8,
  tiny: (state) => unit(state) * 2 ** -126,
  huge: (state) => unit(state) * 2 ** 127,
  edge: (state) => (state >>> 30 === 0 ? edges[state >>> 26] : unit(state)),
  bits: (state) => new Float32Array(Uint32Array.of(state).buffer)[0],
} satisfies Record<string, (state: number) => number>;

export type Kind = keyof typeof kinds;

/** The arrays of one case, one after another. */
export interface Draw {
  floats(length: number, kind: Kind): Float32Array;
  bytes(length: number): Uint8Array;
}

/** A linear congruential generator (Knuth, TAOCP 2, 3.3.4) that begins at `seed`. */
export function drawFrom(seed: number): Draw {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return {
    floats: (length, kind) => Float32Array.from({ length }, () => kinds[kind](next())),
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
  };
}
