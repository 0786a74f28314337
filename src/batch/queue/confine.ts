// What files a job may reach: those below one folder, whatever links are in the way.
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { invalid } from '../../core/errors.js';
import { fileError } from '../../image/files.js';
import { isInside } from '../inputs.js';

/** What a worker grants to jobs. */
export interface Bounds {
  /** By its real place. */
  readonly root: string;
  /** `host` or `host:port` of addresses; what resolves into the network is reached only if its IP address is named, too. */
  readonly allowedHosts: readonly string[];
  readonly maxBytes: number;
}

/**
 * The real place of the folder that workers share.
 *
 * @throws SepconvError (rejects) `ERR_FILE` where there is none
 */
export async function realFolder(root: string): Promise<string> {
  const found = await realpath(root).catch((cause) => {
    throw fileError('root', 'a folder', root, cause);
  });
  if (!(await stat(found)).isDirectory()) throw invalid('ERR_FILE', 'root', 'a folder', root, 'name one with --root');
  return found;
}

/**
 * The real place of a file to be read.
 *
 * @throws SepconvError (rejects) `ERR_FILE`, `ERR_LIMIT`
 */
export async function readable(argument: string, path: string, { root, maxBytes }: Bounds): Promise<string> {
  const place = await realpath(join(root, path)).catch(() => undefined);
  if (place === undefined || !isInside(resolve(root, path), root) || !isInside(place, root)) {
    throw outside(argument, path);
  }
  const found = await stat(place);
  if (!found.isFile()) throw outside(argument, path);
  if (found.size > maxBytes) throw tooLarge(path, found.size, maxBytes);
  return place;
}

/**
 * The real place of a file to be written, which may not be there yet.
 *
 * @throws SepconvError (rejects) `ERR_FILE`
 */
export async function writable(path: string, { root }: Bounds): Promise<string> {
  const place = resolve(root, path);
  if (!isInside(place, root) || place === resolve(root)) throw outside('output', path);
  let folder = dirname(place);
  let real = await realpath(folder).catch(() => undefined);
  while (real === undefined) {
    folder = dirname(folder);
    real = await realpath(folder).catch(() => undefined);
  }
  if (!isInside(real, root)) throw outside('output', path);
  return join(real, dirname(place).slice(folder.length), basename(place));
}

function outside(argument: string, path: string) {
  return invalid('ERR_FILE', argument, 'a file below the root of the worker', path, 'name a file that is there');
}

export function tooLarge(name: string, size: number, most: number) {
  return invalid('ERR_LIMIT', name, `at most ${most} bytes`, size, 'raise --max-bytes if you trust it');
}
