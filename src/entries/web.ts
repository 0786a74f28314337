// Browsers, their workers, every host without an entry of its own, and sepconv/wasm: the WASM that this entry carries.
import { compileInline, inlineBytes } from '../backends/wasm/inline.js';
import { threadsOf } from '../backends/wasm/threads.js';
import { webWorkers } from '../backends/wasm/web-workers.js';
import { wasmSource } from '../backends/wasm.js';
import { setHost } from '../runtime/host.js';

setHost({ sources: [wasmSource(compileInline, threadsOf(inlineBytes, webWorkers))], environment: {} });

export * from '../index.js';
