import { describe, expect, test } from 'vitest';
import { classCapsules, primaryCapsules, route, squash } from './capsules.js';
import { bias, conv2d, imageOf, smallIntegers } from './plain.js';

const [dimensions, classes, outputs] = [4, 3, 5];
const filter = smallIntegers([3, 3, 2, 2 * dimensions], 1, 1);
const offset = smallIntegers([2 * dimensions], 2).data;
const input = smallIntegers([1, 7, 5, 2], 3);

describe('a capsule layer', () => {
  const capsules = primaryCapsules(input, filter, offset, dimensions);
  const weights = smallIntegers([capsules.length, classes, outputs, dimensions], 4);

  test('primary capsules are the channels of a convolution, squashed', () => {
    const image = bias(conv2d(imageOf(input), filter, { stride: 2 }), offset);
    const expected = image
      .flat()
      .flatMap((pixel) => [literalSquash(pixel.slice(0, dimensions)), literalSquash(pixel.slice(dimensions))]);
    expectClose(capsules, expected);
  });

  test('three rounds of routing, as loops over flat arrays', () => {
    expectClose(classCapsules(capsules, weights), routedByLoops(capsules, weights.data));
  });

  test('lengths are probabilities', () => {
    for (const vector of classCapsules(capsules, weights)) expect(Math.hypot(...vector)).toBeLessThan(1);
    expect(squash([0, 0])).toEqual([0, 0]);
    expect(Math.hypot(...squash([30, 40]))).toBeCloseTo(2500 / 2501, 12);
  });

  test('predictions that agree win', () => {
    const agreed = [1, 0];
    const predictions = [
      [agreed, [1, 0]],
      [agreed, [-1, 0.1]],
      [agreed, [0, -1]],
    ];
    const [first, second] = [1, 3].map((rounds) => route(predictions, rounds).map((vector) => Math.hypot(...vector)));
    expect(second[0]).toBeGreaterThan(first[0]);
    expect(second[0]).toBeGreaterThan(second[1]);
  });
});

function expectClose(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(expected.length);
  actual.flat().forEach((value, i) => {
    expect(Math.abs(value - expected.flat()[i])).toBeLessThan(1e-12);
  });
}

/** Equation 1 to the letter: |s|² / (1 + |s|²) · s / |s|. */
function literalSquash(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => ((length * length) / (1 + length * length)) * (length === 0 ? 0 : value / length));
}

function routedByLoops(capsules: readonly (readonly number[])[], weights: Float32Array): number[][] {
  const logits = new Float64Array(capsules.length * classes);
  const predicted = new Float64Array(capsules.length * classes * outputs);
  for (let at = 0; at < predicted.length; at++) {
    const i = Math.floor(at / (classes * outputs));
    for (let d = 0; d < dimensions; d++) predicted[at] += weights[at * dimensions + d] * capsules[i][d];
  }
  let found: number[][] = [];
  for (let round = 1; round <= 3; round++) {
    const sums = Array.from({ length: classes }, () => new Array<number>(outputs).fill(0));
    for (let i = 0; i < capsules.length; i++) {
      let powers = 0;
      for (let j = 0; j < classes; j++) powers += Math.exp(logits[i * classes + j]);
      for (let j = 0; j < classes; j++) {
        const coupling = Math.exp(logits[i * classes + j]) / powers;
        for (let o = 0; o < outputs; o++) sums[j][o] += coupling * predicted[(i * classes + j) * outputs + o];
      }
    }
    found = sums.map(literalSquash);
    for (let at = 0; at < predicted.length; at++) {
      logits[Math.floor(at / outputs)] += predicted[at] * found[Math.floor(at / outputs) % classes][at % outputs];
    }
  }
  return found;
}
