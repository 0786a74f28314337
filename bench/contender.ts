// What a contender is: a name, what it may be compared with, and how it runs a layer in a process of its own.

import type { TensorData } from '../src/core/arrays.js';
import type { MeasuredLayer } from '../src/measure/layer.js';
import type { Operands } from '../src/measure/operands.js';
import type { Run } from '../src/measure/sampler.js';
import { isNetwork, type Measured, type MeasuredNetwork, type NetworkOperands } from './networks.js';

/** The vector unit whose peak bounds a contender; `madd` and `fma` are the fastest ones, the latter fused. */
export type Unit = 'madd32' | 'madd128' | 'madd256' | 'madd512' | 'fma256' | 'madd' | 'fma';

export interface Contender {
  /** Unique. */
  readonly name: string;
  /** Ratios in the table are to the best of a class. */
  readonly class: 'native' | 'wasm' | 'javascript';
  readonly unit: Unit;
  readonly threads: number;
  /** Compared with the reference by bits; otherwise by the error bound of a float32 sum. */
  readonly exact?: boolean;
  /** Whose it is, where several builds or backends of one library are compared by bits; the first one is the measure. */
  readonly library?: string;
  /** Runs whatever `--with` says. */
  readonly always?: boolean;
  /** Drawn in the chart. */
  readonly charted?: boolean;
  /** Variables that its process starts with. */
  readonly environment?: Readonly<Record<string, string>>;
  takes(layer: MeasuredLayer): boolean;
  /** Whether it takes networks where `runs` can start them; default true. */
  readonly takesNetworks?: boolean;
  readonly runs: JavaScript | Program;
}

/** Runs in a child process of Node. */
export interface JavaScript {
  readonly kind: 'javascript';
  /** The path of another Node than this one; throws `Absent` where it is not installed. */
  node?(): string;
  /** Makes everything that is made once; throws `Absent` where it can not run on this machine. */
  start(layer: MeasuredLayer, operands: Operands): Promise<Started>;
  /** The same for networks, where it can run them. */
  startNetwork?(network: MeasuredNetwork, operands: NetworkOperands): Promise<Started>;
}

/** Runs as bench/<source>.cc, compiled with these flags. */
export interface Program {
  readonly kind: 'program';
  readonly source: string;
  readonly flags: readonly string[];
}

export interface Started {
  readonly run: Run;
  /** The result in NHWC, after `run` was called. */
  output(): TensorData | Promise<TensorData>;
}

export function runsOn({ takes, takesNetworks = true, runs }: Contender, measured: Measured): boolean {
  if (!isNetwork(measured)) return takes(measured);
  return takesNetworks && runs.kind === 'javascript' && runs.startNetwork !== undefined;
}

/** Not on this machine: the contender is named as skipped. */
export class Absent extends Error {}

/** Whether naive code gets through a layer in a second or so. */
export const slowLimit = 150e6;
