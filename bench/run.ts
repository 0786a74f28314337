// One layer or network: every contender in a process of its own, checked, warmed up, and timed in turns; and all of that again in
// every launch.
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { MeasuredLayer } from '../src/measure/layer.js';
import { median, quantile } from '../src/measure/sampler.js';
import { Absent, type Contender, runsOn } from './contender.js';
import { type Difference, differencesOf } from './differences.js';
import { type LimitMeter, type Limits, load, type Machine, pin, roofline } from './machine.js';
import { bytesOf, isNetwork, type Measured, workOf } from './networks.js';
import { makeProblem, type Problem } from './problem.js';
import { Worker } from './process.js';
import { buildFolder, compile } from './programs.js';
import { estimate, ratios, shares } from './ratio.js';
import type { LayerResult, Pace, Row } from './result.js';

/** Where a layer runs, and what the limits are measured with where there is a compiler for it. */
export interface Place {
  readonly machine: Machine;
  readonly meter: LimitMeter | undefined;
}

/** Contenders that are not on this machine, and why; filled as layers are run. */
export type Skipped = Map<string, string>;

/** Who needs so many turns for one call takes part in the first round of a launch only. */
const slowFactor = 4;

/** A turn of a network lasts as long as so many of a layer: its calls are longer. */
const networkTurns = 4;

/** A contender's process of this launch. */
interface Entrant {
  readonly contender: Contender;
  readonly worker: Worker;
  /** What it computed. */
  readonly result: Buffer;
  /** Samples of each turn. */
  readonly turns: number[][];
}

/** Samples of each turn of each launch, by contender. */
type Samples = Map<Contender, number[][][]>;

/** A layer or a network through all launches of a run. */
export class LayerRun {
  readonly #measured: Measured;
  readonly #place: Place;
  readonly #skipped: Skipped;
  readonly #samples: Samples;
  readonly #failures: Record<string, string> = {};
  readonly #limits: Limits[] = [];
  readonly #loads: number[] = [];
  #differences: readonly Difference[] | undefined;
  #problem: Problem | undefined;

  constructor(measured: Measured, contenders: readonly Contender[], place: Place, skipped: Skipped) {
    this.#measured = measured;
    this.#place = place;
    this.#skipped = skipped;
    this.#samples = new Map(contenders.filter((each) => runsOn(each, measured)).map((each) => [each, []]));
  }

  async launch(pace: Pace): Promise<void> {
    this.#problem ??= await makeProblem(this.#measured);
    const entrants: Entrant[] = [];
    try {
      await this.#enterAll(this.#problem, entrants);
      this.#differences ??= this.#compareResults(entrants);
      await this.#takeTurns(entrants, pace);
    } finally {
      for (const { worker } of entrants) worker.end();
    }
    for (const { contender, turns } of entrants) this.#samples.get(contender)!.push(turns);
    if (this.#place.meter !== undefined) this.#limits.push(this.#place.meter.take());
    this.#loads.push(load());
  }

  end(): void {
    this.#problem?.remove();
  }

  result(): LayerResult {
    const size = { work: workOf(this.#measured), bytes: bytesOf(this.#measured) };
    const present = [...this.#samples].filter(([contender, { length }]) => length > 0 && this.#takesPart(contender));
    const bare = present.map(([contender, launches]) => {
      const bounds = this.#limits.map((limits) => roofline(size, contender, limits, this.#place.machine.levels));
      return timesOf(contender, launches, bounds);
    });
    return {
      layer: this.#measured,
      multiplyAdds: size.work,
      bytes: size.bytes,
      limits: this.#limits,
      loads: this.#loads,
      rows: bare.map((row) => compared(row, bare)),
      failures: this.#failures,
      differences: this.#differences ?? [],
    };
  }

  /** Of the libraries that have several builds or backends here. */
  #compareResults(entrants: readonly Entrant[]): Difference[] {
    const results = [...this.#samples.keys()].flatMap((contender): [Contender, Buffer][] => {
      const entrant = entrants.find((each) => each.contender === contender);
      return contender.library === undefined || entrant === undefined ? [] : [[contender, entrant.result]];
    });
    return differencesOf(new Map(results), this.#measured.dtype);
  }

  #takesPart({ name }: Contender): boolean {
    return !this.#skipped.has(name) && !(name in this.#failures);
  }

  /** Starts the processes, as many at a time as there are processors, and pins those that are ready. */
  async #enterAll(problem: Problem, entrants: Entrant[]): Promise<void> {
    const waiting = [...this.#samples.keys()].filter((contender) => this.#takesPart(contender));
    const enterNext = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        try {
          entrants.push(await enter(next, this.#measured, problem));
        } catch (error) {
          const { message } = error as Error;
          if (error instanceof Absent) this.#skipped.set(next.name, message);
          else this.#failures[next.name] = message;
        }
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, enterNext));
    for (const { contender, worker } of entrants) pin(worker.pid, contender.threads, this.#place.machine.cores);
  }

  async #takeTurns(entrants: readonly Entrant[], { rounds, ...pace }: Pace): Promise<void> {
    const turnSeconds = pace.turnSeconds * (isNetwork(this.#measured) ? networkTurns : 1);
    for (let round = 0; round < rounds; round++) {
      await this.#place.meter?.turn();
      for (const { contender, worker, turns } of shuffled(entrants)) {
        const isSlow = round > 0 && median(turns[0]) > slowFactor * turnSeconds;
        if (contender.name in this.#failures || isSlow) continue;
        const { word, rest } = await worker.ask(`turn ${turnSeconds}`);
        if (word === 'samples') turns.push(rest.split(' ').map(Number));
        else this.#failures[contender.name] = rest || 'its process ended';
      }
    }
  }
}

/** Starts a contender's process and checks its result; throws `Absent`, or what is wrong with it. */
async function enter(contender: Contender, measured: Measured, problem: Problem): Promise<Entrant> {
  const resultPath = join(problem.folder, contender.name.replaceAll('/', ' '));
  const worker = new Worker(commandOf(contender, measured, problem, resultPath), contender.environment);
  try {
    const { word, rest } = await worker.answer();
    if (word === 'absent') throw new Absent(rest);
    if (word !== 'ready') throw new Error(rest);
    const result = readFileSync(resultPath);
    const fault = problem.check(result, contender.exact === true);
    if (fault !== undefined) throw new Error(`wrong result: ${fault}`);
    return { contender, worker, result, turns: [] };
  } catch (error) {
    worker.end();
    throw error;
  } finally {
    rmSync(resultPath, { force: true });
  }
}

function commandOf(
  { name, runs, threads }: Contender,
  measured: Measured,
  { folder }: Problem,
  resultPath: string,
): string[] {
  if (runs.kind === 'javascript') {
    const node = runs.node?.() ?? process.execPath;
    return [node, join(buildFolder, 'child.js'), name, JSON.stringify(measured), resultPath];
  }
  return [compile(runs), ...layerArguments(measured as MeasuredLayer, threads), folder, resultPath];
}

/** A layer as `layer.h` reads it from a command line, its folder and its result's file after them. */
export function layerArguments(layer: MeasuredLayer, threads: number): string[] {
  const { operation, input, kernel, outputs, strides, dilations, groups, dtype } = layer;
  const numbers = [...input, ...kernel, outputs, strides, dilations, groups, threads];
  return [operation, dtype, ...numbers.map(String)];
}

/** In another order every time: who comes next meets what the one before leaves behind, such as collected garbage. */
function shuffled<Value>(values: readonly Value[]): Value[] {
  const keyed = values.map((value) => ({ value, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

type Times = Omit<Row, 'best' | 'timesBest'>;

function timesOf({ name, class: kind, threads }: Contender, samples: number[][][], bounds: readonly number[]): Times {
  const pooled = samples.flat(2);
  const launches = samples.map((turns) => turns.map(median));
  return {
    contender: name,
    class: kind,
    threads,
    launches,
    median: median(pooled),
    quartiles: [quantile(pooled, 0.25), quantile(pooled, 0.75)],
    roofline: bounds,
    share: bounds.length > 0 ? estimate(shares(bounds, launches)) : null,
  };
}

function compared(row: Times, rows: readonly Times[]): Row {
  const peers = rows.filter((other) => other.class === row.class && other.threads === 1);
  const best = peers.reduce((first, second) => (second.median < first.median ? second : first));
  return { ...row, best: best.contender, timesBest: estimate(ratios(row.launches, best.launches)) };
}
