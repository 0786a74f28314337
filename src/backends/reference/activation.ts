// The activations: comparisons select, so that NaN passes and the sign of zero is kept.

import { outputSize } from '../../core/layout.js';
import { type ActivationName, activations, type Params } from '../../core/params.js';
import { elementIndex } from './image.js';
import type { ReferenceKernel } from './kernel.js';
import { elu, gelu, sigmoid, silu, softplus, tanh } from './transcendental.js';

function clamp(v: number, min: number, max: number): number {
  const t = v < min ? min : v;
  return t > max ? max : t;
}

function hardSigmoid(v: number): number {
  return clamp(Math.fround(Math.fround(v / 6) + 0.5), 0, 1);
}

function unlessNaN(f: (v: number) => number): (v: number) => number {
  return (v) => (Number.isNaN(v) ? v : f(v));
}

const functions: Record<ActivationName, (v: number, p: Params, slope: number) => number> = {
  linear: (v) => v,
  relu: (v) => (v < 0 ? 0 : v),
  clamp: (v, p) => clamp(v, p.clampMin, p.clampMax),
  leakyRelu: (v, p) => (v < 0 ? Math.fround(p.alpha * v) : v),
  prelu: (v, _, slope) => (v < 0 ? Math.fround(slope * v) : v),
  hardSigmoid,
  hardSwish: (v) => Math.fround(v * hardSigmoid(v)),
  elu: (v, p) => (v < 0 ? elu(v, p.alpha) : v),
  sigmoid: unlessNaN(sigmoid),
  tanh: unlessNaN(tanh),
  silu: unlessNaN(silu),
  gelu: unlessNaN(gelu),
  softplus: unlessNaN(softplus),
};

/** One value through the activation of `p`; `slope` is prelu's for its channel. */
export function activate(v: number, p: Params, slope: number): number {
  return functions[activations[p.activation]](v, p, slope);
}

/** y = activation(x), or activation(x + residual). */
export const activation: ReferenceKernel = ([p], [{ slope }], { input, output, residual }) => {
  const at = elementIndex(outputSize(p), p.layout);
  const compute = (n: number, y: number, x: number, c: number) => {
    const i = at(n, y, x, c);
    const v = residual === undefined ? input[i] : Math.fround(input[i] + residual[i]);
    output[i] = activate(v, p, slope[c]);
  };
  return [{ size: outputSize(p), compute }];
};
