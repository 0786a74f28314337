// How many threads are really there: the processors this process may use, within the quota of its container.
import { builtin, isGranted } from './native-host.js';

/** Where Linux tells a container's share of processor time, as "quota period" in microseconds or "max period". */
const quotaFile = '/sys/fs/cgroup/cpu.max';

/** At least 1. */
export function usableProcessors(readQuota = () => read(quotaFile)): number {
  const processors = allowedProcessors();
  try {
    const [quota, period] = readQuota().split(' ').map(Number);
    return quota > 0 && period > 0 ? Math.max(1, Math.min(processors, Math.floor(quota / period))) : processors;
  } catch {
    return processors;
  }
}

function allowedProcessors(): number {
  try {
    if (isGranted({ name: 'sys', kind: 'cpus' })) return builtin('node:os')?.availableParallelism() ?? 1;
  } catch {
    // As where it is not granted.
  }
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}

function read(path: string): string {
  if (!isGranted({ name: 'read', path })) return '';
  return builtin('node:fs')?.readFileSync(path, 'utf8') ?? '';
}
