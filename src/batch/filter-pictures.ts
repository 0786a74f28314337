// Many pictures: several under way at once, each with its own outcome.
import { checkOptions } from '../core/options.js';
import { iteratorOf, readStreamOptions, type Source, streamOf } from '../core/stream.js';
import { Journal } from './journal.js';
import { type PictureItem, processPicture } from './process-picture.js';
import { defaultConcurrency, type RecipeOptions, readRecipe } from './recipe.js';

export interface FilterPicturesOptions extends RecipeOptions {
  /** Pictures under way at once. Default: the processor's threads and one more. */
  readonly concurrency?: number | undefined;
  /** Whether outcomes come in the order of the pictures, as by default, or as they are ready. */
  readonly ordered?: boolean | undefined;
  /** Ends the batch at once: the consumer gets `signal.reason`, and no output is left half-written. */
  readonly signal?: AbortSignal | undefined;
  /** Whether existing files are replaced. Default false: such a picture fails. */
  readonly force?: boolean | undefined;
  /** A file that lists what was written, beside the outputs. */
  readonly journal?: string | undefined;
  /** Whether what the journal lists, and is still there as it was written, is passed over. */
  readonly resume?: boolean | undefined;
}

/** A picture: the path of a file, its bytes, or either with a file for the result. */
export type PictureSource = string | Uint8Array | PictureItem;

type Processed = Awaited<ReturnType<typeof processPicture>>;

/** What became of a picture. `error` is a `SepconvError` where the picture, its filters or its files are at fault. */
export type PictureOutcome = PictureItem & (Processed | { readonly status: 'failed'; readonly error: Error });

/**
 * Filters many pictures, each by the same job, while the event loop goes on. Reading, decoding, computing, encoding and
 * writing of different pictures overlap, and memory stays bounded however many there are: a picture waits until there is
 * room for its pixels. One that fails is told, and the others go on.
 *
 * Needs the package `sharp`, but for .npy.
 *
 * ```ts
 * for await (const outcome of filterPictures(['a.jpg', bytes], { kernel: 'gaussian:9', mode: 'spatial' })) {
 *   if (outcome.status === 'done') use(outcome.bytes)
 * }
 * ```
 *
 * @param pictures an iterable, an async iterable or a ReadableStream
 * @throws SepconvError (rejects, at the first outcome) `ERR_OPTION`, `ERR_PADDING`, `ERR_FILE`, `ERR_CODEC` where the
 * options or the filters can be for no picture; and with `signal.reason`
 */
export async function* filterPictures(
  pictures: Source<PictureSource>,
  options: FilterPicturesOptions = {},
): AsyncGenerator<PictureOutcome, void, undefined> {
  checkOptions(options, known);
  const { concurrency, ordered, signal, force = false, journal: path, resume = false, ...job } = options;
  const settings = readStreamOptions({ concurrency, ordered, signal }, defaultConcurrency);
  const recipe = await readRecipe(job);
  const journal = path === undefined ? undefined : await Journal.read(path);
  const start = async (source: PictureSource, ended: AbortSignal): Promise<PictureOutcome> => {
    const item = typeof source === 'string' || source instanceof Uint8Array ? { input: source } : source;
    try {
      return { ...item, ...(await processPicture(item, recipe, { force, journal, resume }, ended)) };
    } catch (error) {
      if (ended.aborted) throw error;
      return { ...item, status: 'failed', error: error as Error };
    }
  };
  try {
    yield* streamOf(iteratorOf(pictures), start, settings);
  } finally {
    await journal?.close();
  }
}

const known: readonly (keyof FilterPicturesOptions)[] = [
  ...(['mode', 'kernel', 'pointwise', 'window', 'strides', 'dilations', 'padding', 'border', 'bias'] as const),
  ...(['activation', 'flip', 'ceilMode', 'countIncludePad', 'range', 'format', 'maxPixels', 'hash', 'on'] as const),
  ...(['concurrency', 'ordered', 'signal', 'force', 'journal', 'resume'] as const),
];
