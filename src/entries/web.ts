// Browsers, and every host without an entry of its own: WASM fetched from beside the entry. Importing never throws:
// where there is no module, the reference serves and runtime.info says why.
import { wasmSource } from '../backends/wasm.js';
import { setHost } from '../runtime/runtime.js';

const module = await fetchModule().then(
  (compiled) => () => compiled,
  (reason) => () => {
    throw reason;
  },
);

setHost({ sources: [wasmSource(module)], environment: {} });

export * from '../index.js';

async function fetchModule(): Promise<WebAssembly.Module> {
  const url = new URL('../kernels.wasm', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} gave status ${response.status}`);
  // A server that does not know the type of .wasm files can not be streamed from.
  const canStream = response.headers.get('content-type') === 'application/wasm' && 'compileStreaming' in WebAssembly;
  return canStream ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
