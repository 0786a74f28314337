// Element by element: an activation alone, and the residual connection, which is an addition and then an activation.
import { type Activation, readActivation } from '../core/activation.js';
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import { Operator, runOnce } from '../core/operator.js';
import { checkOptions, type LayoutOptions, type RunOptions, readLayout } from '../core/options.js';
import type { Op, Settled } from '../core/settled.js';
import type { Tensor } from '../core/tensor.js';
import { readWindow, windowGeometry } from '../core/window.js';
import { stageConfig } from './config.js';

export interface ActivateOptions extends LayoutOptions {
  readonly activation: Activation;
}

export interface AddOptions extends LayoutOptions {
  /** Applied to each sum. Default `'linear'`. */
  readonly activation?: Activation | undefined;
}

type Out = Pick<RunOptions, 'out'>;

export interface ActivationOperations {
  /**
   * Applies an activation to every value; see `Activation` for the definitions. `out` may be the input itself.
   *
   * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
   * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`
   */
  activate(input: Tensor, activation: Activation, options?: LayoutOptions & Out): Tensor;
  prepareActivate(activation: Activation, options?: LayoutOptions): Operator;
  /**
   * The sum of two tensors of one shape, then an activation: the residual connection. `out` may be either of them.
   *
   * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`
   * @see He et al., Deep residual learning for image recognition, 2015
   */
  add(a: Tensor, b: Tensor, options?: AddOptions & Out): Tensor;
  /** Prepared `add`: `run(a, { residual: b })`. */
  prepareAdd(options?: AddOptions): Operator;
}

export const activate: Op<ActivateOptions> = {
  filters: [],
  settle(_, options) {
    if (options.activation === undefined) {
      throw invalid('ERR_OPTION', 'activation', 'an activation', undefined, "name one, such as 'relu'");
    }
    return settleElements(options, 'none');
  },
};

export const add: Op<AddOptions> = {
  filters: [],
  settle: (_, options) => settleElements(options, 'required'),
};

function settleElements(options: AddOptions, residual: 'none' | 'required'): Settled {
  checkOptions(options, ['layout', 'activation']);
  const layout = readLayout(options);
  const { activation, slope } = readActivation('activation', options.activation);
  const config = stageConfig(layout, {}, activation);
  const pixel = readWindow({}, 1, 1);
  return {
    kernel: 'activation',
    layout,
    inputType: 'float32',
    outputType: 'float32',
    inputChannels: slope?.length,
    inPlace: true,
    residual,
    stages: [{ config, bias: new Float32Array(), slope: slope ?? new Float32Array() }],
    params(input) {
      const channels = { inputChannels: input.channels, outputChannels: input.channels, groups: input.channels };
      return [{ ...config, ...channels, ...windowGeometry(pixel, input) }];
    },
  };
}

export function activationOperations(kernels: () => Kernels): ActivationOperations {
  return {
    activate(input, activation, options) {
      checkOptions(options, ['layout', 'out']);
      return runOnce(kernels(), activate, input, [], { ...options, activation });
    },
    prepareActivate(activation, options) {
      checkOptions(options, ['layout']);
      return new Operator(kernels(), activate, [], { ...options, activation });
    },
    add(a, b, options) {
      checkOptions(options, ['layout', 'activation', 'out']);
      return runOnce(kernels(), add, a, [], { ...options, residual: b });
    },
    prepareAdd: (options) => new Operator(kernels(), add, [], options),
  };
}
