// Every kernel by its op's name, as in native/kernels.cc; src/backends/wasm.ts finds them by these names.
import { Operands, Params, Weights } from './params';

export { depthwisePackedBytes, depthwisePack, depthwiseUnits, depthwiseScratchBytes, depthwise } from './depthwise';
export { pointwisePackedBytes, pointwisePack, pointwiseUnits, pointwiseScratchBytes, pointwise } from './pointwise';
export { separablePackedBytes, separablePack, separableUnits, separableScratchBytes, separable } from './separable';
export { conv2dPackedBytes, conv2dPack, conv2dUnits, conv2dScratchBytes, conv2d } from './conv2d';
export { transposedPackedBytes, transposedPack, transposedUnits, transposedScratchBytes, transposed } from './transposed';
export { poolingPackedBytes, poolingPack, poolingUnits, poolingScratchBytes, pooling } from './pooling';
export { activationPackedBytes, activationPack, activationUnits, activationScratchBytes, activation } from './activation';
export { sepFilterPackedBytes, sepFilterPack, sepFilterUnits, sepFilterScratchBytes, sepFilter } from './sep-filter';
export {
  depthwisePlanesPackedBytes,
  depthwisePlanesPack,
  depthwisePlanesUnits,
  depthwisePlanesScratchBytes,
  depthwisePlanes,
} from './depthwise-planes';
export {
  productPlanesPackedBytes,
  productPlanesPack,
  productPlanesUnits,
  productPlanesScratchBytes,
  productPlanes,
} from './product-planes';
export {
  separablePlanesPackedBytes,
  separablePlanesPack,
  separablePlanesUnits,
  separablePlanesScratchBytes,
  separablePlanes,
} from './separable-planes';

/** Where free memory begins; below it lie the module's own statics. */
export function heapBase(): usize {
  return __heap_base;
}

// What crosses, so that it is compared when the module loads.
export const paramBytes: usize = offsetof<Params>();
export const weightsBytes: usize = offsetof<Weights>();
export const operandsBytes: usize = offsetof<Operands>();
