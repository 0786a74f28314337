import type { ReferenceKernel } from './kernel.js';
import { addProduct, convolve, inputIndex } from './window.js';

/** y[n, oy, ox, o] = Σ over i of x[n, oy · stride, ox · stride, i] · f[i, o] */
export const pointwise: ReferenceKernel = ([p], [stage], operands) => {
  const { input } = operands;
  const at = inputIndex(p);
  const pass = convolve(p, stage, operands, (sum, n, y, x, o) => {
    for (let i = 0; i < p.inputChannels; i++) {
      const f = stage.filter[i * p.outputChannels + o];
      sum = addProduct(sum, input[at(n, y * p.strideHeight, x * p.strideWidth, i)], f);
    }
    return sum;
  });
  return [pass];
};
