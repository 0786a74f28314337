// Every backend of this host: those that run, and why the others do not.
import { createRuntime, type Runtime } from '../entries/node.js';
import { currentHost } from '../runtime/host.js';
import { candidates } from '../runtime/select.js';

export interface Backends {
  readonly present: readonly { readonly name: string; readonly runtime: Runtime }[];
  /** One sentence each. */
  readonly missing: readonly string[];
}

/**
 * Loads and tests each backend and instruction set of this host, best first.
 *
 * @param threads of those that can have more than one; as `createRuntime` has it by default
 */
export async function loadBackends(threads?: number): Promise<Backends> {
  const missing: string[] = [];
  const present: { name: string; runtime: Runtime }[] = [];
  for (const { source, isa } of candidates(currentHost(), 'auto', undefined, missing)) {
    try {
      const runtime = await createRuntime({
        backend: source.backend,
        isa,
        threads: source.backend === 'reference' ? undefined : threads,
      });
      present.push({ name: backendName(runtime.info), runtime });
    } catch (error) {
      missing.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { present, missing };
}

/** `native/avx2`, `wasm/simd128`, `reference`. */
export function backendName({ backend, isa }: { readonly backend: string; readonly isa: string }): string {
  return isa === 'none' ? backend : `${backend}/${isa}`;
}
