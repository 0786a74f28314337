import type { Contender } from '../contender.js';
import { loadPeer } from '../peers.js';
import { hasModel } from './onnx-model.js';
import { type OnnxRuntime, onnxruntime } from './onnxruntime.js';

function load(): OnnxRuntime {
  const package_ = loadPeer<OnnxRuntime>('onnxruntime-web');
  package_.env.wasm.numThreads = 1;
  return package_;
}

export const onnxruntimeWeb: Contender = {
  name: 'onnxruntime-web',
  library: 'onnxruntime',
  class: 'wasm',
  charted: true,
  unit: 'madd128',
  threads: 1,
  takes: hasModel,
  runs: onnxruntime(load, 1, 'wasm'),
};
