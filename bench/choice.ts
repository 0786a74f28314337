// What a run is asked to measure, and what is wrong with the question.
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { matching } from '../src/measure/matching.js';
import type { Contender } from './contender.js';
import { contenders } from './contenders/index.js';
import { everyLayer } from './layers.js';
import { type Measured, networks } from './networks.js';
import type { Result } from './result.js';

/** A question that cannot be answered, in a sentence. */
export class UsageError extends Error {}

/** Networks first, then layers. */
export const everything: readonly Measured[] = [...networks, ...everyLayer];

/** @throws UsageError where nothing matches */
export function chooseMeasured(pattern: string | undefined): Measured[] {
  return choose('--only', pattern, everything);
}

/**
 * The contenders that always run, and those that match.
 *
 * @param pattern all where there is none
 * @throws UsageError where nothing matches
 */
export function chooseContenders(pattern: string | undefined, isAlone = false): Contender[] {
  if (isAlone && pattern !== undefined)
    throw new UsageError('--alone leaves out all that --with could add; give one of them');
  const chosen = isAlone ? [] : choose('--with', pattern, contenders);
  return contenders.filter((contender) => contender.always || chosen.includes(contender));
}

function choose<Named extends { readonly name: string }>(
  option: string,
  pattern: string | undefined,
  all: readonly Named[],
): Named[] {
  if (pattern === undefined) return [...all];
  try {
    const found = matching(pattern, all);
    if (found.length > 0) return found;
  } catch (error) {
    throw new UsageError(`${option} '${pattern}' is not a regular expression: ${(error as Error).message}`);
  }
  throw new UsageError(`${option} '${pattern}' matches none of the ${all.length} names; --list shows them`);
}

/** @throws UsageError where the file of an option is not the JSON of a run */
export function readResult(path: string, option: string): Result {
  let result: Partial<Result>;
  try {
    result = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${option} ${path} cannot be read: ${(error as Error).message}`);
  }
  if (!Array.isArray(result?.layers)) throw new UsageError(`${option} ${path} was not written by --json`);
  return result as Result;
}

/** @throws UsageError where a file could not be written when the run is over */
export function checkFolder(option: string, path: string | undefined): void {
  if (path !== undefined && !existsSync(dirname(path))) {
    throw new UsageError(`${option} ${path}: there is no folder ${dirname(path)}`);
  }
}

/** Every name that `--only` and `--with` choose from. */
export function listText(): string {
  const section = (title: string, names: readonly { readonly name: string }[]) =>
    `${title}\n${names.map(({ name }) => `  ${name}\n`).join('')}`;
  return [
    section('Networks and chains (--only)', networks),
    section('Layers (--only)', everyLayer),
    section('Contenders (--with)', contenders),
  ].join('\n');
}
