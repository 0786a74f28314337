// What the module exports. It knows ops by name; its list is compared with ours when it loads.
import { SepconvError } from '../../core/errors.js';
import { kernelNames } from '../../core/kernel-table.js';
import { paramWords } from '../../core/params.js';

/** Bytes of the structs Weights and Operands of assembly/params.ts. */
export const weightsBytes = 8;
export const operandsBytes = 24;

/** What assembly/<stem>.ts exports; every argument but a range of units is an address. */
export interface WasmKernel {
  /** Its place in `kernelNames`. */
  readonly index: number;
  /** Bytes that the packed weights need, the largest of 64 bits where they are more than that. */
  readonly packedBytes: (params: number) => bigint;
  readonly pack: (params: number, weights: number, packed: number) => void;
  readonly units: (params: number) => number;
  /** Bytes that a run needs beside its operands, by the same rule. */
  readonly scratchBytes: (params: number) => bigint;
  readonly run: (params: number, operands: number, scratch: number, begin: number, end: number) => void;
}

/** The kernels that a module exports, of which it must have the very list that we know, in its order. */
export function kernelsOf(exports: WebAssembly.Exports): ReadonlyMap<string, WasmKernel> {
  const names = Object.keys(exports).filter((name) => `${name}PackedBytes` in exports);
  const bytesOf = (struct: string) => (exports[`${struct}Bytes`] as WebAssembly.Global<'i32'> | undefined)?.value;
  const told = [names, bytesOf('param'), bytesOf('weights'), bytesOf('operands')];
  if (String(told) !== String([kernelNames, paramWords * 4, weightsBytes, operandsBytes])) {
    throw new SepconvError('ERR_KERNEL', 'kernels.wasm is of another version; build it again');
  }
  const kernelOf = (name: string) => ({
    index: kernelNames.indexOf(name),
    packedBytes: exports[`${name}PackedBytes`],
    pack: exports[`${name}Pack`],
    units: exports[`${name}Units`],
    scratchBytes: exports[`${name}ScratchBytes`],
    run: exports[name],
  });
  return new Map(names.map((name) => [name, kernelOf(name) as WasmKernel]));
}
