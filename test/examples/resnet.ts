// A basic block of ResNet-18 and -34: two 3×3 convolutions beside a shortcut.
// He et al., Deep residual learning for image recognition, 2015.
import { type BatchNorm, conv2d, foldBatchNorm, pointwiseConv2d, type Tensor } from '../../src/entries/node.js';

/** A convolution and the normalisation after it. */
interface Normalised {
  readonly filter: Tensor;
  readonly norm: BatchNorm;
}

export interface BasicBlockWeights {
  /** [3, 3, channels, outputs] */
  readonly first: Normalised;
  /** [3, 3, outputs, outputs] */
  readonly second: Normalised;
  /** [channels, outputs], where the block changes the shape. */
  readonly shortcut?: Normalised;
}

/** Applies the block: the shortcut enters the second convolution as its residual, before the activation. */
export function basicBlock(input: Tensor, { first, second, shortcut }: BasicBlockWeights, strides: number): Tensor {
  const one = foldBatchNorm(first.filter, undefined, first.norm);
  const two = foldBatchNorm(second.filter, undefined, second.norm);
  const between = conv2d(input, one.filter, { strides, padding: 1, bias: one.bias, activation: 'relu' });
  const residual = shortcut === undefined ? input : project(input, shortcut, strides);
  return conv2d(between, two.filter, { padding: 1, bias: two.bias, residual, activation: 'relu' });
}

function project(input: Tensor, { filter, norm }: Normalised, strides: number): Tensor {
  const folded = foldBatchNorm(filter, undefined, norm);
  return pointwiseConv2d(input, folded.filter, { strides, bias: folded.bias });
}
