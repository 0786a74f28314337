// The host that this runs on, and the kernels of its default runtime: chosen at the first call.
import { setDefaultKernels } from '../core/default-kernels.js';
import { setTracing } from '../core/tracing.js';
import { type Host, type RuntimeOptions, type Selection, select } from './select.js';

let host: Host = { sources: [], environment: {} };
let chosen: Selection | undefined;

/** Tells the library where it runs; called once, by the entry of each host. */
export function setHost(value: Host): void {
  host = value;
  chosen = undefined;
  setTracing(value.tracing);
  setDefaultKernels(() => defaultSelection().kernels);
}

export function currentHost(): Host {
  return host;
}

/** `auto`, or what the environment variables say; of WASM the calling thread, because its workers start meanwhile. */
export function defaultSelection(): Selection {
  if (chosen === undefined) {
    const { SEPCONV_BACKEND: backend, SEPCONV_ISA: isa, SEPCONV_THREADS: threads } = host.environment;
    const selection = select(host, {
      backend: (backend || undefined) as RuntimeOptions['backend'],
      isa: isa || undefined,
      // What is no number is refused as it was given.
      threads: (Number(threads) || threads || undefined) as RuntimeOptions['threads'],
    });
    const { kernels, reasons } = selection;
    const isShort = kernels.backend === 'wasm' && kernels.threads < Number(threads);
    const reason = 'wasm: the default runtime has the calling thread alone; createRuntime starts more';
    chosen = isShort ? { ...selection, reasons: [...reasons, reason] } : selection;
    warnOfReference(chosen, backend);
  }
  return chosen;
}

/** It is the slowest by far: where a host has better kernels and none runs, its user is told why. */
function warnOfReference({ kernels, reasons }: Selection, asked: string | undefined): void {
  if (kernels.backend !== 'reference' || asked === 'reference' || host.sources.length === 0) return;
  console.warn(
    `sepconv: the reference serves, 10 to 100 times slower than WebAssembly: ${reasons.slice(0, -1).join('; ')}`,
  );
}
