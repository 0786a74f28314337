// The application with the package in it, and what it must print in any host.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import * as reference from '../../../src/entries/reference.js';
import { probe } from '../apps/probe.mjs';
import type { Output } from './programs.js';

export const app = inject('app');

/** The backend that serves where an addon can be loaded, and where only what was packed is there. */
export const best = inject('best');
export const shipped = inject('shipped');

/** What probe.mjs gives. */
export interface Result {
  readonly hash: string;
  readonly backend: string;
  readonly isa: string;
  readonly reasons: readonly string[];
}

/** By the definition. */
const { hash } = probe(reference) as Result;

/** The last line that a program printed is the result of the probe: the right bits, from this backend. */
export function expectResult({ stdout, stderr }: Output, backend: string): Result {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const result = JSON.parse(line) as Result;
  expect({ ...result, stderr }).toMatchObject({ hash, backend });
  return result;
}

/** A copy of the application in a folder of its own. */
export function copyApp(name: string): string {
  const copy = join(app, '..', name);
  cpSync(app, copy, { recursive: true });
  return copy;
}
