// The activations: comparisons select, so that NaN passes and the sign of zero is kept.
import { type ActivationName, activations, type Params } from '../../core/params.js';

const functions: Record<ActivationName, (v: number, p: Params) => number> = {
  linear: (v) => v,
  relu: (v) => (v < 0 ? 0 : v),
  clamp: (v, p) => {
    const t = v < p.clampMin ? p.clampMin : v;
    return t > p.clampMax ? p.clampMax : t;
  },
  leakyRelu: (v, p) => (v < 0 ? Math.fround(p.alpha * v) : v),
};

export function activate(v: number, p: Params): number {
  return functions[activations[p.activation]](v, p);
}
