// sepconv/reference: plain TypeScript, without any WASM; the definition of every result, and slow.
import { setHost } from '../runtime/host.js';

setHost({ sources: [], environment: {} });

export * from '../index.js';
