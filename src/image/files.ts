// Bytes from a path or standard input, and to a path or standard output: whole, or not at all.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { invalid, SepconvError } from '../core/errors.js';

/**
 * Reads a whole file, or standard input where `path` is `-`.
 *
 * @param argument what the path was given as, for errors
 * @throws SepconvError (rejects) `ERR_FILE`
 */
export async function readBytes(argument: string, path: string): Promise<Uint8Array> {
  try {
    return path === '-' ? await buffer(process.stdin) : await readFile(path);
  } catch (cause) {
    throw fileError(argument, 'a readable file', path, cause);
  }
}

/**
 * Checks, before any work is done, that a file may be written: it must not exist, or with `force` be a regular file.
 *
 * @param argument what the path was given as, for errors
 * @throws SepconvError (rejects) `ERR_FILE`
 */
export async function checkWritable(argument: string, path: string, force: boolean): Promise<void> {
  const present = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw fileError(argument, 'a writable file', path, cause);
  });
  if (present === undefined) return;
  if (!present.isFile()) throw invalid('ERR_FILE', argument, 'a regular file', path, 'choose another name');
  if (!force) throw exists(argument, path);
}

/**
 * Writes a whole file: to a temporary file beside it, which is flushed and then takes its name. An existing file is kept
 * unless `force`.
 *
 * @param argument what the path was given as, for errors
 * @throws SepconvError (rejects) `ERR_FILE`; nothing is left behind then
 */
export async function writeBytes(argument: string, path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  await checkWritable(argument, path, force);
  const temporary = join(dirname(path), `${temporaryPrefix(path)}${randomBytes(6).toString('hex')}`);
  keepTrackOf(temporary);
  try {
    const file = await open(temporary, 'wx');
    await flushed(file, bytes).finally(() => file.close());
    if (force) await rename(temporary, path);
    else await linkOrRename(argument, temporary, path);
  } catch (cause) {
    throw cause instanceof SepconvError ? cause : fileError(argument, 'a writable file', path, cause);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
    temporaries.delete(temporary);
  }
}

/**
 * Removes the temporary files that processes which were killed while they wrote these files left beside them. Nobody else may
 * write the same files meanwhile.
 */
export async function removeLeftovers(paths: readonly string[]): Promise<void> {
  const byFolder = new Map<string, Set<string>>();
  for (const path of paths) {
    const prefixes = byFolder.get(dirname(path)) ?? new Set();
    byFolder.set(dirname(path), prefixes.add(temporaryPrefix(path)));
  }
  for (const [folder, prefixes] of byFolder) {
    for (const name of await readdir(folder).catch(() => [])) {
      const [, prefix = ''] = /^(\..+\.)[0-9a-f]{12}$/.exec(name) ?? [];
      if (prefixes.has(prefix)) await rm(join(folder, name), { force: true }).catch(() => {});
    }
  }
}

/**
 * Makes a folder and those above it, where they are not there.
 *
 * @param argument what the path was given as, for errors
 * @throws SepconvError (rejects) `ERR_FILE`
 */
export async function makeFolder(argument: string, path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause) => {
    throw fileError(argument, 'a folder', path, cause);
  });
}

/** Writes to standard output and waits until it is taken. */
export async function writeStdout(content: string | Uint8Array): Promise<void> {
  const { stdout } = process;
  let onError = (_: Error) => {};
  try {
    await new Promise<void>((resolve, reject) => {
      onError = reject;
      stdout.once('error', onError);
      stdout.write(content, (error) => (error ? reject(error) : resolve()));
    });
  } catch (cause) {
    throw fileError('output', 'a standard output that takes it', '-', cause);
  } finally {
    stdout.off('error', onError);
  }
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.`;
}

/** Files that a process which ends would leave behind. */
const temporaries = new Set<string>();
let isWatching = false;

function keepTrackOf(temporary: string): void {
  if (!isWatching) {
    process.once('exit', () => {
      for (const path of temporaries) rmSync(path, { force: true });
    });
  }
  isWatching = true;
  temporaries.add(temporary);
}

async function flushed(file: FileHandle, bytes: Uint8Array): Promise<void> {
  await file.writeFile(bytes);
  await file.sync();
}

/** A link fails where the name was taken meanwhile; a rename would replace it. Not every file system has links. */
async function linkOrRename(argument: string, temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(argument, path);
    await checkWritable(argument, path, false);
    await rename(temporary, path);
  }
}

function exists(argument: string, path: string): SepconvError {
  return invalid('ERR_FILE', argument, 'a new file', `${path}, which exists`, 'choose another name, or add --force');
}

/** The typed error for what the system says of a file. */
export function fileError(argument: string, expected: string, path: string, cause: unknown): SepconvError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const sentence = `${argument}: expected ${expected}, got ${JSON.stringify(path)} (${code ?? message}); check the path`;
  return new SepconvError('ERR_FILE', sentence, { argument, expected, received: path, fix: 'check the path' }, cause);
}
