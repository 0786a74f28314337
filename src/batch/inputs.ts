// The pictures that paths, folders, patterns and lists name.
import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { invalid, SepconvError } from '../core/errors.js';

export interface Input {
  /** Of a file, or an address. */
  readonly path: string;
  /** The folder below which results keep the places of their pictures; of an address it is the host. */
  readonly base: string;
}

const extensions = ['png', 'jpg', 'jpeg', 'webp', 'avif', 'tif', 'tiff', 'gif', 'npy'];

/**
 * Finds pictures: of a folder all below it, of a pattern all that match, each by name; a file is itself, there or not.
 * What lies in `except`, the folder of the results, is no input.
 *
 * @param list the files that `-` stands for, one a line, or with NUL characters between them
 * @throws SepconvError (rejects) `ERR_FILE` where a folder or a pattern gives none, `ERR_BACKEND_UNAVAILABLE` where
 * tinyglobby, which is optional, is missed
 */
export async function findInputs(names: readonly string[], except: string, list?: string): Promise<Input[]> {
  const found: Input[] = [];
  const files: string[] = [];
  for (const name of names) {
    if (name === '-') files.push(...linesOf(list ?? ''));
    else if (isAddress(name)) files.push(name);
    else {
      const kind = await stat(name).catch(() => undefined);
      if (kind?.isDirectory()) found.push(...(await search(name, [`**/*.{${extensions.join(',')}}`], except)));
      else if (kind === undefined && /[*?[{(!]/.test(name)) found.push(...(await searchPattern(name, except)));
      else files.push(name);
    }
  }
  const base = commonFolder(files.filter((path) => !isAddress(path)));
  const all = [...found, ...files.map((path) => ({ path, base }))];
  return [...new Map(all.map((input) => [placeOf(input.path), input])).values()];
}

function linesOf(list: string): string[] {
  return list.split(list.includes('\0') ? '\0' : /\r?\n/).filter((line) => line !== '');
}

async function searchPattern(pattern: string, except: string): Promise<Input[]> {
  const { isDynamicPattern } = await loadGlob();
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => isDynamicPattern(part));
  if (first < 0) return [{ path: pattern, base: dirname(resolve(pattern)) }];
  const folder = parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
  return search(folder, [parts.slice(first).join('/')], except);
}

async function search(folder: string, patterns: string[], except: string): Promise<Input[]> {
  const { glob } = await loadGlob();
  const paths = await glob(patterns, { cwd: folder, expandDirectories: false, caseSensitiveMatch: false });
  const outside = paths.map((path) => join(folder, path)).filter((path) => !isInside(path, except));
  if (outside.length === 0) {
    const received = join(folder, ...patterns);
    throw invalid('ERR_FILE', 'pictures', 'files that match', received, 'check the folder and the pattern');
  }
  return outside.sort().map((path) => ({ path, base: folder }));
}

/** What finds files by a pattern. */
async function loadGlob(): Promise<typeof import('tinyglobby')> {
  try {
    return await import('tinyglobby');
  } catch (cause) {
    const fix = 'npm install tinyglobby';
    const message = `pictures: folders and patterns need the package tinyglobby, which does not load here; ${fix}, or name the files`;
    throw new SepconvError('ERR_BACKEND_UNAVAILABLE', message, { argument: 'pictures', fix }, cause);
  }
}

/** The innermost folder that all files are in. */
function commonFolder(files: readonly string[]): string {
  const folders = files.map((path) => dirname(resolve(path)));
  let common = folders[0] ?? '.';
  for (const folder of folders) while (!isInside(folder, common)) common = dirname(common);
  return common;
}

/** Whether a picture is at an address, and in no file. */
export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path) && URL.canParse(path);
}

/** The one name of a place that has many. */
export function placeOf(path: string): string {
  return isAddress(path) ? new URL(path).href : resolve(path);
}

/** Whether a path is a folder or lies in it. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way);
}
