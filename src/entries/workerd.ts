// Cloudflare Workers, which compile a .wasm file when they are deployed and none at run time.
import kernels from '../../dist/kernels.wasm';
import { wasmSource } from '../backends/wasm.js';
import { setHost } from '../runtime/host.js';

setHost({ sources: [wasmSource(() => kernels)], environment: {} });

export * from '../index.js';
