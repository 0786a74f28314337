// Node: the native addon, then WASM compiled from the file beside it. No top-level await, so that require works.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { nativeSource } from '../backends/native.js';
import { setHost } from '../runtime/runtime.js';

const require = createRequire(import.meta.url);

setHost({
  sources: [nativeSource(() => require('../../build/Release/sepconv.node'), availableParallelism())],
  environment: process.env,
});

export * from '../index.js';
