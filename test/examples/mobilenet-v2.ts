// An inverted residual of MobileNetV2: widen with a pointwise convolution, filter with a depthwise one, narrow again
// without an activation, and add the input where the shapes allow it.
// Sandler et al., MobileNetV2: Inverted residuals and linear bottlenecks, 2018.
import { pointwiseConv2d, separableConv2d, type Tensor } from '../../src/entries/node.js';

export interface InvertedResidualWeights {
  /** [channels, wide] */
  readonly expand: Tensor;
  readonly expandBias: Float32Array;
  /** [3, 3, wide, 1] */
  readonly depthwise: Tensor;
  readonly depthwiseBias: Float32Array;
  /** [wide, outputs] */
  readonly project: Tensor;
  readonly projectBias: Float32Array;
}

/** Applies the block; biases hold what folding the normalisations leaves. */
export function invertedResidual(input: Tensor, weights: InvertedResidualWeights, strides: number): Tensor {
  const [, , , channels] = input.shape;
  const [, outputs] = weights.project.shape;
  const wide = pointwiseConv2d(input, weights.expand, { bias: weights.expandBias, activation: 'relu6' });
  return separableConv2d(wide, weights.depthwise, weights.project, {
    strides,
    padding: 'same',
    depthwiseBias: weights.depthwiseBias,
    depthwiseActivation: 'relu6',
    bias: weights.projectBias,
    residual: strides === 1 && channels === outputs ? input : undefined,
  });
}
