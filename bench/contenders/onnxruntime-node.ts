// onnxruntime-node, as installed and with glibc's allocator kept from giving memory back after every call.
import { availableParallelism } from 'node:os';
import type { Contender } from '../contender.js';
import { loadPeer } from '../peers.js';
import { hasModel } from './onnx-model.js';
import { type OnnxRuntime, onnxruntime } from './onnxruntime.js';

const load = () => loadPeer<OnnxRuntime>('onnxruntime-node');
const tuned = { MALLOC_TRIM_THRESHOLD_: '4000000000', MALLOC_MMAP_THRESHOLD_: '4000000000' };

function contender(name: string, threads: number, environment = {}): Contender {
  const runs = onnxruntime(load, threads, 'cpu');
  return {
    name,
    library: 'onnxruntime',
    class: 'native',
    unit: 'fma',
    threads,
    environment,
    charted: threads === 1,
    takes: hasModel,
    runs,
  };
}

const threads = availableParallelism();

export const onnxruntimeNode: readonly Contender[] = [
  contender('onnxruntime-node', 1),
  contender('onnxruntime-node tuned', 1, tuned),
  ...(threads > 1 ? [contender(`onnxruntime-node tuned × ${threads}`, threads, tuned)] : []),
];
