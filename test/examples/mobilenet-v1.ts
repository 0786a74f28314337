// A block of MobileNet: a depthwise and a pointwise convolution, each with batch normalisation and relu.
// Howard et al., MobileNets: Efficient convolutional neural networks for mobile vision applications, 2017.
import {
  type BatchNorm,
  foldBatchNorm,
  type Operator,
  prepareSeparableConv2d,
  type Tensor,
} from '../../src/entries/node.js';

export interface MobilenetV1Weights {
  /** [3, 3, channels, 1] */
  readonly depthwise: Tensor;
  readonly depthwiseNorm: BatchNorm;
  /** [channels, outputs] */
  readonly pointwise: Tensor;
  readonly pointwiseNorm: BatchNorm;
}

/** The block as one operator: the normalisations go into filters and biases, the rest is one separable convolution. */
export function mobilenetV1Block(weights: MobilenetV1Weights, strides: number): Operator {
  const { depthwise, depthwiseNorm, pointwise, pointwiseNorm } = weights;
  const first = foldBatchNorm(depthwise, undefined, depthwiseNorm, { filterLayout: 'HWCM' });
  const second = foldBatchNorm(pointwise, undefined, pointwiseNorm);
  return prepareSeparableConv2d(first.filter, second.filter, {
    strides,
    padding: 'same',
    depthwiseBias: first.bias,
    depthwiseActivation: 'relu',
    bias: second.bias,
    activation: 'relu',
  });
}
