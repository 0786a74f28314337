// The memory of this process while something is done again and again, and whether it stays as it is.
import { setImmediate as turn } from 'node:timers/promises';

const mebibyte = 2 ** 20;

/** What a process may grow by without growing. */
const noise = 16 * mebibyte;

const samplesPerRun = 40;

export interface Growth {
  /** Resident bytes when it was warm, and in the end. */
  readonly before: number;
  readonly after: number;
  readonly isFlat: boolean;
}

/**
 * Does something so many times.
 *
 * @returns the median of the resident memory over the second quarter of it, and over the last one
 */
export async function growthOf(times: number, action: (index: number) => unknown): Promise<Growth> {
  const samples: number[] = [];
  const step = Math.max(1, Math.floor(times / samplesPerRun));
  for (let i = 0; i < times; i++) {
    const waits = action(i);
    if (waits instanceof Promise) await waits;
    if ((i + 1) % step === 0) samples.push(await residentBytes());
  }
  const quarter = Math.floor(samples.length / 4);
  const before = median(samples.slice(quarter, 2 * quarter));
  const after = median(samples.slice(-quarter));
  return { before, after, isFlat: after - before <= noise };
}

/** Once everything is collected that nobody needs: finalizers have turns of their own. */
async function residentBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await turn();
  }
  return process.memoryUsage().rss;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function inMebibytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}
