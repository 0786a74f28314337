// The machine: what it is, what it can do at best, and how processes are kept apart on it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, setPriority } from 'node:os';
import { median } from '../src/bench/sampler.js';
import type { Contender } from './contender.js';
import { Worker } from './process.js';
import { compile } from './programs.js';

/** Bytes that the working set of each level may have; the last one is memory. */
export interface Level {
  readonly name: string;
  readonly bytes: number;
}

/** Floating-point operations per second by unit, and bytes read per second by level. */
export interface Limits {
  readonly peaks: Readonly<Record<string, number>>;
  readonly bandwidths: readonly number[];
}

export interface Machine {
  readonly processor: string;
  readonly platform: string;
  readonly threads: number;
  readonly node: string;
  /** What was done so that others disturb less. */
  readonly priority: string;
  readonly pinned: boolean;
  readonly levels: readonly Level[];
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    platform: `${platform()} ${arch()}`,
    threads: availableParallelism(),
    node: process.version,
    priority: raisePriority(),
    pinned: pin(1).length > 0,
    levels: cacheLevels(),
  };
}

/** Load of the last minute, of all processes. */
export function load(): number {
  return loadavg()[0];
}

/** Words to put before a command so that it runs on the last cores; none where `taskset` or more cores are missing. */
export function pin(threads: number): readonly string[] {
  try {
    const [, list] = execFileSync('taskset', ['-cp', String(process.pid)], { stdio: 'pipe' })
      .toString()
      .split(': ');
    const cores = list.trim().split(',').flatMap(range);
    return cores.length < threads ? [] : ['taskset', '-c', cores.slice(-threads).join(',')];
  } catch {
    return [];
  }
}

/** `0-3` as [0, 1, 2, 3]. */
function range(text: string): number[] {
  const [first, last = first] = text.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Children inherit both. Where the kernel groups processes by session, only the group's own priority counts. */
function raisePriority(): string {
  const done: string[] = [];
  const attempt = (what: string, action: () => void) => {
    try {
      action();
      done.push(what);
    } catch {
      // Not allowed, or no such thing on this system.
    }
  };
  attempt('nice -10', () => setPriority(-10));
  attempt('autogroup -10', () => {
    const file = '/proc/self/autogroup';
    const [before] = readFileSync(file, 'utf8').match(/-?\d+$/m) ?? ['0'];
    writeFileSync(file, '-10');
    // The terminal's other processes are in the group, too.
    process.on('exit', () => writeFileSync(file, before));
  });
  return done.join(', ') || 'as it was';
}

/** From the kernel's description; without one, the sizes that most processors have at least. */
function cacheLevels(): Level[] {
  const sizes = [32, 512, 16384];
  for (let index = 0; index < 5; index++) {
    try {
      const read = (name: string) =>
        readFileSync(`/sys/devices/system/cpu/cpu0/cache/index${index}/${name}`, 'utf8').trim();
      if (read('type') !== 'Instruction') sizes[Number(read('level')) - 1] = Number.parseInt(read('size'), 10);
    } catch {
      break;
    }
  }
  const caches = sizes.slice(0, 3).map((kilobytes, i) => ({ name: `L${i + 1}`, bytes: kilobytes * 1024 }));
  return [...caches, { name: 'memory', bytes: Number.MAX_SAFE_INTEGER }];
}

/** Measures the limits in turns, as contenders are, since a busy neighbour lowers them too. */
export class LimitMeter {
  readonly #worker: Worker;
  readonly #answers: Map<string, number>[] = [];

  /** @throws Absent where there is no compiler */
  constructor(levels: readonly Level[]) {
    const program = compile({ source: 'limits', flags: [] });
    const caches = levels.slice(0, -1);
    // Well beyond the level below, yet small: others may hold most of a shared cache.
    const sets = caches.map(({ bytes }, i) => (i === 0 ? bytes / 2 : Math.min(bytes / 2, 4 * caches[i - 1].bytes)));
    const beyondAll = Math.min(2 ** 29, 2 * caches[caches.length - 1].bytes);
    this.#worker = new Worker([...pin(1), program, ...[...sets, beyondAll].map(String)]);
  }

  async turn(): Promise<void> {
    const { rest } = await this.#worker.ask('turn');
    const pairs = rest.split(' ').map((pair) => pair.split('='));
    this.#answers.push(new Map(pairs.map(([name, value]) => [name, Number(value)])));
  }

  /** The medians of all turns since the last call. */
  take(): Limits {
    const answers = this.#answers.splice(0);
    const medianOf = (name: string) => median(answers.map((answer) => answer.get(name)!));
    const names = [...answers[0].keys()];
    const isRead = (name: string) => name.startsWith('read');
    return {
      peaks: Object.fromEntries(names.filter((name) => !isRead(name)).map((name) => [name, medianOf(name)])),
      bandwidths: names.filter(isRead).map(medianOf),
    };
  }

  end(): void {
    this.#worker.end();
  }
}

/**
 * Seconds that a layer takes at least: for its arithmetic, or to read every byte once from the nearest level that still
 * has room for it.
 */
export function roofline(
  { work, bytes }: { readonly work: number; readonly bytes: number },
  { unit, threads }: Contender,
  { peaks, bandwidths }: Limits,
  levels: readonly Level[],
): number {
  const fused = Object.keys(peaks).filter((name) => name.startsWith('fma'));
  const peak = unit === 'fma' ? Math.max(...fused.map((name) => peaks[name])) : peaks[unit];
  const below = (level: number) => (level < 0 ? 0 : Math.min(bytes, levels[level].bytes));
  const transfer = bandwidths.reduce((sum, rate, level) => sum + (below(level) - below(level - 1)) / rate, 0);
  return Math.max((2 * work) / (peak * threads), transfer);
}
