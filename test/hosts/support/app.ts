// The application with the package in it, and what it must print in any host.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import type { Result } from './probe.js';
import { type Output, root } from './programs.js';

export const app = inject('app');

/** The backend that serves where an addon can be loaded, and where only what was packed is there. */
export const best = inject('best');
export const shipped = inject('shipped');

const known = JSON.parse(readFileSync(join(root, 'conformance/hosts.json'), 'utf8')) as Result[];

/** The last line that a program printed is the result of the probe: the bits of every other host, from this backend. */
export function expectResult({ stdout, stderr }: Output, backend: string): Result {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const result = JSON.parse(line) as Result;
  const recorded = known.find(({ vectors }) => vectors === result.vectors);
  expect({ ...result, stderr }).toMatchObject({ different: [], sha256: recorded?.sha256, backend });
  return result;
}

/**
 * Leaves what an engine gave as a row of conformance/hosts.json, in build/hosts: `npm run hosts:row -- --from build/hosts`
 * takes it up.
 */
export function keepRow(engine: string, { backend, isa, threads, vectors, sha256 }: Result): void {
  const { version, gitHead } = JSON.parse(readFileSync(join(app, 'node_modules/sepconv/package.json'), 'utf8'));
  const system = `${process.platform} ${process.arch}`;
  const host = { threads, processor: cpus()[0].model.trim(), system, engine, vectors, sha256 };
  const row = { package: version, commit: gitHead, backend, isa, ...host };
  mkdirSync(join(root, 'build/hosts'), { recursive: true });
  writeFileSync(join(root, 'build/hosts', `${engine}.json`), JSON.stringify(row));
}

/** A copy of the application in a folder of its own. */
export function copyApp(name: string): string {
  const copy = join(app, '..', name);
  cpSync(app, copy, { recursive: true });
  return copy;
}
