// One layer: every contender in a process of its own, checked, warmed up, and timed in turns.
import { join } from 'node:path';
import { filterShapes, type Layer, multiplyAdds, outputShape } from '../src/bench/layer.js';
import { median, quantile } from '../src/bench/sampler.js';
import { sizeOf } from '../src/core/tensor.js';
import { Absent, type Contender } from './contender.js';
import { type Level, type LimitMeter, type Limits, load, pin, roofline } from './machine.js';
import { makeProblem, type Problem } from './problem.js';
import { Worker } from './process.js';
import { buildFolder, compile } from './programs.js';

export interface Row {
  readonly contender: string;
  readonly class: Contender['class'];
  readonly threads: number;
  /** Seconds per call, one list a round. */
  readonly rounds: readonly (readonly number[])[];
  readonly median: number;
  /** A quarter of the samples are below the first, a quarter above the second. */
  readonly quartiles: readonly [number, number];
  /** Seconds that this contender's unit takes at least, by the limits of this layer; null without them. */
  readonly roofline: number | null;
}

export interface LayerResult {
  readonly layer: Layer;
  readonly multiplyAdds: number;
  /** Input, filters and output. */
  readonly bytes: number;
  readonly limits: Limits | null;
  readonly load: number;
  readonly rows: readonly Row[];
  /** Contenders that failed or gave a wrong result, and how. */
  readonly failures: Readonly<Record<string, string>>;
}

export interface Pace {
  readonly rounds: number;
  readonly turnSeconds: number;
}

/** What the limits are measured with, where there is a compiler for it. */
export interface Gauge {
  readonly meter: LimitMeter | undefined;
  readonly levels: readonly Level[];
}

/** Contenders that are not on this machine, and why; filled as layers are run. */
export type Skipped = Map<string, string>;

/** Who needs so many turns for one call takes part in the first rounds only. */
const slowFactor = 4;
const slowRounds = 3;

interface Entrant {
  readonly contender: Contender;
  readonly worker: Worker;
  readonly rounds: number[][];
}

export async function runLayer(
  layer: Layer,
  contenders: readonly Contender[],
  pace: Pace,
  { meter, levels }: Gauge,
  skipped: Skipped,
): Promise<LayerResult> {
  const failures: Record<string, string> = {};
  const problem = await makeProblem(layer);
  const entrants: Entrant[] = [];
  for (const contender of contenders.filter(({ name, takes }) => takes(layer) && !skipped.has(name))) {
    try {
      entrants.push({ contender, worker: await enter(contender, layer, problem), rounds: [] });
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof Absent) skipped.set(contender.name, message);
      else failures[contender.name] = message;
    }
  }
  try {
    await takeTurns(entrants, pace, meter, failures);
  } finally {
    for (const { worker } of entrants) worker.end();
    problem.remove();
  }
  const limits = meter?.take() ?? null;
  const size = { work: multiplyAdds(layer), bytes: bytesOf(layer) };
  const rows = entrants
    .filter(({ contender }) => !(contender.name in failures))
    .map(({ contender, rounds }) => rowOf(contender, rounds, limits && roofline(size, contender, limits, levels)));
  return { layer, multiplyAdds: size.work, bytes: size.bytes, limits, load: load(), rows, failures };
}

/** Starts a contender's process and checks its result; throws `Absent`, or what is wrong with it. */
async function enter(contender: Contender, layer: Layer, problem: Problem): Promise<Worker> {
  const resultPath = join(problem.folder, 'result');
  const worker = new Worker(commandOf(contender, layer, problem, resultPath), contender.environment);
  try {
    const { word, rest } = await worker.answer();
    if (word === 'absent') throw new Absent(rest);
    if (word !== 'ready') throw new Error(rest);
    const fault = problem.check(resultPath, contender.exact === true);
    if (fault !== undefined) throw new Error(`wrong result: ${fault}`);
    return worker;
  } catch (error) {
    worker.end();
    throw error;
  }
}

function commandOf(
  { name, runs, threads }: Contender,
  layer: Layer,
  { folder }: Problem,
  resultPath: string,
): string[] {
  if (runs.kind === 'javascript') {
    const child = join(buildFolder, 'child.js');
    return [...pin(threads), process.execPath, child, name, JSON.stringify(layer), resultPath];
  }
  const { operation, input, kernel, outputs, strides, dilations, groups, dtype } = layer;
  const numbers = [...input, ...kernel, outputs, strides, dilations, groups, threads].map(String);
  return [...pin(threads), compile(runs), operation, dtype, ...numbers, folder, resultPath];
}

/** Warm-up for all, then round after round. */
async function takeTurns(
  entrants: readonly Entrant[],
  { rounds, turnSeconds }: Pace,
  meter: LimitMeter | undefined,
  failures: Record<string, string>,
): Promise<void> {
  for (const { worker } of entrants) await worker.ask('warm');
  for (let round = 0; round < rounds; round++) {
    await meter?.turn();
    for (const { contender, worker, rounds: done } of entrants) {
      const isSlow = done.length > 0 && median(done[0]) > slowFactor * turnSeconds;
      if (contender.name in failures || (isSlow && round >= slowRounds)) continue;
      const { word, rest } = await worker.ask(`turn ${turnSeconds}`);
      if (word === 'samples') done.push(rest.split(' ').map(Number));
      else failures[contender.name] = rest || 'its process ended';
    }
  }
}

function rowOf({ name, class: kind, threads }: Contender, rounds: readonly number[][], bound: number | null): Row {
  const samples = rounds.flat();
  const quartiles = [quantile(samples, 0.25), quantile(samples, 0.75)] as const;
  return { contender: name, class: kind, threads, rounds, median: median(samples), quartiles, roofline: bound };
}

function bytesOf(layer: Layer): number {
  const images = sizeOf(layer.input) + sizeOf(outputShape(layer));
  const weights = filterShapes(layer).reduce((sum, shape) => sum + sizeOf(shape), 0);
  return images * (layer.dtype === 'uint8' ? 1 : 4) + weights * 4;
}
