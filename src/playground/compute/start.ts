// The kernels, a file beside the page: smaller, compressed, than as text in the entry.
import kernels from 'sepconv/kernels.wasm?url';
import { initialize } from './library.js';

/** Fetches the kernels. Gives why they can not be had where the reference is to serve. */
export async function start(): Promise<string | undefined> {
  try {
    await initialize(new URL(kernels, import.meta.url));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
