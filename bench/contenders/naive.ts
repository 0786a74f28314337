// What one writes first: plain loops over typed arrays.

import type { TensorData } from '../../src/core/arrays.js';
import { sizeOf } from '../../src/core/shape.js';
import { type MeasuredLayer, multiplyAdds, outputShape, outputSide } from '../../src/measure/layer.js';
import { type Contender, slowLimit } from '../contender.js';
import { samePadding } from '../layouts.js';

type Loop = (layer: MeasuredLayer, x: TensorData, filters: readonly Float32Array[], y: TensorData) => void;

const loops: Partial<Record<MeasuredLayer['operation'], Loop>> = {
  depthwiseConv2d: (layer, x, [f], y) => depthwise(layer, x, f, y),
  pointwiseConv2d: (layer, x, [f], y) => conv2d(layer, x, f, y),
  conv2d: (layer, x, [f], y) => conv2d(layer, x, f, y),
  separableConv2d(layer, x, [first, second], y) {
    const [batch, , , channels] = layer.input;
    const [height, width] = outputSide(layer);
    const between = new Float32Array(batch * height * width * channels);
    depthwise({ ...layer, outputs: channels }, x, first, between);
    conv2d({ ...layer, input: [batch, height, width, channels], kernel: [1, 1], strides: 1 }, between, second, y);
  },
};

function depthwise(layer: MeasuredLayer, x: TensorData, f: Float32Array, y: TensorData): void {
  const [batch, height, width, channels] = layer.input;
  const [kh, kw] = layer.kernel;
  const { strides, dilations, outputs } = layer;
  const [outHeight, outWidth] = outputSide(layer);
  const [top, left] = samePadding(layer);
  const multiplier = outputs / channels;
  let i = 0;
  for (let n = 0; n < batch; n++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++) {
        for (let o = 0; o < outputs; o++) {
          const c = Math.floor(o / multiplier);
          let sum = 0;
          for (let ky = 0; ky < kh; ky++) {
            const row = outY * strides - top + ky * dilations;
            if (row < 0 || row >= height) continue;
            for (let kx = 0; kx < kw; kx++) {
              const column = outX * strides - left + kx * dilations;
              if (column < 0 || column >= width) continue;
              sum += x[((n * height + row) * width + column) * channels + c] * f[(ky * kw + kx) * outputs + o];
            }
          }
          y[i++] = sum;
        }
      }
    }
  }
}

function conv2d(layer: MeasuredLayer, x: TensorData, f: Float32Array, y: TensorData): void {
  const [batch, height, width, channels] = layer.input;
  const [kh, kw] = layer.kernel;
  const { strides, dilations, outputs } = layer;
  const [outHeight, outWidth] = outputSide(layer);
  const [top, left] = samePadding(layer);
  let i = 0;
  for (let n = 0; n < batch; n++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++) {
        for (let o = 0; o < outputs; o++) {
          let sum = 0;
          for (let ky = 0; ky < kh; ky++) {
            const row = outY * strides - top + ky * dilations;
            if (row < 0 || row >= height) continue;
            for (let kx = 0; kx < kw; kx++) {
              const column = outX * strides - left + kx * dilations;
              if (column < 0 || column >= width) continue;
              const pixel = ((n * height + row) * width + column) * channels;
              const tap = (ky * kw + kx) * channels;
              for (let c = 0; c < channels; c++) sum += x[pixel + c] * f[(tap + c) * outputs + o];
            }
          }
          y[i++] = sum;
        }
      }
    }
  }
}

export const naive: Contender = {
  name: 'naive loop',
  class: 'javascript',
  charted: true,
  unit: 'madd32',
  threads: 1,
  takes: (layer) => layer.operation in loops && layer.groups === 1 && multiplyAdds(layer) < slowLimit,
  runs: {
    kind: 'javascript',
    async start(layer, { input, filters }) {
      const output = new Float32Array(sizeOf(outputShape(layer)));
      const weights = filters.map(({ data }) => data);
      const loop = loops[layer.operation]!;
      return { run: () => loop(layer, input.data, weights, output), output: () => output };
    },
  },
};
