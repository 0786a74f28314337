// An op as it is declared, and what its filters and options settle before any input is seen.
import type { Continuation } from './border.js';
import { invalid } from './errors.js';
import type { OpName } from './kernels.js';
import { type ImageSize, imageShape, imageSize, outputSize } from './layout.js';
import type { ResidualRule } from './options.js';
import type { Config, Dtype, Layout, Params } from './params.js';
import { maxInt32, type Shape, sizeOf } from './shape.js';

/** @internal An op, declared once; every way of calling it comes from this. */
export interface Op<Options> {
  /** That of its function. */
  readonly name: string;
  /** The names of its filter arguments, in order. */
  readonly filters: readonly string[];
  /** The names of its options. */
  readonly options: readonly string[];
  /**
   * Checks the filters' shapes and the options, which are read, and settles everything that does not depend on the input's size.
   * `inputChannels` is known in a one-shot call only.
   */
  settle(filters: readonly Shape[], options: Options, inputChannels?: number): Settled;
}

/** @internal */
export interface Settled {
  readonly kernel: OpName;
  readonly layout: Layout;
  readonly inputType: Dtype;
  /** Of the output and of what is added to it. */
  readonly outputType: Dtype;
  /** Undefined where any number will do. */
  readonly inputChannels: number | undefined;
  /** Whether `out` may be the input or the residual itself. */
  readonly inPlace: boolean;
  readonly residual: ResidualRule;
  /** What the padding holds where that is more than nothing, and the kernel does not know it. */
  readonly border?: Continuation | undefined;
  readonly stages: readonly SettledStage[];
  /** The params of every stage for this input; throws where the input is too small or the output too large. */
  params(input: ImageSize): readonly Params[];
}

/** @internal */
export interface SettledStage {
  readonly config: Config;
  readonly bias: Float32Array;
  readonly slope: Float32Array;
  /** How the caller's filter comes into the canonical order: seen in this shape, its axes in this order. */
  readonly filter?: { readonly shape: Shape; readonly order: readonly number[] };
}

/** @internal The params of every stage for an input of this shape, each result within the limits. */
export function paramsFor(settled: Settled, inputShape: Shape): readonly Params[] {
  const size = imageSize(inputShape, settled.layout);
  if (settled.inputChannels !== undefined && size.channels !== settled.inputChannels) {
    const expected = `${settled.inputChannels} channels in ${settled.layout} layout`;
    const isDepthwise = settled.kernel === 'depthwise' || settled.kernel === 'separable';
    const fix = 'match the filter, or name the layout';
    // A filter in OIHW tells its outputs only, which may be several a channel.
    const groups = `; with an OIHW filter give groups: ${size.channels}`;
    throw invalid('ERR_SHAPE', 'input', expected, inputShape, isDepthwise ? fix + groups : fix);
  }
  const params = settled.params(size);
  for (const stage of params) {
    const shape = imageShape(outputSize(stage), 'NHWC');
    if (sizeOf(shape) > maxInt32) {
      throw invalid('ERR_SHAPE', 'output', `at most ${maxInt32} elements`, shape, 'split the batch or the image');
    }
  }
  return params;
}

/** @internal The shape of the last stage's output, in the op's layout. */
export function outputShapeOf(settled: Settled, params: readonly Params[]): Shape {
  return imageShape(outputSize(params[params.length - 1]), settled.layout);
}
