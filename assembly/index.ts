// Every kernel by its op's name, as in native/kernels.cc; src/backends/wasm.ts finds them by these names.
import { Params } from './params';

export { depthwisePackedSize, depthwisePack, depthwiseUnits, depthwiseScratchSize, depthwise } from './depthwise';
export { pointwisePackedSize, pointwisePack, pointwiseUnits, pointwiseScratchSize, pointwise } from './pointwise';
export { separablePackedSize, separablePack, separableUnits, separableScratchSize, separable } from './separable';
export { conv2dPackedSize, conv2dPack, conv2dUnits, conv2dScratchSize, conv2d } from './conv2d';
export { transposedPackedSize, transposedPack, transposedUnits, transposedScratchSize, transposed } from './transposed';
export { poolingPackedSize, poolingPack, poolingUnits, poolingScratchSize, pooling } from './pooling';
export { activationPackedSize, activationPack, activationUnits, activationScratchSize, activation } from './activation';
export { sepFilterPackedSize, sepFilterPack, sepFilterUnits, sepFilterScratchSize, sepFilter } from './sep-filter';
export {
  depthwisePlanesPackedSize,
  depthwisePlanesPack,
  depthwisePlanesUnits,
  depthwisePlanesScratchSize,
  depthwisePlanes,
} from './depthwise-planes';
export {
  productPlanesPackedSize,
  productPlanesPack,
  productPlanesUnits,
  productPlanesScratchSize,
  productPlanes,
} from './product-planes';
export {
  separablePlanesPackedSize,
  separablePlanesPack,
  separablePlanesUnits,
  separablePlanesScratchSize,
  separablePlanes,
} from './separable-planes';

/** Where free memory begins; below it lie the module's own statics. */
export function heapBase(): usize {
  return __heap_base;
}

export const paramBytes: usize = offsetof<Params>();
