// The machine: what it is, what it can do at best, and how processes are kept apart on it.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, setPriority } from 'node:os';
import { median } from '../src/measure/sampler.js';
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
  /** Of one core. */
  readonly peaks: Readonly<Record<string, number>>;
  /** Of all cores at once; nothing where there is one. */
  readonly together: Readonly<Record<string, number>>;
  readonly bandwidths: readonly number[];
}

export interface Machine {
  readonly processor: string;
  readonly platform: string;
  readonly threads: number;
  readonly node: string;
  /** What was done so that others disturb less. */
  readonly priority: string;
  /** Where processes are pinned; none without `taskset`. */
  readonly cores: readonly number[];
  readonly levels: readonly Level[];
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    platform: `${platform()} ${arch()}`,
    threads: availableParallelism(),
    node: process.version,
    priority: raisePriority(),
    cores: ownCores(),
    levels: cacheLevels(),
  };
}

/** Load of the last minute, of all processes. */
export function load(): number {
  return loadavg()[0];
}

/** Keeps a process and all its threads to the last cores, where there are so many. */
export function pin(pid: number, threads: number, cores: readonly number[]): void {
  if (cores.length < threads) return;
  const pinned = () => spawnSync('taskset', ['-acp', cores.slice(-threads).join(','), String(pid)]).status === 0;
  // It stops at a thread that ends meanwhile. A process that has ended shows in its answers.
  for (let tries = 3; tries > 0 && !pinned(); tries--);
}

function ownCores(): number[] {
  try {
    const answer = execFileSync('taskset', ['-cp', String(process.pid)], { stdio: 'pipe' }).toString();
    return answer.split(': ')[1].trim().split(',').flatMap(range);
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
  /** Of one core, and of all together where there are more. */
  readonly #workers: readonly Worker[];
  /** A list a turn, of each worker's figures by name. */
  readonly #answers: Map<string, number>[][] = [];

  /** @throws Absent where there is no compiler */
  constructor({ levels, threads, cores }: Machine) {
    const program = compile({ source: 'limits', flags: ['-pthread'] });
    const caches = levels.slice(0, -1);
    // Well beyond the level below, yet small: others may hold most of a shared cache.
    const sets = caches.map(({ bytes }, i) => (i === 0 ? bytes / 2 : Math.min(bytes / 2, 4 * caches[i - 1].bytes)));
    const beyondAll = Math.min(2 ** 29, 2 * caches[caches.length - 1].bytes);
    const one = new Worker([program, '1', ...[...sets, beyondAll].map(String)]);
    pin(one.pid, 1, cores);
    this.#workers = threads > 1 ? [one, new Worker([program, String(threads)])] : [one];
  }

  async turn(): Promise<void> {
    const answers: Map<string, number>[] = [];
    for (const worker of this.#workers) {
      const { rest } = await worker.ask('turn');
      const pairs = rest.split(' ').map((pair) => pair.split('='));
      answers.push(new Map(pairs.map(([name, value]) => [name, Number(value)])));
    }
    this.#answers.push(answers);
  }

  /** The medians of all turns since the last call. */
  take(): Limits {
    const turns = this.#answers.splice(0);
    const [one, together = {}] = this.#workers.map((_, worker) => medians(turns.map((answers) => answers[worker])));
    const isRead = ([name]: [string, number]) => name.startsWith('read');
    return {
      peaks: Object.fromEntries(Object.entries(one).filter((entry) => !isRead(entry))),
      together,
      bandwidths: Object.entries(one)
        .filter(isRead)
        .map(([, rate]) => rate),
    };
  }

  end(): void {
    for (const worker of this.#workers) worker.end();
  }
}

function medians(answers: readonly Map<string, number>[]): Record<string, number> {
  const names = [...answers[0].keys()];
  return Object.fromEntries(names.map((name) => [name, median(answers.map((answer) => answer.get(name)!))]));
}

/** Floating-point operations per second that a contender's unit does at best, on all its threads. */
export function peakOf({ unit, threads }: Pick<Contender, 'unit' | 'threads'>, { peaks, together }: Limits): number {
  const rates = threads > 1 ? together : peaks;
  const alike = Object.keys(rates).filter((name) => name.startsWith(unit));
  return Math.max(...alike.map((name) => rates[name]));
}

/**
 * Seconds that a layer takes at least: for its arithmetic, or to read every byte once from the nearest level that still
 * has room for it.
 */
export function roofline(
  { work, bytes }: { readonly work: number; readonly bytes: number },
  contender: Pick<Contender, 'unit' | 'threads'>,
  limits: Limits,
  levels: readonly Level[],
): number {
  const below = (level: number) => (level < 0 ? 0 : Math.min(bytes, levels[level].bytes));
  const transfer = limits.bandwidths.reduce((sum, rate, level) => sum + (below(level) - below(level - 1)) / rate, 0);
  return Math.max((2 * work) / peakOf(contender, limits), transfer);
}
