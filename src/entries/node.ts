// Node: the native addon, then WASM compiled from the file beside it. No top-level await, so that require works.
import { readFileSync } from 'node:fs';
import { nativeSource } from '../backends/native.js';
import { loadAddon } from '../backends/native-addon.js';
import { usableProcessors } from '../backends/native-threads.js';
import { wasmSource } from '../backends/wasm.js';
import { setHost } from '../runtime/runtime.js';

const kernels = new URL('../../dist/kernels.wasm', import.meta.url);

setHost({
  sources: [
    nativeSource(loadAddon, usableProcessors()),
    wasmSource(() => new WebAssembly.Module(readFileSync(kernels))),
  ],
  environment: process.env,
});

export * from '../index.js';
