// Ways to add the same products. One is the library's; the others show how little it takes to get other bits.
import type { Stage, Terms } from './stages.js';

export const rules = ['in order', 'fused', 'backwards', 'four lanes'] as const;
export type Rule = (typeof rules)[number];

const adding: Record<Rule, (terms: Terms) => number> = {
  'in order': ({ values, weights, length }) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum = Math.fround(sum + Math.fround(values[i] * weights[i]));
    return sum;
  },
  fused: ({ values, weights, length }) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum = fusedSum(sum, values[i] * weights[i]);
    return sum;
  },
  backwards: ({ values, weights, length }) => {
    let sum = 0;
    for (let i = length - 1; i >= 0; i--) sum = Math.fround(sum + Math.fround(values[i] * weights[i]));
    return sum;
  },
  'four lanes': ({ values, weights, length }) => {
    const lanes = [0, 0, 0, 0];
    for (let i = 0; i < length; i++) lanes[i & 3] = Math.fround(lanes[i & 3] + Math.fround(values[i] * weights[i]));
    return Math.fround(Math.fround(lanes[0] + lanes[1]) + Math.fround(lanes[2] + lanes[3]));
  },
};

/** One output of a stage, its terms added by a rule. */
export function evaluate(kind: Stage['kind'], terms: Terms, rule: Rule): number {
  if (kind === 'largest') return largest(terms);
  const sum = adding[rule](terms);
  return kind === 'mean' ? Math.fround(sum / terms.length) : sum;
}

function largest({ values, length }: Terms): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) if (!(values[i] <= most)) most = values[i];
  return most;
}

const parts = new Float64Array(1);
const bits = new BigInt64Array(parts.buffer);

/**
 * a + b rounded to float32 once, as a fused multiply-add rounds an exact product b. Rounding a binary64 sum again would
 * round twice; rounded to odd first, it does not. @see Boldo & Melquiond, Emulation of FMA, 2008
 */
export function fusedSum(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isFinite(sum)) return Math.fround(sum);
  const back = sum - a;
  const rest = a - (sum - back) + (b - back);
  if (rest === 0) return Math.fround(sum);
  parts[0] = sum;
  if ((bits[0] & 1n) === 0n) bits[0] += rest > 0 === sum > 0 ? 1n : -1n;
  return Math.fround(parts[0]);
}
