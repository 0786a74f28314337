// Programs of the hosts, as processes.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const hosts = fileURLToPath(new URL('..', import.meta.url));
export const root = join(hosts, '../..');

/** A file of a package of the hosts. */
export function program(name: string, file: string): string {
  return join(hosts, 'node_modules', name, file);
}

export function versionOf(name: string): string {
  return JSON.parse(readFileSync(program(name, 'package.json'), 'utf8')).version;
}

export function nodeBinary(version: number | string): string {
  return program(`node-${version}`, 'bin/node');
}

let skip: ((reason: string) => void) | undefined;

/** @param how the present test is skipped, whose host is not there; nothing to let it fail */
export function skipBy(how: typeof skip): void {
  skip = how;
}

/** Goes on where the program of a host is there. */
export function demand(file: string): void {
  if (existsSync(file)) return;
  const reason = `${relative(join(hosts, 'node_modules'), file)} is not there`;
  skip?.(reason);
  throw new Error(reason);
}

export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; an exit status other than 0 is an error with all that it printed. */
export async function run(file: string, args: readonly string[], { cwd, env, uid }: Surroundings): Promise<Output> {
  demandPrograms(file, args);
  const options = { cwd, env: environment(cwd, env), uid, maxBuffer: 2 ** 26, timeout: 300_000 };
  try {
    return await promisify(execFile)(file, args, options);
  } catch (error) {
    const { message, stdout, stderr } = error as Error & Output;
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}

/** Starts a server. */
export function start(file: string, args: readonly string[], { cwd, env }: Surroundings): ChildProcess {
  demandPrograms(file, args);
  return spawn(file, args, { cwd, env: environment(cwd, env) });
}

function demandPrograms(...[file, args]: [string, readonly string[]]): void {
  for (const path of [file, ...args]) if (path.startsWith(join(hosts, 'node_modules'))) demand(path);
}

/** Nothing of this process but the programs. */
function environment(home: string, more: Surroundings['env']): NodeJS.ProcessEnv {
  return { PATH: `${dirname(nodeBinary(24))}:${process.env.PATH}`, HOME: home, CI: '1', NO_COLOR: '1', ...more };
}
