// What a job may reach: files below one folder, whatever links are in the way, and the hosts that were allowed.
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { invalid } from '../../core/errors.js';
import { isInside } from '../inputs.js';

/** What a worker grants to jobs. */
export interface Bounds {
  readonly root: string;
  /** `host` or `host:port` of addresses. */
  readonly allowedHosts: readonly string[];
  readonly maxBytes: number;
}

/**
 * The real place of a file to be read.
 *
 * @throws SepconvError (rejects) `ERR_FILE`, `ERR_LIMIT`
 */
export async function readable(argument: string, path: string, { root, maxBytes }: Bounds): Promise<string> {
  const place = await realpath(join(root, path)).catch(() => undefined);
  if (place === undefined || !isInside(resolve(root, path), root) || !isInside(place, await realpath(root))) {
    throw outside(argument, path);
  }
  const { size, ...kind } = await stat(place).then((found) => ({ size: found.size, isFile: found.isFile() }));
  if (!kind.isFile) throw outside(argument, path);
  if (size > maxBytes) throw tooLarge(path, size, maxBytes);
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
  if (!isInside(real, await realpath(root))) throw outside('output', path);
  return join(real, dirname(place).slice(folder.length), basename(place));
}

/**
 * The bytes at an address of an allowed host; what it redirects to is not followed.
 *
 * @throws SepconvError (rejects) `ERR_FILE`, `ERR_LIMIT`
 */
export async function download(address: string, bounds: Bounds, signal: AbortSignal): Promise<Uint8Array> {
  const url = new URL(address);
  const { allowedHosts, maxBytes } = bounds;
  if (!allowedHosts.includes(url.host) || url.username || url.password) {
    throw invalid(
      'ERR_FILE',
      'input',
      'an address of a host that --allow-host names',
      url.host,
      'allow it, or give a file',
    );
  }
  const response = await fetch(url, { redirect: 'error', signal }).catch((cause) => {
    signal.throwIfAborted();
    throw invalid('ERR_FILE', 'input', 'an address that answers', `${url.host} (${cause.message})`, 'check it');
  });
  if (!response.ok) {
    throw invalid('ERR_FILE', 'input', 'an address of a picture', `status ${response.status}`, 'check it');
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(url.host, size, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function outside(argument: string, path: string) {
  return invalid('ERR_FILE', argument, 'a file below the root of the worker', path, 'name a file that is there');
}

function tooLarge(name: string, size: number, most: number) {
  return invalid('ERR_LIMIT', name, `at most ${most} bytes`, size, 'raise --max-bytes if you trust it');
}
