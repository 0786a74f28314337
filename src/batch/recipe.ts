// What is done to each picture of a batch: read once, the same for all of them.
import { availableParallelism, totalmem } from 'node:os';
import { invalid, SepconvError } from '../core/errors.js';
import { readName } from '../core/options.js';
import type { Dtype } from '../core/params.js';
import { defaultRuntime } from '../entries/node.js';
import { readBytes } from '../image/files.js';
import * as filters from '../image/filters.js';
import { type Format, formatNames } from '../image/formats.js';
import { type JobTexts, type NamedJob, readJob, readMode } from '../image/named-job.js';
import { type Range, ranges } from '../image/pixels.js';
import { Reserve } from '../image/reserve.js';
import type { Operations } from '../ops/index.js';
import { sha256 } from './journal.js';
import { Room } from './room.js';
import { version } from './version.js';

/** The job, as the command line writes it, and how its results become pictures. */
export interface RecipeOptions extends JobTexts {
  /** How results become samples: `'clamp'` (default), `'abs'` or `'normalize'`. */
  readonly range?: Range | undefined;
  /** Of results that go to no file, whose name would tell; default `'png'`. */
  readonly format?: Format | undefined;
  /** Pixels of the largest picture that is decoded; default 268,402,689. */
  readonly maxPixels?: number | undefined;
  /** Whether outcomes have the SHA-256 of the results' values. Default false. */
  readonly hash?: boolean | undefined;
  /** The runtime that computes; default that of the library. */
  readonly on?: Operations | undefined;
}

export interface Recipe {
  readonly on: Operations;
  readonly range: Range;
  readonly format: Format;
  readonly maxPixels: number | undefined;
  readonly hash: boolean;
  /** SHA-256 of all that decides about a result but the input: options, filters and version. */
  readonly digest: string;
  /** For the pixels that are in hand. */
  readonly room: Room;
  /** For the pictures that are filtered by it. */
  readonly reserve: Reserve;
  jobFor(channels: number, dtype: Dtype): Promise<NamedJob>;
}

/** What a pixel takes on its way: samples, colours as float32 with and without a border, results, and what codecs hold. */
const bytesPerPixel = 96;

/** Whatever is filtered at once in this process shares its memory, of which a container may have less than the machine. */
const room = new Room(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 / bytesPerPixel);

/**
 * Reads the options and the filters.
 *
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_PADDING`, `ERR_FILE`, `ERR_CODEC` where no picture could be filtered so
 */
export async function readRecipe(options: RecipeOptions): Promise<Recipe> {
  const { range, format, maxPixels, hash = false, on = defaultRuntime(), ...texts } = options;
  readMode(texts);
  if (maxPixels !== undefined && !(Number.isInteger(maxPixels) && maxPixels >= 1)) {
    throw invalid('ERR_OPTION', 'maxPixels', 'a whole number of at least 1', maxPixels, 'give a whole number');
  }
  const read = {
    range: readName('range', range, ranges, 'clamp'),
    format: readName('format', format, formatNames, 'png'),
  };
  const jobs = new Map<string, Promise<NamedJob>>();
  const jobFor = (channels: number, dtype: Dtype) => {
    const name = `${channels} ${dtype}`;
    const job = jobs.get(name) ?? readJob(texts, channels, filters, dtype);
    jobs.set(name, job);
    return job;
  };
  await jobFor(3, 'float32').catch((error) => {
    // Filters for grey pictures may fit no colours.
    if (!(error instanceof SepconvError && error.code === 'ERR_SHAPE')) throw error;
  });
  const digest = await digestOf({ ...texts, range: read.range }, texts);
  return { on, ...read, maxPixels, hash, digest, room, reserve: new Reserve(), jobFor };
}

/** Pictures under way at once: as many as compute, and one that is read or written meanwhile. */
export const defaultConcurrency = availableParallelism() + 1;

async function digestOf(settings: object, { kernel, pointwise }: JobTexts): Promise<string> {
  const names = [kernel, pointwise].filter((text) => text !== undefined && filters.isFilterFile(text)) as string[];
  const contents = await Promise.all(names.map(async (name) => sha256(await readBytes('filter', name))));
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return sha256(JSON.stringify([version, given.sort(([a], [b]) => (a < b ? -1 : 1)), contents]));
}
