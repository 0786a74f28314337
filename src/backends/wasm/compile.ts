// From what a host has of the kernels to a compiled module, and the true cause where it compiles none.
import { describe, invalid, SepconvError } from '../../core/errors.js';

/** The smallest module with an instruction of 128 bits. */
const simdProbe = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b],
);

/**
 * @internal The module of a source.
 *
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_BACKEND_UNAVAILABLE`
 */
export async function compileSource(source: unknown): Promise<WebAssembly.Module> {
  if (isModule(source)) return source as WebAssembly.Module;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return compile(source as BufferSource);
  if (typeof source === 'string' || (typeof source === 'object' && source !== null && 'href' in source)) {
    return compile(await fetchBytes(String(source)));
  }
  throw invalid(
    'ERR_OPTION',
    'source',
    'a WebAssembly.Module, its bytes or a URL',
    source,
    'give sepconv/kernels.wasm',
  );
}

/** Also of another realm. */
export function isModule(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object WebAssembly.Module]';
}

/** @internal Compiles at once: the module is small enough for the main thread of a page. */
export function compile(bytes: BufferSource): WebAssembly.Module {
  if (typeof WebAssembly === 'undefined') throw unavailable('this host has no WebAssembly');
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    if (!WebAssembly.validate(simdProbe)) throw unavailable('this engine or processor has no WASM SIMD', cause);
    throw unavailable(`${cause instanceof Error ? cause.message : describe(cause)}${wayOut(cause)}`, cause);
  }
}

function wayOut(cause: unknown): string {
  if (!/eval|embedder|code generation|security policy/i.test(String(cause))) return '';
  return "; let the page's Content-Security-Policy allow 'wasm-unsafe-eval', or give sepconv/core a compiled module";
}

async function fetchBytes(url: string): Promise<ArrayBuffer> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw unavailable(`${url} could not be fetched: ${(cause as Error).message}`, cause);
  }
  if (!response.ok) throw unavailable(`${url} gave status ${response.status}`);
  return response.arrayBuffer();
}

function unavailable(reason: string, cause?: unknown): SepconvError {
  return new SepconvError('ERR_BACKEND_UNAVAILABLE', reason, {}, cause);
}
