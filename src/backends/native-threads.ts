// How many threads are really there: the processors this process may use, within the quota of its container.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Where Linux tells a container's share of processor time, as "quota period" in microseconds or "max period". */
const quotaFile = '/sys/fs/cgroup/cpu.max';

/** At least 1. */
export function usableProcessors(readQuota = () => readFileSync(quotaFile, 'utf8')): number {
  const processors = availableParallelism();
  try {
    const [quota, period] = readQuota().split(' ').map(Number);
    return quota > 0 && period > 0 ? Math.max(1, Math.min(processors, Math.floor(quota / period))) : processors;
  } catch {
    return processors;
  }
}
