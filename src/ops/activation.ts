// Element by element: an activation alone, and the residual connection, which is an addition and then an activation.
import { type Activation, readActivation } from '../core/activation.js';
import { defaultKernels } from '../core/default-kernels.js';
import { invalid } from '../core/errors.js';
import type { Kernels } from '../core/kernels.js';
import { runOnce, runOnceAsync } from '../core/one-shot.js';
import { Operator } from '../core/operator.js';
import {
  checkOptions,
  type LayoutOptions,
  type RunAsyncOptions,
  type RunOptions,
  readLayout,
} from '../core/options.js';
import { paramsOf } from '../core/params.js';
import type { Op, Settled } from '../core/settled.js';
import type { Tensor } from '../core/tensor.js';
import { readWindow, windowGeometry } from '../core/window.js';
import { configOn, stageConfig } from './config.js';

export interface ActivateOptions extends LayoutOptions {
  readonly activation: Activation;
}

export interface AddOptions extends LayoutOptions {
  /** Applied to each sum. Default `'linear'`. */
  readonly activation?: Activation | undefined;
}

type Out = Pick<RunOptions, 'out'>;
type OutAsync = Pick<RunAsyncOptions, 'out' | 'signal'>;

/** @internal */
export const elementwise: Op<ActivateOptions> = {
  name: 'activate',
  filters: [],
  options: ['layout', 'activation'],
  settle(_, options) {
    if (options.activation === undefined) {
      throw invalid('ERR_OPTION', 'activation', 'an activation', undefined, "name one, such as 'relu'");
    }
    return settleElements(options, 'none');
  },
};

/** @internal */
export const addition: Op<AddOptions> = {
  name: 'add',
  filters: [],
  options: ['layout', 'activation'],
  settle: (_, options) => settleElements(options, 'required'),
};

function settleElements(options: AddOptions, residual: 'none' | 'required'): Settled {
  const layout = readLayout(options);
  const { activation, slope } = readActivation('activation', options.activation);
  const pixel = readWindow({}, 1, 1);
  const config = stageConfig(layout, pixel, {}, activation);
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
      return [paramsOf(configOn(input, layout, pixel, {}, activation), windowGeometry(pixel, input))];
    },
  };
}

interface ActivationOperations {
  activate: typeof activate;
  activateAsync: typeof activateAsync;
  prepareActivate: typeof prepareActivate;
  add: typeof add;
  addAsync: typeof addAsync;
  prepareAdd: typeof prepareAdd;
}

/** @internal Binds the functions of this file to a backend. */
export function activationOperations(kernels: () => Kernels): ActivationOperations {
  return {
    activate(input, activation, options) {
      checkOptions(options, ['layout', 'out']);
      const { layout, out } = options ?? {};
      return runOnce(kernels(), elementwise, input, [], { activation, layout, out });
    },
    async activateAsync(input, activation, options) {
      checkOptions(options, ['layout', 'out', 'signal']);
      const { layout, out, signal } = options ?? {};
      return runOnceAsync(kernels(), elementwise, input, [], { activation, layout, out, signal });
    },
    prepareActivate(activation, options) {
      checkOptions(options, ['layout']);
      return new Operator(kernels(), elementwise, [], { activation, layout: options?.layout });
    },
    add(a, residual, options) {
      checkOptions(options, ['layout', 'activation', 'out']);
      const { layout, activation, out } = options ?? {};
      return runOnce(kernels(), addition, a, [], { layout, activation, out, residual });
    },
    async addAsync(a, residual, options) {
      checkOptions(options, ['layout', 'activation', 'out', 'signal']);
      const { layout, activation, out, signal } = options ?? {};
      return runOnceAsync(kernels(), addition, a, [], { layout, activation, out, residual, signal });
    },
    prepareAdd: (options) => new Operator(kernels(), addition, [], options),
  };
}

const byDefault = /* @__PURE__ */ activationOperations(defaultKernels);

/**
 * Applies an activation to every value; see `Activation` for the definitions. `out` may be the input itself.
 *
 * @param input [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param activation a name, or an object with its numbers
 * @param options layout, `out`
 * @returns the input's shape
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`,
 * `ERR_MEMORY`; nothing is written then
 * @example
 * const positive = activate(image, 'relu');
 * activate(image, { type: 'clamp', min: 0, max: 1 }, { out: image });
 */
export function activate(input: Tensor, activation: Activation, options?: LayoutOptions & Out): Tensor {
  return byDefault.activate(input, activation, options);
}

/**
 * `activate` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param input as `activate` takes it
 * @param activation likewise
 * @param options those of `activate`, and `signal`
 * @returns as `activate` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `activate` does
 * @example
 * const positive = await activateAsync(image, 'relu', { signal });
 */
export async function activateAsync(
  input: Tensor,
  activation: Activation,
  options?: LayoutOptions & OutAsync,
): Promise<Tensor> {
  return byDefault.activateAsync(input, activation, options);
}

/**
 * Checks an activation once, for many runs; see `activate`.
 *
 * @param activation a name, or an object with its numbers
 * @param options layout
 * @returns the operator, for inputs of any shape
 * @throws SepconvError `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`
 * @example
 * const gelu = prepareActivate('gelu');
 * gelu.run(features, { out: features });
 */
export function prepareActivate(activation: Activation, options?: LayoutOptions): Operator<Float32Array, 'none'> {
  return byDefault.prepareActivate(activation, options);
}

/**
 * The sum of two tensors of one shape, then an activation: the residual connection. `out` may be either of them.
 *
 * @param a [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`
 * @param b of the same shape
 * @param options activation, layout, `out`
 * @returns the shape of both
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`,
 * `ERR_MEMORY`; nothing is written then
 * @see He et al., Deep residual learning for image recognition, 2015
 * @example
 * const joined = add(features, shortcut, { activation: 'relu' });
 */
export function add(a: Tensor, b: Tensor, options?: AddOptions & Out): Tensor {
  return byDefault.add(a, b, options);
}

/**
 * `add` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param a as `add` takes it
 * @param b likewise
 * @param options those of `add`, and `signal`
 * @returns as `add` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `add` does
 * @example
 * const joined = await addAsync(features, shortcut, { activation: 'relu', signal });
 */
export async function addAsync(a: Tensor, b: Tensor, options?: AddOptions & OutAsync): Promise<Tensor> {
  return byDefault.addAsync(a, b, options);
}

/**
 * Checks the options of `add` once, for many runs: `run(a, { residual: b })`.
 *
 * @param options activation, layout
 * @returns the operator, for inputs of any shape
 * @throws SepconvError `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_DTYPE`
 * @example
 * const join = prepareAdd({ activation: 'relu' });
 * join.run(features, { residual: shortcut, out: features });
 */
export function prepareAdd(options?: AddOptions): Operator<Float32Array, 'required'> {
  return byDefault.prepareAdd(options);
}
