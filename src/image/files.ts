// Bytes from a path or standard input, and to a path or standard output: whole, or not at all.
import type { Stats } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { invalid, SepconvError } from '../core/errors.js';
import { clearDead, dropTemporary, temporaryFor } from './temporaries.js';

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
 * @returns what stands there
 * @throws SepconvError (rejects) `ERR_FILE`
 */
export async function checkWritable(argument: string, path: string, force: boolean): Promise<Stats | undefined> {
  const present = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw fileError(argument, 'a writable file', path, cause);
  });
  if (present === undefined) return undefined;
  if (!present.isFile())
    throw invalid('ERR_FILE', argument, 'a regular file', path, 'choose another name, or - for stdout');
  if (!force) throw exists(argument, path);
  return present;
}

/**
 * Writes a whole file: to a temporary file beside it, which is flushed and then takes its name. An existing file is kept
 * unless `force`; what takes its place may be read and written by the same people.
 *
 * @param argument what the path was given as, for errors
 * @throws SepconvError (rejects) `ERR_FILE`; nothing is left behind then
 */
export async function writeBytes(argument: string, path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  const present = await checkWritable(argument, path, force);
  await clearDead(dirname(path));
  const temporary = temporaryFor(path);
  try {
    const file = await open(temporary, 'wx', present && present.mode & 0o600);
    await flushed(file, bytes, present).finally(() => file.close());
    if (force) await rename(temporary, path);
    else await linkOrRename(argument, temporary, path);
  } catch (cause) {
    throw cause instanceof SepconvError ? cause : fileError(argument, 'a writable file', path, cause);
  } finally {
    await dropTemporary(temporary);
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

async function flushed(file: FileHandle, bytes: Uint8Array, present: Stats | undefined): Promise<void> {
  if (present !== undefined) await setAccess(file, present);
  await file.writeFile(bytes);
  await file.sync();
}

/** Who may do what with the file that is replaced. What only others may give away stays the writer's, and closed to his group. */
async function setAccess(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await file.stat();
  const changed = (owner: number, group: number) =>
    file.chown(owner, group).then(
      () => true,
      () => false,
    );
  const isSameGroup = own.gid === gid || (await changed(own.uid, gid));
  if (own.uid !== uid) await changed(uid, isSameGroup ? gid : own.gid);
  const wanted = mode & (isSameGroup ? 0o777 : 0o707);
  if ((own.mode & 0o777) !== wanted) await file.chmod(wanted);
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
