// A whole run, as it is written to a JSON file.
import type { Machine } from './machine.js';
import type { LayerResult, Pace, Row } from './run.js';

export interface Result {
  /** Of sepconv. */
  readonly version: string;
  readonly date: string;
  readonly machine: Machine;
  /** Of every peer that is installed. */
  readonly versions: Readonly<Record<string, string>>;
  readonly pace: Pace;
  /** Contenders that are not on this machine, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly layers: readonly LayerResult[];
}

export function rowOf({ rows }: LayerResult, contender: string): Row | undefined {
  return rows.find((row) => row.contender === contender);
}
