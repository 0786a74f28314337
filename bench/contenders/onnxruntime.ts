// onnxruntime on a model of a layer or of a network: what its native and its web build have in common.

import type { Shape } from '../../src/core/shape.js';
import type { Tensor } from '../../src/core/tensor.js';
import { outputShape } from '../../src/measure/layer.js';
import type { JavaScript, Started } from '../contender.js';
import { channelsFirstShape, toChannelsFirst, toChannelsLast } from '../layouts.js';
import { outputShapeOf } from '../networks.js';
import { onnxModel, onnxNetwork } from './onnx-model.js';

/** What is used of onnxruntime-common. */
export interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: Record<string, OrtTensor>): Promise<{ y: OrtTensor }> }>;
  };
}

interface OrtTensor {
  readonly data: Float32Array;
}

/** @param load gives the package, set up for so many threads */
export function onnxruntime(load: () => OnnxRuntime, threads: number, provider: 'cpu' | 'wasm'): JavaScript {
  const start = async (model: Uint8Array, { data, shape }: Tensor, output: Shape): Promise<Started> => {
    const { InferenceSession, Tensor } = load();
    const session = await InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
    });
    const feeds = { x: new Tensor('float32', toChannelsFirst(data, shape), channelsFirstShape(shape)) };
    let result = new Float32Array();
    const run = async () => {
      result = (await session.run(feeds)).y.data as Float32Array<ArrayBuffer>;
    };
    return { run, output: () => toChannelsLast(result, output) };
  };
  return {
    kind: 'javascript',
    start: async (layer, { input, filters }) => start(onnxModel(layer, filters), input as Tensor, outputShape(layer)),
    startNetwork: async (network, operands) =>
      start(onnxNetwork(network, operands), operands.input, outputShapeOf(network)),
  };
}
