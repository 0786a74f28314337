// Every kernel set that can run here: backends × instruction sets × threads.
import '../../src/entries/node.js';
import type { BackendSource, Kernels } from '../../src/core/kernels.js';
import { currentHost } from '../../src/runtime/host.js';
import { candidates } from '../../src/runtime/select.js';

/** A kernel set and its full name, as in `native/avx2 × 7`. */
export interface NamedKernels {
  readonly name: string;
  readonly kernels: Kernels;
}

/** All of them but the reference, which is what they are compared with. */
export const everyBackend: NamedKernels[] = [];

/** One sentence for each kernel set that can not run here. */
export const skipped: string[] = [];

for (const { source, isa } of candidates(currentHost(), 'auto', undefined, skipped)) {
  if (source.backend !== 'reference') await load(source, isa);
}

/** The kernels of precision 'fast' that run here. */
export const fusedKernels: Kernels[] = candidates(currentHost(), 'auto', undefined, [], 'fast')
  .map(({ source, isa }) => source.load(isa, 1))
  .filter(({ precision }) => precision === 'fast');

/** The names in REQUIRE_BACKENDS (`native/avx2,wasm/simd128`) that are not among the loaded ones. */
export function missing(): string[] {
  const required = (process.env.REQUIRE_BACKENDS ?? '').split(',').filter((name) => name !== '');
  const loaded = everyBackend.map(({ kernels }) => `${kernels.backend}/${kernels.isa}`);
  return required.filter((name) => !loaded.includes(name));
}

async function load(source: BackendSource, isa: string): Promise<void> {
  const name = `${source.backend}/${isa}`;
  try {
    if (source.startThreads !== undefined) everyBackend.push({ name, kernels: source.load(isa) });
    for (const threads of [1, 2, 7]) {
      const kernels = await (source.startThreads ?? source.load)(isa, threads);
      everyBackend.push({ name: `${name} × ${threads}`, kernels });
    }
  } catch (error) {
    skipped.push(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
