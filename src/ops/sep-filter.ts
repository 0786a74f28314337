// Two stages, the row pass and the column pass, each with a filter of one row or one column: [taps].

import type { TensorData } from '../core/arrays.js';
import { lengthOf, typedArrayName } from '../core/arrays.js';
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
  readName,
} from '../core/options.js';
import { type Border, borders, type Dtype, dtypes, paramsOf } from '../core/params.js';
import type { Op } from '../core/settled.js';
import type { Shape } from '../core/shape.js';
import { readDtype, type Tensor, tensor } from '../core/tensor.js';
import { readWindow, windowGeometry } from '../core/window.js';
import { configOn, stageConfig } from './config.js';

export interface SepFilter2dOptions extends LayoutOptions {
  /**
   * What lies beyond the image: `'replicate'` (default) the nearest pixel, `'reflect'` the image mirrored without its edge
   * pixel, `'wrap'` the image again, `'zero'` nothing.
   */
  readonly border?: Border | undefined;
}

/** What pictures are of and come out as: `outputDtype` is that of `dtype`, unless float32 images are to come out as bytes. */
export interface SepFilter2dTypes extends SepFilter2dOptions {
  readonly dtype?: Dtype | undefined;
  readonly outputDtype?: Dtype | undefined;
}

/** @internal */
export const sepFilter: Op<SepFilter2dTypes> = {
  name: 'sepFilter2d',
  filters: ['rowFilter', 'columnFilter'],
  options: ['layout', 'border', 'dtype', 'outputDtype'],
  settle([row, column], options) {
    const layout = readLayout(options);
    const border = borders.indexOf(readName('border', options.border, borders, 'replicate'));
    const dtype = readName('dtype', options.dtype, dtypes, 'float32');
    const across = readWindow({ padding: 'same' }, 1, tapsOf('rowFilter', row));
    const down = readWindow({ padding: 'same' }, tapsOf('columnFilter', column), 1);
    const outputDtypes: readonly Dtype[] = dtype === 'uint8' ? ['uint8'] : dtypes;
    const outputDtype = readName('outputDtype', options.outputDtype, outputDtypes, dtype);
    const types: readonly Dtype[] = [dtype, 'float32', outputDtype];
    const passes = [across, down].map((window, pass) => ({
      window,
      parts: {
        border,
        inputType: dtypes.indexOf(types[pass]),
        outputType: dtypes.indexOf(types[pass + 1]),
        products: window.filterWidth * window.filterHeight,
      },
    }));
    return {
      kernel: 'sepFilter',
      layout,
      inputType: dtype,
      outputType: outputDtype,
      inputChannels: undefined,
      inPlace: false,
      residual: 'none',
      stages: passes.map((pass) => ({
        config: stageConfig(layout, pass.window, pass.parts),
        bias: new Float32Array(),
        slope: new Float32Array(),
        filter: { shape: [pass.parts.products], order: [0] },
      })),
      params: (input) =>
        passes.map(({ window, parts }) =>
          paramsOf(configOn(input, layout, window, parts), windowGeometry(window, input)),
        ),
    };
  },
};

function tapsOf(argument: string, shape: Shape): number {
  if (shape.length !== 1 || shape[0] < 1) {
    throw invalid('ERR_SHAPE', argument, 'at least one tap', shape, 'give a Float32Array of taps');
  }
  return shape[0];
}

function taps(argument: string, filter: unknown): Tensor {
  if (typedArrayName(filter) !== 'Float32Array') {
    throw invalid('ERR_DTYPE', argument, 'a Float32Array', filter, 'convert it with Float32Array.from(…)');
  }
  return tensor(filter as Float32Array, [lengthOf(filter)]);
}

interface SepFilterOperations {
  sepFilter2d: typeof sepFilter2d;
  sepFilter2dAsync: typeof sepFilter2dAsync;
  prepareSepFilter2d: typeof prepareSepFilter2d;
}

/** @internal Binds the functions of this file to a backend. */
export function sepFilterOperations(kernels: () => Kernels): SepFilterOperations {
  return {
    sepFilter2d(image, rowFilter, columnFilter, options) {
      checkOptions(options, ['layout', 'border', 'out']);
      const { layout, border, out } = options ?? {};
      const filters = [taps('rowFilter', rowFilter), taps('columnFilter', columnFilter)];
      const dtype = readDtype('input', image);
      return runOnce<typeof image.data, SepFilter2dTypes>(kernels(), sepFilter, image, filters, {
        dtype,
        layout,
        border,
        out,
      });
    },
    async sepFilter2dAsync(image, rowFilter, columnFilter, options) {
      checkOptions(options, ['layout', 'border', 'out', 'signal']);
      const { layout, border, out, signal } = options ?? {};
      const filters = [taps('rowFilter', rowFilter), taps('columnFilter', columnFilter)];
      const dtype = readDtype('input', image);
      const read = { dtype, layout, border, out, signal };
      return runOnceAsync<typeof image.data, SepFilter2dTypes>(kernels(), sepFilter, image, filters, read);
    },
    prepareSepFilter2d(rowFilter: Float32Array, columnFilter: Float32Array, options?: SepFilter2dTypes) {
      const filters = [taps('rowFilter', rowFilter), taps('columnFilter', columnFilter)];
      return new Operator<never, 'none'>(kernels(), sepFilter, filters, options);
    },
  };
}

const byDefault = /* @__PURE__ */ sepFilterOperations(defaultKernels);

/**
 * A spatially separable filter: each row of each channel with `rowFilter`, then each column with `columnFilter`. The
 * anchor of a filter of k taps is tap ⌊(k − 1) / 2⌋.
 *
 * @param image float32, or uint8 from 0 to 255; [n, h, w, channels], or [n, channels, h, w] with `layout: 'NCHW'`.
 * uint8 results are rounded to the nearest (ties to even) and saturated
 * @param rowFilter the taps across a row; not flipped
 * @param columnFilter the taps down a column
 * @param options border, layout, `out`
 * @returns the image's shape and type
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_DTYPE`, `ERR_BUFFER`, `ERR_OVERLAP`, `ERR_MEMORY`; nothing is
 * written then
 * @example
 * const taps = Float32Array.of(0.25, 0.5, 0.25);
 * const soft = sepFilter2d(image, taps, taps, { border: 'reflect' });
 */
export function sepFilter2d<D extends TensorData = Float32Array>(
  image: Tensor<D>,
  rowFilter: Float32Array,
  columnFilter: Float32Array,
  options?: SepFilter2dOptions & Pick<RunOptions<D>, 'out'>,
): Tensor<D> {
  return byDefault.sepFilter2d(image, rowFilter, columnFilter, options);
}

/**
 * `sepFilter2d` while the event loop goes on; see `Operator.runAsync`.
 *
 * @param image as `sepFilter2d` takes it
 * @param rowFilter likewise
 * @param columnFilter likewise
 * @param options those of `sepFilter2d`, and `signal`
 * @returns as `sepFilter2d` does; rejects with `signal.reason` when the call is aborted
 * @throws SepconvError (rejects) as `sepFilter2d` does
 * @example
 * const soft = await sepFilter2dAsync(image, taps, taps, { border: 'reflect', signal });
 */
export async function sepFilter2dAsync<D extends TensorData = Float32Array>(
  image: Tensor<D>,
  rowFilter: Float32Array,
  columnFilter: Float32Array,
  options?: SepFilter2dOptions & Pick<RunAsyncOptions<D>, 'out' | 'signal'>,
): Promise<Tensor<D>> {
  return byDefault.sepFilter2dAsync(image, rowFilter, columnFilter, options);
}

/**
 * Prepares a spatially separable filter for images of one type, float32 unless `dtype` says otherwise; see `sepFilter2d`.
 *
 * @param rowFilter the taps across a row; not flipped
 * @param columnFilter the taps down a column
 * @param options border, layout, `dtype`
 * @returns the operator, for images of any shape
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_DTYPE`, `ERR_MEMORY`
 * @example
 * const sobel = prepareSepFilter2d(Float32Array.of(-1, 0, 1), Float32Array.of(1, 2, 1));
 * const edges = sobel.run(image);
 */
export function prepareSepFilter2d(
  rowFilter: Float32Array,
  columnFilter: Float32Array,
  options?: SepFilter2dOptions,
): Operator<Float32Array, 'none'>;
export function prepareSepFilter2d(
  rowFilter: Float32Array,
  columnFilter: Float32Array,
  options: SepFilter2dOptions & { readonly dtype: 'uint8' },
): Operator<Uint8Array, 'none'>;
export function prepareSepFilter2d(
  rowFilter: Float32Array,
  columnFilter: Float32Array,
  options?: SepFilter2dTypes,
): Operator<never, 'none'> {
  return byDefault.prepareSepFilter2d(rowFilter, columnFilter, options as SepFilter2dOptions) as Operator<
    never,
    'none'
  >;
}
