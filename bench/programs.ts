// C++ programs of bench/, compiled when they are first needed and their source is newer.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Absent, type Program } from './contender.js';

/** Where this code runs, bundled: a folder of build/. */
export const buildFolder = fileURLToPath(new URL('.', import.meta.url));
export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The path of a compiled program.
 *
 * @throws Absent where its library or the compiler is not on this machine
 */
export function compile({ source, flags }: Omit<Program, 'kind'>): string {
  const program = join(buildFolder, source);
  const sources = [`${source}.cc`, 'layer.h', 'turns.h'].map((name) => join(root, 'bench', name));
  const isFresh = existsSync(program) && sources.every((path) => statSync(path).mtimeMs < statSync(program).mtimeMs);
  if (isFresh) return program;
  mkdirSync(dirname(program), { recursive: true });
  try {
    const always = ['-std=c++17', '-O2', '-ffp-contract=off'];
    execFileSync('g++', [...always, sources[0], '-o', program, ...flags], { stdio: 'pipe' });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer };
    const line = String(stderr ?? '')
      .split('\n')
      .find((text) => text.includes('error'));
    throw new Absent(`bench/${source}.cc does not compile here: ${line ?? message}`);
  }
  return program;
}
