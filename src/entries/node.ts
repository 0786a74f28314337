// Node: the native addon, then WASM compiled from the file beside it. No top-level await, so that require works.
import { availableParallelism } from 'node:os';
import { setHost } from '../runtime/runtime.js';

setHost({
  sources: [],
  parallelism: availableParallelism(),
  environment: process.env,
});

export * from '../index.js';
