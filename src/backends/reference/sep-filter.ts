import { allocate } from '../../core/arrays.js';
import { inputSize } from '../../core/layout.js';
import { type Border, borders, dtypes } from '../../core/params.js';
import { elementIndex } from './image.js';
import type { ReferenceKernel } from './kernel.js';
import { addProduct } from './window.js';

/** The pixel that stands for position i of a line of so many pixels, or −1 for none. */
const bordered: Record<Border, (i: number, size: number) => number> = {
  zero: (i, size) => (i >= 0 && i < size ? i : -1),
  replicate: (i, size) => Math.min(Math.max(i, 0), size - 1),
  reflect(i, size) {
    if (size === 1) return 0;
    const period = 2 * (size - 1);
    const folded = ((i % period) + period) % period;
    return folded < size ? folded : period - folded;
  },
  wrap: (i, size) => ((i % size) + size) % size,
};

/** The rows with the row filter, rounded to float32, then the columns of that with the column filter. */
export const sepFilter: ReferenceKernel = ([rows, columns], [rowStage, columnStage], { input, output }) => {
  const size = inputSize(rows);
  const at = elementIndex(size, rows.layout);
  const between = allocate('float32', output.length);
  const border = bordered[borders[rows.border]];
  const result =
    dtypes[columns.outputType] === 'uint8'
      ? new Uint8ClampedArray(output.buffer, output.byteOffset, output.length)
      : output;
  const computeRow = (n: number, y: number, x: number, c: number) => {
    let sum = 0;
    for (let k = 0; k < rows.filterWidth; k++) {
      const from = border(x - rows.paddingLeft + k, size.width);
      if (from >= 0) sum = addProduct(sum, input[at(n, y, from, c)], rowStage.filter[k]);
    }
    between[at(n, y, x, c)] = sum;
  };
  const computeColumn = (n: number, y: number, x: number, c: number) => {
    let sum = 0;
    for (let k = 0; k < columns.filterHeight; k++) {
      const from = border(y - columns.paddingTop + k, size.height);
      if (from >= 0) sum = addProduct(sum, between[at(n, from, x, c)], columnStage.filter[k]);
    }
    result[at(n, y, x, c)] = sum;
  };
  return [
    { size, compute: computeRow },
    { size, compute: computeColumn },
  ];
};
