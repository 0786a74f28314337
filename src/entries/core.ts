// sepconv/core: for hosts with a way of their own to the kernels. The caller brings them.
import { compileSource, isModule } from '../backends/wasm/compile.js';
import { wasmSource } from '../backends/wasm.js';
import { SepconvError } from '../core/errors.js';
import { setHost } from '../runtime/host.js';

/** `WebAssembly.Module`, where the types of the host know it. */
export type KernelsModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;

/** kernels.wasm as a compiled module, as its bytes, or as where to fetch it. */
export type KernelsSource = KernelsModule | ArrayBuffer | ArrayBufferView | string | { readonly href: string };

serve(() => {
  throw new SepconvError('ERR_BACKEND_UNAVAILABLE', 'there are no kernels yet; await initialize(module) first');
});

/**
 * Takes the WASM kernels, and makes them the default runtime's. A compiled module serves at once, others when the promise
 * resolves.
 *
 * @param source `sepconv/kernels.wasm` as a `WebAssembly.Module`, as its bytes, or as a URL to fetch
 * @returns when the kernels are there
 * @throws SepconvError (rejects) `ERR_BACKEND_UNAVAILABLE` where it can not be fetched or compiled, `ERR_OPTION`; the
 * runtime is as it was then
 * @example
 * await initialize(new URL('kernels.wasm', location.href))
 */
export async function initialize(source: KernelsSource): Promise<void> {
  const module = isModule(source) ? (source as WebAssembly.Module) : await compileSource(source);
  serve(() => module);
}

function serve(compile: () => WebAssembly.Module): void {
  setHost({ sources: [wasmSource(compile)], environment: {} });
}

export * from '../index.js';
