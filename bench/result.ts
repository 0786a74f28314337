// A whole run, as it is written to a JSON file.
import type { Contender } from './contender.js';
import type { Difference } from './differences.js';
import type { Limits, Machine } from './machine.js';
import type { Measured } from './networks.js';
import type { Estimate } from './ratio.js';

export interface Result {
  /** Of sepconv. */
  readonly version: string;
  readonly date: string;
  readonly machine: Machine;
  /** Of every peer that is installed. */
  readonly versions: Readonly<Record<string, string>>;
  readonly pace: Pace;
  /** Bytes of the WASM kernels, as they are and compressed. */
  readonly wasm: { readonly plain: number; readonly gzipped: number };
  /** Contenders that are not on this machine, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly layers: readonly LayerResult[];
}

/** Every contender of every layer is launched so often; the turns of a launch go round among the contenders. */
export interface Pace {
  readonly launches: number;
  readonly rounds: number;
  readonly turnSeconds: number;
}

export interface LayerResult {
  readonly layer: Measured;
  readonly multiplyAdds: number;
  /** Input, filters and output. */
  readonly bytes: number;
  /** One a launch; none without a compiler. */
  readonly limits: readonly Limits[];
  /** One a launch. */
  readonly loads: readonly number[];
  readonly rows: readonly Row[];
  /** Contenders that failed or gave a wrong result, and how. */
  readonly failures: Readonly<Record<string, string>>;
  /** Between the builds and backends of one library. */
  readonly differences: readonly Difference[];
}

export interface Row {
  readonly contender: string;
  readonly class: Contender['class'];
  readonly threads: number;
  /** Seconds per call: the median of each turn, one list a launch. */
  readonly launches: readonly (readonly number[])[];
  /** Over all samples of all launches. */
  readonly median: number;
  /** A quarter of the samples are below the first, a quarter above the second. */
  readonly quartiles: readonly [number, number];
  /** Seconds that this contender's unit takes at least, by the limits of each launch; none without them. */
  readonly roofline: readonly number[];
  /** How much of the roofline is reached. */
  readonly share: Estimate | null;
  /** The fastest contender of the class on one thread, and how many times longer than that this one takes. */
  readonly best: string;
  readonly timesBest: Estimate;
}

export function rowOf({ rows }: LayerResult, contender: string): Row | undefined {
  return rows.find((row) => row.contender === contender);
}
