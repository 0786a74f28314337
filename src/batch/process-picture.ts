// One picture of a batch, from where it lies to where its result goes.
import { dirname } from 'node:path';
import { makeFolder, readBytes, writeBytes } from '../image/files.js';
import { filterPicture } from '../image/filter-picture.js';
import { formatOf } from '../image/formats.js';
import { outputHash } from '../image/output-hash.js';
import { type Journal, sha256 } from './journal.js';
import type { Recipe } from './recipe.js';

/** A picture: a file or its bytes, and the file that its result goes to, or none. */
export interface PictureItem {
  readonly input: string | Uint8Array;
  readonly output?: string | undefined;
}

export interface Target {
  /** Replaces existing files. */
  readonly force: boolean;
  readonly journal?: Journal | undefined;
  /** Passes over what the journal says is done. */
  readonly resume?: boolean | undefined;
}

interface Skipped {
  readonly status: 'skipped';
}

interface Done {
  readonly status: 'done';
  /** The encoded result; absent where it went to a file. */
  readonly bytes?: Uint8Array | undefined;
  readonly notes: readonly string[];
  readonly milliseconds: { readonly decode: number; readonly kernel: number; readonly encode: number };
  /** Of the results' values, as the command line tells it; where it was asked for. */
  readonly sha256?: string | undefined;
  /** SHA-256 of the encoded result. */
  readonly fileSha256: string;
}

/**
 * @throws SepconvError (rejects) what reading, filtering and writing throw; with `signal.reason` when it is aborted. No
 * output is left half-written
 */
export async function processPicture(
  { input, output }: PictureItem,
  recipe: Recipe,
  { force, journal, resume = false }: Target,
  signal?: AbortSignal,
): Promise<Skipped | Done> {
  const bytes = typeof input === 'string' ? await readBytes('picture', input) : input;
  const key = journal && output !== undefined ? keyOf(bytes, recipe) : undefined;
  if (resume && key && (await journal?.isDone(output!, key))) return { status: 'skipped' };
  let release = () => {};
  const admit = async (pixels: number) => {
    release = await recipe.room.take(pixels);
    signal?.throwIfAborted();
  };
  try {
    const { range, maxPixels } = recipe;
    const format = output === undefined ? recipe.format : formatOf(output);
    const notes: string[] = [];
    const jobFor: Parameters<typeof filterPicture>[3]['jobFor'] = async (channels, dtype) => {
      const named = await recipe.jobFor(channels, dtype);
      notes.push(...named.notes);
      return named.job;
    };
    const name = typeof input === 'string' ? input : 'picture';
    const task = { jobFor, format, range, maxPixels, admit, signal, reserve: recipe.reserve };
    const filtered = await filterPicture(recipe.on, bytes, name, task);

    const told = {
      status: 'done',
      notes: [...notes, ...filtered.notes],
      milliseconds: filtered.milliseconds,
      sha256: recipe.hash ? outputHash(filtered.result.image.data) : undefined,
      fileSha256: sha256(filtered.bytes),
    } as const;
    for (const { image } of [filtered.picture, filtered.result]) recipe.reserve.give(image);
    if (output === undefined) return { ...told, bytes: filtered.bytes };
    await makeFolder('output', dirname(output));
    const isOurs = resume && journal?.has(output) === true;
    if (key) await journal?.add(output, key, told.fileSha256);
    await writeBytes('output', output, filtered.bytes, force || isOurs);
    return told;
  } finally {
    release();
  }
}

/** Stands for all that decides about a result: the input's bytes, the options, the version. */
export function keyOf(input: Uint8Array, { digest }: Recipe): string {
  return sha256(`${sha256(input)} ${digest}`);
}
