// Which weights a case has: the filters' shapes in either framework's layout, and where biases and slopes go.
import type { Shape } from '../../src/core/shape.js';
import type { OperationName } from '../../src/ops/index.js';
import type { Case } from './cases.js';

interface Weights {
  readonly filters: readonly Shape[];
  /** What the case's own options do not say. */
  readonly options: object;
  /** The channels after each half of the op, by the prefix of the options that belong to it. */
  readonly halves: Readonly<Record<string, number>>;
}

type WeightsOf = (aCase: Case, pytorch: boolean) => Weights;

const depthwise: WeightsOf = ({ image: [, , , c], kernel: [kh, kw] = [3, 3], multiplier: m = 1 }, pytorch) => ({
  filters: [pytorch ? [c * m, 1, kh, kw] : [kh, kw, c, m]],
  options: { filterLayout: pytorch ? 'OIHW' : 'HWCM' },
  halves: { '': c * m },
});

const pointwise: WeightsOf = ({ image: [, , , c], outputs = 4 }, pytorch) => ({
  filters: [pytorch ? [outputs, c, 1, 1] : [c, outputs]],
  options: { filterLayout: pytorch ? 'OIHW' : 'HWIO' },
  halves: { '': outputs },
});

const separable: WeightsOf = (aCase, pytorch) => {
  const { filters, options, halves } = depthwise(aCase, pytorch);
  const between = halves[''];
  const { outputs = 4 } = aCase;
  return {
    filters: [...filters, pytorch ? [outputs, between] : [1, 1, between, outputs]],
    options,
    halves: { depthwise: between, '': outputs },
  };
};

const conv2d: WeightsOf = ({ image: [, , , c], kernel: [kh, kw] = [3, 3], outputs = 4, options }, pytorch) => {
  const inputs = c / (options?.groups ?? 1);
  return {
    filters: [pytorch ? [outputs, inputs, kh, kw] : [kh, kw, inputs, outputs]],
    options: { filterLayout: pytorch ? 'OIHW' : 'HWIO' },
    halves: { '': outputs },
  };
};

const transposed: WeightsOf = ({ image: [, , , c], kernel: [kh, kw] = [3, 3], outputs = 4, options }, pytorch) => {
  const share = outputs / (options?.groups ?? 1);
  return {
    filters: [pytorch ? [c, share, kh, kw] : [kh, kw, share, c]],
    options: { filterLayout: pytorch ? 'IOHW' : 'HWOI' },
    halves: { '': outputs },
  };
};

const windowed: WeightsOf = ({ kernel = [3, 3] }) => ({
  filters: [],
  options: { windowDimensions: kernel },
  halves: {},
});
const global: WeightsOf = () => ({ filters: [], options: {}, halves: {} });
const elementwise: WeightsOf = ({ image: [, , , c], options }) => ({
  filters: [],
  options: { activation: options?.activation ?? 'linear' },
  halves: { '': c },
});
const sepFilter: WeightsOf = ({ kernel: [down, across] = [3, 3] }) => ({
  filters: [[across], [down]],
  options: {},
  halves: {},
});

export const weightsOf: Record<OperationName, WeightsOf> = {
  depthwiseConv2d: depthwise,
  pointwiseConv2d: pointwise,
  separableConv2d: separable,
  conv2d,
  convTranspose2d: transposed,
  maxPool2d: windowed,
  avgPool2d: windowed,
  globalMaxPool2d: global,
  globalAvgPool2d: global,
  activate: elementwise,
  add: elementwise,
  sepFilter2d: sepFilter,
};
