// A dense block and a transition of DenseNet: each layer sees the outputs of all layers before it, concatenated.
// Huang et al., Densely connected convolutional networks, 2017.
import { avgPool2d, conv2d, depthwiseConv2d, pointwiseConv2d, type Tensor, tensor } from '../../src/entries/node.js';

/** A normalisation before a convolution can not be folded into it, for the relu between them. */
interface ScaleAndOffset {
  /** [1, 1, channels, 1] */
  readonly scale: Tensor;
  readonly offset: Float32Array;
}

export interface DenseLayerWeights {
  readonly norm: ScaleAndOffset;
  /** [3, 3, channels, growth] */
  readonly filter: Tensor;
}

export interface TransitionWeights {
  readonly norm: ScaleAndOffset;
  /** [channels, outputs] */
  readonly filter: Tensor;
}

/** Applies the layers; each adds its `growth` channels behind those it has seen. */
export function denseBlock(input: Tensor, layers: readonly DenseLayerWeights[]): Tensor {
  return layers.reduce((seen, { norm, filter }) => {
    return concatenateChannels(seen, conv2d(normalisedRelu(seen, norm), filter, { padding: 'same' }));
  }, input);
}

/** Narrows the channels and halves the image. */
export function transition(input: Tensor, { norm, filter }: TransitionWeights): Tensor {
  return avgPool2d(pointwiseConv2d(normalisedRelu(input, norm), filter), { windowDimensions: 2 });
}

/** A factor and an offset a channel is a depthwise convolution of one tap. */
function normalisedRelu(input: Tensor, { scale, offset }: ScaleAndOffset): Tensor {
  return depthwiseConv2d(input, scale, { bias: offset, activation: 'relu' });
}

/** [n, h, w, a] and [n, h, w, b] as [n, h, w, a + b]. */
export function concatenateChannels(first: Tensor, second: Tensor): Tensor {
  const [n, h, w, a] = first.shape;
  const b = second.shape[3];
  const data = new Float32Array(n * h * w * (a + b));
  for (let pixel = 0; pixel < n * h * w; pixel++) {
    data.set(first.data.subarray(pixel * a, (pixel + 1) * a), pixel * (a + b));
    data.set(second.data.subarray(pixel * b, (pixel + 1) * b), pixel * (a + b) + a);
  }
  return tensor(data, [n, h, w, a + b]);
}
