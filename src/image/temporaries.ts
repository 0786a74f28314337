// The files that results stand in until they are whole, each beside the one that it becomes. Their names tell who writes
// them, so that what a dead process left is known from what a living one has still to finish.
import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What a name of a file may take without its mark; most systems allow 255 bytes. */
const longest = 200;

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Numbers of processes are those of a machine, on Linux of a part of it that a container may have for itself. */
const origin = hash(`${hostname()} ${numberSpace()}`).slice(0, 8);

function numberSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Files that this process would leave behind if it ended now. */
const underWay = new Set<string>();
let isWatching = false;

/** A name beside a file for what is to become it; to be dropped in the end, whatever became of it. */
export function temporaryFor(path: string): string {
  const mark = `${origin}${process.pid.toString(16).padStart(8, '0')}${randomBytes(4).toString('hex')}`;
  const temporary = join(dirname(path), `${prefixOf(path)}${mark}`);
  if (!isWatching) {
    process.once('exit', () => {
      for (const each of underWay) rmSync(each, { force: true });
    });
  }
  isWatching = true;
  underWay.add(temporary);
  return temporary;
}

/** Removes what did not become a file. */
export async function dropTemporary(temporary: string): Promise<void> {
  await remove(temporary);
  underWay.delete(temporary);
}

const clearedFolders = new Set<string>();

/** Removes what processes of this machine that are no more left in a folder, the first time that this one is told of it. */
export async function clearDead(folder: string): Promise<void> {
  if (clearedFolders.has(folder)) return;
  clearedFolders.add(folder);
  await removeWhere(folder, ({ writer }) => writer === 'dead');
}

/**
 * Removes what processes on any machine that were killed while they wrote these files left beside them. Nobody else may
 * write the same files meanwhile; what a living process of this machine writes is left to it.
 */
export async function removeLeftovers(paths: readonly string[]): Promise<void> {
  const byFolder = new Map<string, Set<string>>();
  for (const path of paths) {
    const prefixes = byFolder.get(dirname(path)) ?? new Set();
    byFolder.set(dirname(path), prefixes.add(prefixOf(path)));
  }
  for (const [folder, prefixes] of byFolder) {
    await removeWhere(folder, ({ prefix, writer }) => writer !== 'alive' && prefixes.has(prefix));
  }
}

interface Temporary {
  readonly prefix: string;
  /** `'unknown'`: of another machine. */
  readonly writer: 'alive' | 'dead' | 'unknown';
}

async function removeWhere(folder: string, isLeft: (temporary: Temporary) => boolean): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, prefix, from, pid] = /^(\..+\.)([0-9a-f]{8})([0-9a-f]{8})[0-9a-f]{8}$/.exec(name) ?? [];
    if (prefix === undefined) continue;
    const writer = from !== origin ? 'unknown' : isAlive(Number.parseInt(pid, 16)) ? 'alive' : 'dead';
    if (isLeft({ prefix, writer })) await remove(join(folder, name));
  }
}

/** Signal 0 is sent to nobody; it fails where there is no such process, or it is of another user. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function prefixOf(path: string): string {
  const name = basename(path);
  return `.${Buffer.byteLength(name) > longest ? hash(name) : name}.`;
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {});
}
