// One picture of the queue, within what the worker grants.
import { sep } from 'node:path';
import { SepconvError } from '../../core/errors.js';
import { isFilterFile } from '../../image/filters.js';
import { type Format, formatOf } from '../../image/formats.js';
import { removeLeftovers } from '../../image/temporaries.js';
import type { Operations } from '../../ops/index.js';
import { isAddress } from '../inputs.js';
import { processPicture } from '../process-picture.js';
import { type Recipe, readRecipe } from '../recipe.js';
import { version } from '../version.js';
import { type Bounds, readable, writable } from './confine.js';
import { checkAllowed, download, upload } from './http.js';
import type { PictureAnswer, PictureJob } from './picture-job.js';

export interface WorkSettings extends Bounds {
  readonly on: Operations;
  readonly maxPixels: number | undefined;
  readonly maxSeconds: number;
}

/** @param hasBegun whether some worker began it before, and may have been killed while it wrote */
export async function work(
  job: PictureJob,
  settings: WorkSettings,
  hasBegun: boolean,
  cancelled?: AbortSignal,
): Promise<PictureAnswer> {
  if (job.version !== version) {
    const message = `version: this worker is ${version}, and the results are to be those of ${job.version}; install the same`;
    throw new SepconvError('ERR_OPTION', message, { argument: 'version', expected: job.version, received: version });
  }
  const limit = AbortSignal.timeout(settings.maxSeconds * 1000);
  const signal = cancelled ? AbortSignal.any([cancelled, limit]) : limit;
  try {
    return await filter(job, settings, hasBegun, signal);
  } catch (error) {
    if (!limit.aborted || error !== limit.reason) throw error;
    throw new SepconvError('ERR_LIMIT', `picture: took more than ${settings.maxSeconds} s; raise --max-seconds`);
  }
}

/** An error as it may be told beyond this machine: with its code, and files by their place below the root. */
export function tellable(error: unknown, { root }: Bounds): string {
  const message = error instanceof Error ? error.message : String(error);
  const places = [root, JSON.stringify(root).slice(1, -1)];
  const told = places.reduce((text, place) => text.replaceAll(`${place}${sep}`, '').replaceAll(place, '.'), message);
  return error instanceof SepconvError ? `${error.code}: ${told}` : told;
}

async function filter(job: PictureJob, settings: WorkSettings, hasBegun: boolean, signal: AbortSignal) {
  const isSent = isAddress(job.output);
  const format = isSent ? formatOf(checkAllowed('output', job.output, settings).pathname) : undefined;
  const output = isSent ? undefined : await writable(job.output, settings);
  const input = isAddress(job.input)
    ? await download(job.input, settings, signal)
    : await readable('input', job.input, settings);
  if (hasBegun && output !== undefined) await removeLeftovers([output]);
  const recipe = await recipeOf(job, settings, format);
  const answer = await processPicture({ input, output }, recipe, { force: true }, signal);
  if (answer.status === 'skipped') throw new Error('nothing is passed over without a journal');
  const { bytes, milliseconds, notes, sha256, fileSha256 } = answer;
  if (bytes !== undefined) await upload(job.output, bytes, settings, signal);
  return { milliseconds, notes, sha256, fileSha256 };
}

/** A filter in a file is confined as pictures are. */
async function recipeOf(
  { texts, range, hash }: PictureJob,
  settings: WorkSettings,
  format: Format | undefined,
): Promise<Recipe> {
  const confined = async (name: 'kernel' | 'pointwise') => {
    const text = texts[name];
    return text !== undefined && isFilterFile(text) ? await readable(name, text, settings) : text;
  };
  const [kernel, pointwise] = [await confined('kernel'), await confined('pointwise')];
  const given = { ...texts, ...(kernel !== undefined && { kernel }), ...(pointwise !== undefined && { pointwise }) };
  return readRecipe({ ...given, range, hash, format, maxPixels: settings.maxPixels, on: settings.on });
}
