// onnxruntime on a model of one layer: what its native and its web build have in common.

import { createRuntime } from '../../src/entries/node.js';
import { outputShape } from '../../src/measure/layer.js';
import type { JavaScript } from '../contender.js';
import { channelsFirstShape, toChannelsFirst, toChannelsLast } from '../layouts.js';
import { onnxModel } from './onnx-model.js';

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
  return {
    kind: 'javascript',
    async start(layer, { input, filters }) {
      const { InferenceSession, Tensor } = load();
      const session = await InferenceSession.create(onnxModel(layer, filters), {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
      });
      // On a cache line, as our own operands; native code reads it where it stands.
      const { data, shape } = (await createRuntime({ threads: 1 })).allocate(channelsFirstShape(input.shape));
      data.set(toChannelsFirst(input.data as Float32Array, input.shape));
      const feeds = { x: new Tensor('float32', data, shape) };
      let result = new Float32Array();
      const run = async () => {
        result = (await session.run(feeds)).y.data as Float32Array<ArrayBuffer>;
      };
      return { run, output: () => toChannelsLast(result, outputShape(layer)) };
    },
  };
}
