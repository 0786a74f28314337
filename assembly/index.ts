// Every kernel by its op's name, as in native/kernels.cc; src/backends/wasm.ts finds them by these names.
import { Params } from './params';

export { depthwisePackedSize, depthwisePack, depthwiseUnits, depthwiseScratchSize, depthwise } from './depthwise';
export { pointwisePackedSize, pointwisePack, pointwiseUnits, pointwiseScratchSize, pointwise } from './pointwise';
export { separablePackedSize, separablePack, separableUnits, separableScratchSize, separable } from './separable';

/** Where free memory begins; below it lie the module's own statics. */
export function heapBase(): usize {
  return __heap_base;
}

export const paramBytes: usize = offsetof<Params>();
