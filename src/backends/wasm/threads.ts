// Threads for the kernels, from the workers of a host.
import { compile } from './compile.js';
import type { Heap } from './heap.js';
import { Pool, type StartWorker } from './pool.js';
import { withSharedMemory } from './shared-memory.js';

/** What kernels on several threads are made of. */
export interface Threads {
  /** The kernels, for a shared memory. */
  compile(): WebAssembly.Module;
  /** Throws the reason where the host has no threads. */
  pool(module: WebAssembly.Module, heap: Heap): Pool;
}

/** @param bytes of kernels.wasm */
export function threadsOf(bytes: () => Uint8Array, starter: () => StartWorker): Threads {
  return {
    compile: () => compile(withSharedMemory(bytes())),
    pool: (module, heap) => new Pool(module, heap, starter()),
  };
}
