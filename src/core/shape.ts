// Shapes, and the limits of sizes.
import { invalid } from './errors.js';

export type Shape = readonly number[];

/** Positions, sizes and offsets are int32 in every kernel. */
export const maxInt32 = 2 ** 31 - 1;

/** The number of elements of a checked shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis];
  return size;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** More axes than any tensor has. */
const mostAxes = 32;

/**
 * Reads a shape, each size once: an array of integers ≥ 1 (the first ≥ 0) whose product is an int32.
 *
 * @param known a shape that was read before
 * @param property of the argument, where the shape is not the argument itself; names are joined for an error only
 * @returns `known` where it is equal, else a frozen copy
 */
export function readShape(argument: string, shape: unknown, rank?: number, known?: Shape, property = ''): Shape {
  const length = Array.isArray(shape) ? shape.length : -1;
  if (length < 0 || length > mostAxes || (rank !== undefined && length !== rank)) {
    const fix = rank === 4 ? 'add or remove axes (a batch of one is [1, …])' : 'give its sizes';
    throw invalid('ERR_SHAPE', argument + property, axesOf(rank), shape, fix);
  }
  const given = shape as Shape;
  if (known?.length !== length) return checkSizes(argument + property, readSizes(given, [], length), rank);
  for (let axis = 0; axis < length; axis++) {
    const size = given[axis];
    if (size !== known[axis]) {
      return checkSizes(argument + property, readSizes(given, [...known.slice(0, axis), size], length), rank);
    }
  }
  return known;
}

function readSizes(given: Shape, sizes: number[], length: number): Shape {
  while (sizes.length < length) sizes.push(given[sizes.length]);
  return sizes;
}

function checkSizes(argument: string, sizes: Shape, rank: number | undefined): Shape {
  let elements = 1;
  let largest = 1;
  for (let axis = 0; axis < sizes.length; axis++) {
    const size = sizes[axis];
    if (!Number.isInteger(size) || size < (axis === 0 ? 0 : 1)) {
      const expected = `${axesOf(rank)}, integers of at least 1 (the first may be 0)`;
      throw invalid('ERR_SHAPE', argument, expected, sizes, 'give whole positive sizes');
    }
    if (size > largest) largest = size;
    elements *= size;
  }
  if (largest > maxInt32 || elements > maxInt32) {
    throw invalid('ERR_SHAPE', argument, `at most ${maxInt32} elements`, sizes, 'split the batch or the image');
  }
  return Object.freeze(sizes);
}

function axesOf(rank: number | undefined): string {
  return rank === undefined ? 'a list of sizes' : `${rank} sizes`;
}
