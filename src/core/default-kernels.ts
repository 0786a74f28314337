// The kernels of the plain functions. The runtime chooses them when they are first needed.
import type { Kernels } from './kernels.js';

let choose: (() => Kernels) | undefined;

/** @internal Tells where the kernels come from. */
export function setDefaultKernels(chooseKernels: () => Kernels): void {
  choose = chooseKernels;
}

/** @internal */
export function defaultKernels(): Kernels {
  return (choose as () => Kernels)();
}
