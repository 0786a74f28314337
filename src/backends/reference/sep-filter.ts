import { allocate } from '../../core/arrays.js';
import { borderPixel } from '../../core/border.js';
import { inputSize } from '../../core/layout.js';
import { borders, dtypes } from '../../core/params.js';
import { elementIndex } from './image.js';
import type { ReferenceKernel } from './kernel.js';
import { addProduct } from './window.js';

/** The rows with the row filter, rounded to float32, then the columns of that with the column filter. */
export const sepFilter: ReferenceKernel = ([rows, columns], [rowStage, columnStage], { input, output }) => {
  const size = inputSize(rows);
  const at = elementIndex(size, rows.layout);
  const between = allocate('float32', output.length);
  const border = borderPixel[borders[rows.border]];
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
