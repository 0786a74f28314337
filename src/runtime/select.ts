// Which backend serves: the sources of a host in order of preference, each kernel set tested before its first use.
import { reference } from '../backends/reference/index.js';
import { invalid, SepconvError } from '../core/errors.js';
import {
  type Backend,
  type BackendSource,
  backends,
  type Kernels,
  type Precision,
  precisions,
} from '../core/kernels.js';
import { checkOptions, readName } from '../core/options.js';
import type { Tracing } from '../core/tracing.js';
import { checkKnownAnswers } from './known-answers.js';

/** @internal What an entry knows of its host. */
export interface Host {
  readonly sources: readonly BackendSource[];
  /** The variables SEPCONV_BACKEND, SEPCONV_ISA and SEPCONV_THREADS, where the host has an environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Joins kernels with those of another instruction set, loaded by name, that is faster at some things. */
  readonly join?: (
    source: BackendSource,
    kernels: Kernels,
    load: (candidate: Candidate) => Kernels | undefined,
    reasons: string[],
  ) => Kernels;
  readonly tracing?: Tracing | undefined;
}

export interface RuntimeOptions {
  /** `'auto'` (default) takes native SIMD, WASM SIMD, native scalar, reference; a name never falls back. */
  readonly backend?: Backend | 'auto' | undefined;
  /**
   * `'avx2'`, `'sse2'`, `'scalar'`, `'simd128'` …; a named one serves alone. Default: the best that runs here, and beside it
   * one that is known to be faster for some shapes on this processor.
   */
  readonly isa?: string | undefined;
  /**
   * At most 256. Default: as many processors as a call is worth, on the native backend. On WASM the calling thread alone,
   * unless a number is given: then `createRuntime` starts so many workers (64 at most), where the host has workers that
   * share memory. The reference has one.
   */
  readonly threads?: number | undefined;
  /**
   * `'exact'` (default): the same bits everywhere. `'fast'` takes fused multiply-add where the native build has it, outside
   * that promise: a sum of K products is off by at most (K + 3) · 2⁻²⁴ · (Σ|x · w| + |bias|).
   */
  readonly precision?: Precision | undefined;
}

/** @internal */
export interface Selection {
  readonly kernels: Kernels;
  /** Why this choice: a sentence for each better one that does not run here, then the choice itself. */
  readonly reasons: readonly string[];
  readonly candidate: Candidate;
}

const referenceSource: BackendSource = {
  backend: 'reference',
  isas: (precision) => (precision === 'exact' ? ['none'] : []),
  load: () => reference,
};

/** @internal */
export interface Candidate {
  readonly source: BackendSource;
  readonly isa: string;
}

/**
 * @internal As `select`, and starts the threads that are asked for where the kernels do not have them by themselves.
 * Where there are none, the reasons say so.
 */
export async function selectAndStart(host: Host, options: RuntimeOptions = {}): Promise<Selection> {
  const selection = select(host, options);
  const { candidate, reasons } = selection;
  const { source, isa } = candidate;
  if (options.threads === undefined || source.startThreads === undefined) return selection;
  try {
    const kernels = await source.startThreads(isa, options.threads);
    checkKnownAnswers(kernels);
    return { ...selection, kernels };
  } catch (error) {
    const reason = `${nameOf(candidate)}: no threads but the calling one, started runs go in slices: ${messageOf(error)}`;
    return { ...selection, reasons: [...reasons, reason] };
  }
}

/** @internal Chooses kernels by name, or the best that load and give the known answers. */
export function select(host: Host, options: RuntimeOptions = {}): Selection {
  checkOptions(options, ['backend', 'isa', 'threads', 'precision']);
  const precision = readName('precision', options.precision, precisions, 'exact');
  const backend = readName('backend', options.backend, ['auto', ...backends], 'auto');
  const { isa } = options;
  if (isa !== undefined && typeof isa !== 'string') {
    throw invalid('ERR_OPTION', 'isa', "a name such as 'avx2'", isa, 'see runtime.info for the names');
  }
  const threads = readThreads(options.threads, backend);
  const reasons: string[] = [];
  const load = (candidate: Candidate) => tryLoad(candidate, threads, reasons);
  for (const candidate of candidates(host, backend, isa, reasons, precision)) {
    let kernels = load(candidate);
    if (kernels === undefined) continue;
    if (isa === undefined && host.join) kernels = host.join(candidate.source, kernels, load, reasons);
    const asked = backend !== 'auto' || isa !== undefined;
    reasons.push(`${nameOf(candidate)}: ${asked ? 'asked for by name' : 'the best that runs here'}`);
    return { kernels, reasons, candidate };
  }
  const wanted = [backend, isa].filter((name) => name !== undefined).join('/');
  throw new SepconvError(
    'ERR_BACKEND_UNAVAILABLE',
    `backend: ${wanted} does not run here (${reasons.join('; ')}); use backend 'auto', or see sepconv info`,
    { argument: 'backend', received: wanted },
  );
}

/** @internal Every kernel set that this host could run, in the order of `auto`; what can not be listed leaves a reason. */
export function candidates(
  host: Host,
  backend: Backend | 'auto',
  isa: string | undefined,
  reasons: string[],
  precision: Precision = 'exact',
): Candidate[] {
  const found: Candidate[] = [];
  for (const source of [...host.sources, referenceSource]) {
    if (backend !== 'auto' && source.backend !== backend) continue;
    try {
      const isas = precision === 'fast' ? [...source.isas('fast'), ...source.isas('exact')] : source.isas('exact');
      const matching = isas.filter((name) => isa === undefined || name === isa);
      if (matching.length === 0) {
        reasons.push(`${source.backend}: has no instruction set ${isa} here (it has ${isas.join(', ')})`);
      }
      found.push(...matching.map((name) => ({ source, isa: name })));
    } catch (error) {
      reasons.push(`${source.backend}: ${messageOf(error)}`);
    }
  }
  if (backend === 'auto' && !host.sources.some((source) => source.backend === 'native')) {
    reasons.push('native: this host has no addons');
  }
  return [...found.filter((c) => !isLastResort(c)), ...found.filter(isLastResort)];
}

/** Scalar code comes after SIMD of any backend. */
function isLastResort({ source, isa }: Candidate): boolean {
  return isa === 'scalar' || source.backend === 'reference';
}

const tested = new WeakMap<BackendSource, Set<string>>();

function tryLoad(candidate: Candidate, threads: number | undefined, reasons: string[]): Kernels | undefined {
  const { source, isa } = candidate;
  try {
    const kernels = source.load(isa, threads);
    const passed = tested.get(source) ?? new Set();
    if (!passed.has(isa)) checkKnownAnswers(kernels);
    tested.set(source, passed.add(isa));
    return kernels;
  } catch (error) {
    reasons.push(`${nameOf(candidate)}: ${messageOf(error)}`);
    return undefined;
  }
}

function nameOf({ source, isa }: Candidate): string {
  return source.backend === 'reference' ? 'reference' : `${source.backend}/${isa}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** More than any call is worth, and fewer than a process may start. */
const mostThreads = 256;

function readThreads(threads: number | undefined, backend: Backend | 'auto'): number | undefined {
  if (threads === undefined) return undefined;
  const wrong = (expected: string, fix: string) => invalid('ERR_OPTION', 'threads', expected, threads, fix);
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw wrong(`an integer from 1 to ${mostThreads}`, 'leave it out for as many as a call is worth');
  }
  if (threads > 1 && backend === 'reference') {
    throw wrong('1 on the reference backend', 'leave it out, or use another backend');
  }
  return threads;
}
