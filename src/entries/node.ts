// Node, Bun and Deno: the addon, then the WASM that this entry carries.
import { nativeSource } from '../backends/native.js';
import { loadAddon } from '../backends/native-addon.js';
import { builtin, variable } from '../backends/native-host.js';
import { usableProcessors } from '../backends/native-threads.js';
import { compileInline, inlineBytes } from '../backends/wasm/inline.js';
import { nodeWorkers } from '../backends/wasm/node-workers.js';
import { threadsOf } from '../backends/wasm/threads.js';
import { wasmSource } from '../backends/wasm.js';
import { setHost } from '../runtime/host.js';
import { joinIsas } from '../runtime/joined-isas.js';
import { tracingOn } from '../runtime/tracing.js';

const diagnostics = builtin('node:diagnostics_channel');

setHost({
  sources: [
    nativeSource(loadAddon, usableProcessors()),
    wasmSource(compileInline, threadsOf(inlineBytes, nodeWorkers)),
  ],
  tracing: diagnostics && tracingOn((name) => diagnostics.tracingChannel(name)),
  join: joinIsas,
  environment: {
    get SEPCONV_BACKEND() {
      return variable('SEPCONV_BACKEND');
    },
    get SEPCONV_ISA() {
      return variable('SEPCONV_ISA');
    },
    get SEPCONV_THREADS() {
      return variable('SEPCONV_THREADS');
    },
  },
});

export * from '../index.js';
