import type { Params } from '../../core/params.js';
import type { ReferenceKernel } from './kernel.js';
import { addProduct, convolve, forEachTap, inputIndex } from './window.js';

/** y[n, oy, ox, o] = Σ over the taps that `forEach` visits and the inputs i of o's group of x[n, y, x, i] · f[ky, kx, i, o] */
export function sumOver(
  forEach: (p: Params, outY: number, outX: number, visit: Parameters<typeof forEachTap>[3]) => void,
): ReferenceKernel {
  return ([p], [stage], operands) => {
    const { input } = operands;
    const at = inputIndex(p);
    const inputs = p.inputChannels / p.groups;
    const outputs = p.outputChannels / p.groups;
    const pass = convolve(p, stage, operands, (sum, n, outY, outX, o) => {
      const first = Math.floor(o / outputs) * inputs;
      forEach(p, outY, outX, (y, x, ky, kx) => {
        for (let i = 0; i < inputs; i++) {
          const f = stage.filter[((ky * p.filterWidth + kx) * inputs + i) * p.outputChannels + o];
          sum = addProduct(sum, input[at(n, y, x, first + i)], f);
        }
      });
      return sum;
    });
    return [pass];
  };
}

export const conv2d: ReferenceKernel = /* @__PURE__ */ sumOver(forEachTap);
