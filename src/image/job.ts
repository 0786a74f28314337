// What is done to a picture, and what is ready to do it.
import type { Activation } from '../core/activation.js';
import type { TensorData } from '../core/arrays.js';
import type { Padding, Pair } from '../core/options.js';
import type { Border, Dtype } from '../core/params.js';
import type { Shape } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import type { FilteredOp } from './filtered-op.js';
import type { Alpha } from './picture.js';

/** What is done to a picture whose channels the filters fit. */
export interface Job extends FilteredOp {
  /** The operation's own; absent are its defaults. */
  readonly options: JobOptions;
  /** What continues the picture beyond its edges; absent where that is the operation's own padding. */
  readonly border?: Border | undefined;
  /** `'uint8'`: the result is rounded to samples, as `sepFilter2d` does for uint8 images. */
  readonly dtype: Dtype;
}

export interface JobOptions {
  readonly strides?: Pair | undefined;
  readonly dilations?: Pair | undefined;
  readonly padding?: Padding | undefined;
  readonly windowDimensions?: Pair | undefined;
  readonly ceilMode?: boolean | undefined;
  readonly countIncludePad?: boolean | undefined;
  /** One value per output channel. */
  readonly bias?: Float32Array | undefined;
  readonly activation?: Activation | undefined;
}

/** Runs as often as wanted, until it is disposed. */
export interface Runnable {
  /** Of the result, known before it is computed. */
  readonly outputShape: Shape;
  /**
   * The result: float32, or uint8 where the job says so. The event loop goes on meanwhile.
   *
   * @throws SepconvError (rejects) `ERR_MEMORY`; with `signal.reason` when it is aborted
   */
  run(signal?: AbortSignal): Promise<Tensor<TensorData>>;
  [Symbol.dispose](): void;
}

/** A job that is ready to run. */
export interface PreparedJob extends Runnable {
  /** Of the result; absent where the picture is opaque. */
  readonly alpha?: Alpha | undefined;
}
