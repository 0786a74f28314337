// A block of Xception's entry flow: two separable convolutions and a max pooling beside a strided shortcut.
// Chollet, Xception: Deep learning with depthwise separable convolutions, 2017, figure 5.
import { activate, add, maxPool2d, pointwiseConv2d, separableConv2d, type Tensor } from '../../src/entries/node.js';

interface SeparableWeights {
  /** [3, 3, channels, 1] */
  readonly depthwise: Tensor;
  /** [channels, outputs] */
  readonly pointwise: Tensor;
  readonly bias: Float32Array;
}

export interface XceptionWeights {
  readonly first: SeparableWeights;
  readonly second: SeparableWeights;
  /** [channels, outputs] */
  readonly shortcut: Tensor;
  readonly shortcutBias: Float32Array;
}

/**
 * Applies the block, which halves the image. There is no activation between depthwise and pointwise, as in the paper.
 */
export function xceptionBlock(input: Tensor, { first, second, shortcut, shortcutBias }: XceptionWeights): Tensor {
  const one = separableConv2d(activate(input, 'relu'), first.depthwise, first.pointwise, {
    padding: 'same',
    bias: first.bias,
    activation: 'relu',
  });
  const two = separableConv2d(one, second.depthwise, second.pointwise, { padding: 'same', bias: second.bias });
  const pooled = maxPool2d(two, { windowDimensions: 3, strides: 2, padding: 'same' });
  return add(pooled, pointwiseConv2d(input, shortcut, { strides: 2, bias: shortcutBias }), { out: pooled });
}
