// Node: the native addon, then WASM compiled from the file beside it. No top-level await, so that require works.
import { availableParallelism } from 'node:os';
import { nativeSource } from '../backends/native.js';
import { loadAddon } from '../backends/native-addon.js';
import { setHost } from '../runtime/runtime.js';

setHost({
  sources: [nativeSource(loadAddon, availableParallelism())],
  environment: process.env,
});

export * from '../index.js';
