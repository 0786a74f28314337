// A capsule layer: primary capsules by a convolution, then capsules of classes found by routing.
// Sabour, Frosst & Hinton, Dynamic routing between capsules, 2017.
import { conv2d, type Tensor } from '../../src/entries/node.js';

type Vector = readonly number[];

/** Convolves, and reads each pixel's channels as capsules of so many dimensions: one squashed vector for each. */
export function primaryCapsules(input: Tensor, filter: Tensor, bias: Float32Array, dimensions: number): Vector[] {
  const { data } = conv2d(input, filter, { strides: 2, bias });
  return Array.from({ length: data.length / dimensions }, (_, i) =>
    squash([...data.subarray(i * dimensions, (i + 1) * dimensions)]),
  );
}

/**
 * Every capsule i predicts every class j: û = W[i][j] · u[i]. Three rounds of agreement then settle how much of each
 * prediction counts.
 *
 * @param weights [capsules, classes, outputs, dimensions]
 * @returns a vector for each class; its length is the probability that the class is there
 */
export function classCapsules(capsules: readonly Vector[], { data, shape }: Tensor): Vector[] {
  const [, classes, outputs, dimensions] = shape;
  const predictions = capsules.map((capsule, i) =>
    indices(classes).map((j) =>
      indices(outputs).map((o) => {
        const at = ((i * classes + j) * outputs + o) * dimensions;
        return dot(capsule, [...data.subarray(at, at + dimensions)]);
      }),
    ),
  );
  return route(predictions, 3);
}

/**
 * Procedure 1 of the paper: predictions [capsule][class] that agree with what came out are heard more the next time.
 */
export function route(predictions: readonly (readonly Vector[])[], rounds: number): Vector[] {
  let logits = predictions.map((classes) => classes.map(() => 0));
  let outputs: Vector[] = [];
  for (let round = 0; round < rounds; round++) {
    const couplings = logits.map(softmax);
    outputs = predictions[0].map((first, j) =>
      squash(first.map((_, o) => sum(predictions.map((classes, i) => couplings[i][j] * classes[j][o])))),
    );
    logits = logits.map((row, i) => row.map((logit, j) => logit + dot(predictions[i][j], outputs[j])));
  }
  return outputs;
}

/** Shortens a vector to a length below 1 and keeps its direction; |s| / (1 + |s|²) · s is equation 1 without 0 / 0. */
export function squash(vector: Vector): Vector {
  const squares = dot(vector, vector);
  return vector.map((value) => (value * Math.sqrt(squares)) / (1 + squares));
}

function softmax(logits: Vector): Vector {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  return powers.map((power) => power / sum(powers));
}

function dot(a: Vector, b: Vector): number {
  return sum(a.map((value, i) => value * b[i]));
}

function sum(values: Vector): number {
  return values.reduce((total, value) => total + value, 0);
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
