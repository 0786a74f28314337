// What a run costs, counted from the params that the kernels get.

import { arrayClasses } from './arrays.js';
import { imageShape, inputSize, outputSize } from './layout.js';
import type { Params } from './params.js';
import type { Settled } from './settled.js';
import { type Shape, sizeOf } from './shape.js';

/** What one run on one input costs. Integers, exact up to 2⁵³. */
export interface Cost {
  readonly outputShape: Shape;
  /** Weights of the filters. Biases and slopes are not counted, as in the formulas of the literature. */
  readonly parameters: number;
  /**
   * Products that are added to a sum, over the whole batch: K²·M·N·D² for a standard convolution of M to N channels
   * with D² output pixels, K²·M·D² + M·N·D² for a separable one. As in those formulas a tap counts wherever it falls:
   * the number is exact without padding, and with it above what is computed by the taps in the padding. A transposed
   * convolution counts K²·M·N for each input pixel. 0 for what has no weights: pooling, add, activations.
   */
  readonly multiplyAdds: number;
  /**
   * Read once and written once: input, weights and output, for `add` both inputs. 4 bytes a value, 1 a value of uint8
   * images. What passes between the halves of a fused operation is not counted, nor biases and optional residuals.
   */
  readonly bytes: number;
  /**
   * Operations a byte, 2 · multiplyAdds / bytes: below a machine's operations a second over its bytes a second, memory
   * is the limit (Williams et al., Roofline, 2009). 0 where no byte is moved.
   */
  readonly intensity: number;
  /**
   * The standard convolution with the same window, input and output channels; for `sepFilter2d` the full
   * two-dimensional filter on each channel. Undefined for what has no weights.
   */
  readonly standard: { readonly parameters: number; readonly multiplyAdds: number } | undefined;
  /** This over the standard convolution, the same for parameters and multiply-adds: 1/N + 1/K² for a separable one. */
  readonly ratio: number | undefined;
}

/** @internal The cost of an op on the input that its params were made for. */
export function costOf(settled: Settled, params: readonly Params[]): Cost {
  const { inputType, outputType, layout, residual, stages } = settled;
  const last = params[params.length - 1];
  const inputShape = imageShape(inputSize(params[0]), layout);
  const outputShape = Object.freeze(imageShape(outputSize(last), layout));
  const parameters = stages.reduce((sum, { filter }) => sum + (filter ? sizeOf(filter.shape) : 0), 0);
  const isWeighted = parameters > 0;
  const multiplyAdds = isWeighted
    ? params.reduce((sum, stage) => sum + pixels(settled, stage) * stage.products * stage.outputChannels, 0)
    : 0;
  const inputBytes = sizeOf(inputShape) * arrayClasses[inputType].bytes;
  const outputBytes = sizeOf(outputShape) * arrayClasses[outputType].bytes;
  const bytes = inputBytes + outputBytes * (residual === 'required' ? 2 : 1) + parameters * 4;
  const standard = isWeighted ? standardCost(settled, params) : undefined;
  return {
    outputShape,
    parameters,
    multiplyAdds,
    bytes,
    intensity: bytes === 0 ? 0 : (2 * multiplyAdds) / bytes,
    standard,
    ratio: standard && parameters / standard.parameters,
  };
}

function standardCost(settled: Settled, params: readonly Params[]): Cost['standard'] {
  const last = params[params.length - 1];
  const window = params.reduce((taps, stage) => taps * stage.filterHeight * stage.filterWidth, 1);
  if (settled.kernel === 'sepFilter') {
    return { parameters: window, multiplyAdds: pixels(settled, last) * window * last.outputChannels };
  }
  const parameters = window * params[0].inputChannels * last.outputChannels;
  return { parameters, multiplyAdds: pixels(settled, last) * parameters };
}

/** Where the filter is laid: at each output pixel, or for a transposed convolution at each input pixel. */
function pixels({ kernel }: Settled, stage: Params): number {
  const { batch, height, width } = kernel === 'transposed' ? inputSize(stage) : outputSize(stage);
  return batch * height * width;
}
