import type { ReferenceKernel } from './kernel.js';
import { addProduct, convolve, forEachTap, inputIndex } from './window.js';

/** y[n, oy, ox, c · multiplier + m] = Σ over ky, kx of x[n, y, x, c] · f[ky, kx, c, m] */
export const depthwise: ReferenceKernel = ([p], [stage], operands) => {
  const { input } = operands;
  const at = inputIndex(p);
  const multiplier = p.outputChannels / p.inputChannels;
  const pass = convolve(p, stage, operands, (sum, n, outY, outX, c) => {
    forEachTap(p, outY, outX, (y, x, ky, kx) => {
      const f = stage.filter[(ky * p.filterWidth + kx) * p.outputChannels + c];
      sum = addProduct(sum, input[at(n, y, x, Math.floor(c / multiplier))], f);
    });
    return sum;
  });
  return [pass];
};
