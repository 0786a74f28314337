// Vercel's edge, which compiles a .wasm file when it is deployed and none at run time.
import kernels from '../../dist/kernels.wasm?module';
import { wasmSource } from '../backends/wasm.js';
import { setHost } from '../runtime/host.js';

setHost({ sources: [wasmSource(() => kernels)], environment: {} });

export * from '../index.js';
