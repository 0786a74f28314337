import { join } from 'node:path';
import type { Contender } from '../contender.js';
import { loadPeer, peerFolder } from '../peers.js';
import { hasOperation, tfjs } from './tfjs.js';

interface WasmBackend {
  setWasmPaths(folder: string): void;
  setThreadsCount(count: number): void;
}

const name = '@tensorflow/tfjs-backend-wasm';

async function backend(): Promise<void> {
  const { setWasmPaths, setThreadsCount } = loadPeer<WasmBackend>(name);
  setWasmPaths(join(peerFolder(name), 'dist/'));
  setThreadsCount(1);
}

const common = { class: 'wasm', unit: 'madd128', threads: 1, takes: hasOperation } as const;

/** The operator alone on tensors inside its memory, and with the copies that plain arrays need. */
export const tfjsWasm: readonly Contender[] = [
  {
    ...common,
    name: 'TensorFlow.js WASM',
    library: 'TensorFlow.js',
    charted: true,
    runs: tfjs(backend, 'wasm', false),
  },
  { ...common, name: 'TensorFlow.js WASM copies', runs: tfjs(backend, 'wasm', true) },
];
