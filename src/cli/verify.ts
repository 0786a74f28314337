// sepconv verify: the known answers, checked on this machine.

import type { TensorData } from '../core/arrays.js';
import { SepconvError } from '../core/errors.js';
import '../entries/node.js';
import { writeStdout } from '../image/files.js';
import { outputHash } from '../image/output-hash.js';
import { type Operations, operationsOn } from '../ops/index.js';
import { currentHost } from '../runtime/host.js';
import { candidates } from '../runtime/select.js';
import { backendName } from './backends.js';
import { blocking } from './interrupt.js';
import { type KnownHash, knownHashes } from './known-hashes.js';
import { inProgress } from './progress.js';

import { columns } from './table.js';
import { version } from './version.js';

/** A backend, without the test that keeps one with wrong answers from being chosen. */
interface Verified {
  readonly name: string;
  readonly operations: Operations;
}

interface Outcome {
  readonly operation: string;
  readonly title: string;
  readonly expected: string;
  /** The hash that each backend gave, or why it gave none. */
  readonly received: Readonly<Record<string, string>>;
}

/**
 * Runs the known cases on every backend and instruction set of this machine and compares the hashes.
 *
 * @throws SepconvError (rejects) `ERR_KERNEL` where one differs
 */
export async function verify({ json }: { readonly json?: boolean }): Promise<void> {
  const missing: string[] = [];
  const backends = loadAll(missing);
  const cases = Object.entries(knownHashes).flatMap(([operation, known]) => known.map((each) => ({ operation, each })));
  const outcomes = await inProgress('verify', () =>
    blocking(() => cases.map(({ operation, each }) => check(operation, each, backends))),
  );
  const isEqual = ({ expected, received }: Outcome) => Object.values(received).every((hash) => hash === expected);
  const different = outcomes.filter((outcome) => !isEqual(outcome));
  const names = backends.map(({ name }) => name);
  const report = { version, isVerified: different.length === 0, backends: names, missing, cases: outcomes };
  await writeStdout(json ? `${JSON.stringify(report)}\n` : toLines(names, missing, outcomes));
  if (different.length === 0) return;
  const titles = different.map(({ operation, title }) => `${operation} (${title})`).join(', ');
  throw new SepconvError('ERR_KERNEL', `verify: other bits than recorded in ${titles}; please report this machine`);
}

function loadAll(missing: string[]): Verified[] {
  const loaded: Verified[] = [];
  for (const { source, isa } of candidates(currentHost(), 'auto', undefined, missing)) {
    const name = backendName({ backend: source.backend, isa });
    try {
      const kernels = source.load(isa);
      loaded.push({ name, operations: operationsOn(() => kernels) });
    } catch (error) {
      missing.push(`${name}: ${(error as Error).message}`);
    }
  }
  return loaded;
}

function check(operation: string, { title, sha256, run }: KnownHash, backends: readonly Verified[]): Outcome {
  const received = backends.map(({ name, operations }) => [name, hashOf(() => run(operations).data)]);
  return { operation, title, expected: sha256, received: Object.fromEntries(received) };
}

function hashOf(run: () => TensorData): string {
  try {
    return outputHash(run());
  } catch (error) {
    return String(error);
  }
}

function toLines(names: readonly string[], missing: readonly string[], outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ operation, title, expected, received }) => [
    operation,
    title,
    expected.slice(0, 12),
    ...names.map((name) => (received[name] === expected ? 'same' : 'DIFFERENT')),
  ]);
  const sentence = `${outcomes.length} known answers on ${names.length} backends of this machine\n`;
  return [
    columns([['operation', 'case', 'SHA-256', ...names], ...rows]),
    ...missing.map((reason) => `not here: ${reason}\n`),
    sentence,
  ].join('');
}
