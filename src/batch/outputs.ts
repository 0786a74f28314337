// Where results go: a name for each picture, settled before any work.
import { access } from 'node:fs/promises';
import { dirname, extname, join, normalize, parse, relative, resolve } from 'node:path';
import { invalid } from '../core/errors.js';
import { formatOf } from '../image/formats.js';
import { type Input, isAddress, isInside, placeOf } from './inputs.js';
import { Journal } from './journal.js';

export interface Assignment {
  readonly input: string;
  readonly output: string;
}

export const defaultName = '{dir}/{stem}.{ext}';

/** The journal of a folder of results. */
export function journalOf(folder: string): string {
  return join(folder, '.sepconv-batch.jsonl');
}

/**
 * Gives each picture the name of its result.
 *
 * @param name with `{dir}` (the picture's place below its folder), `{stem}` (its name) and `{ext}` (its extension, or png
 * where results can not be written so)
 * @throws SepconvError `ERR_OPTION` where two results would have one name, a result would replace a picture or lie outside
 * of the folder, or the name asks for no format
 */
export function assignOutputs(inputs: readonly Input[], folder: string, name: string): Assignment[] {
  const pictures = new Set(inputs.map(({ path }) => placeOf(path)));
  const takenBy = new Map<string, string>();
  return inputs.map((input) => {
    const below = fill(name, input);
    const output = isAddress(folder) ? addressBelow(folder, below) : join(folder, below);
    const place = placeOf(output);
    if (!isInside(join('folder', below), 'folder')) {
      throw invalid('ERR_OPTION', 'name', 'a name below the folder of the results', name, 'leave out ..');
    }
    formatOf(output);
    const other = takenBy.get(place);
    if (other !== undefined) {
      const received = `${output} for ${other} and ${input.path}`;
      throw invalid('ERR_OPTION', 'name', 'a name of its own for each result', received, 'use {dir}, {stem} and {ext}');
    }
    if (pictures.has(place)) {
      throw invalid('ERR_OPTION', 'out-dir', 'results beside no picture of the batch', output, 'choose another folder');
    }
    takenBy.set(place, input.path);
    return { input: input.path, output };
  });
}

/**
 * Checks that no result is there yet, but those that a batch with this journal made.
 *
 * @throws SepconvError (rejects) `ERR_FILE`
 */
export async function checkOutputs(assignments: readonly Assignment[], folder: string, resume: boolean): Promise<void> {
  const ours = resume ? await Journal.read(journalOf(folder)) : undefined;
  const present: string[] = [];
  for (const { output } of assignments) {
    if (ours?.has(output)) continue;
    if (
      await access(output).then(
        () => true,
        () => false,
      )
    )
      present.push(output);
  }
  if (present.length === 0) return;
  const fix = resume ? 'choose another folder, or add --force' : 'choose another folder, or add --resume or --force';
  throw invalid('ERR_FILE', 'output', 'new files', `${present[0]}, one of ${present.length} that exist`, fix);
}

function addressBelow(folder: string, path: string): string {
  const { origin, pathname, search, hash } = new URL(folder);
  if (search || hash) throw invalid('ERR_OPTION', 'out-dir', 'an address without ? and #', folder, 'leave them out');
  return `${origin}${pathname.replace(/\/$/, '')}${join('/', path).split('/').map(encodeURIComponent).join('/')}`;
}

function fill(name: string, input: Input): string {
  const { path, base } = isAddress(input.path) ? { path: pathIn(input.path), base: '/' } : input;
  const { name: stem } = parse(path);
  const parts: Record<string, string> = {
    dir: relative(resolve(base), dirname(resolve(path))),
    stem,
    ext: extensionFor(path),
  };
  return normalize(
    name.replace(/\{(\w*)\}/g, (whole, part: string) => {
      if (parts[part] !== undefined) return parts[part];
      throw invalid('ERR_OPTION', 'name', 'a name with {dir}, {stem} and {ext}', whole, 'name one of them');
    }),
  );
}

function pathIn(address: string): string {
  const { pathname } = new URL(address);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function extensionFor(path: string): string {
  try {
    formatOf(path);
    return extname(path).slice(1);
  } catch {
    return 'png';
  }
}
