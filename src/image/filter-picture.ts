// One picture from its file to another: decoded, filtered and encoded, with nothing to know of paths, texts or terminals.
import type { Dtype } from '../core/params.js';
import type { Operations } from '../ops/index.js';
import { prepareJob } from './convolve.js';
import { type DecodeOptions, decode } from './decode.js';
import { type Encoded, encode } from './encode.js';
import { checkHolds, type Format } from './formats.js';
import type { Job } from './job.js';
import type { Picture, Result } from './picture.js';
import type { Range } from './pixels.js';
import { Reserve } from './reserve.js';
import { roundedSamples } from './samples.js';

/** What is done to a picture, whatever its channels are. */
export interface PictureTask extends DecodeOptions {
  /** The job for a picture of so many channels; `dtype` is that of the results, where the operation has both. */
  readonly jobFor: (channels: number, dtype: Dtype) => Job | Promise<Job>;
  readonly format: Format;
  /** How results become samples. */
  readonly range: Range;
  /** Ends the work: between its parts, and inside of the operation. */
  readonly signal?: AbortSignal | undefined;
}

export interface FilteredPicture extends Encoded {
  readonly picture: Picture;
  readonly job: Job;
  readonly result: Result;
  readonly milliseconds: { readonly decode: number; readonly kernel: number; readonly encode: number };
}

/**
 * From encoded bytes to encoded bytes. Whether the format holds the result is known before it is computed.
 *
 * @param name the file's name, for errors
 * @throws SepconvError (rejects) `ERR_CODEC`, `ERR_LIMIT`, `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_MEMORY`, and what
 * `jobFor` throws; with `signal.reason` when it is aborted
 */
export async function filterPicture(
  on: Operations,
  bytes: Uint8Array,
  name: string,
  task: PictureTask,
): Promise<FilteredPicture> {
  const { format, range, signal } = task;
  signal?.throwIfAborted();
  const begin = performance.now();
  const picture = await decode(bytes, name, task);
  const decoded = performance.now();
  const job = await task.jobFor(picture.image.shape[3], resultType(picture, range, format));
  const { result, milliseconds: kernel } = await applyJob(on, picture, job, task);
  const computed = performance.now();
  signal?.throwIfAborted();
  const encoded = await encodeResult(on, result, task);
  return {
    bytes: encoded.bytes,
    notes: [...(picture.notes ?? []), ...encoded.notes],
    picture,
    job,
    result,
    milliseconds: { decode: decoded - begin, kernel, encode: performance.now() - computed },
  };
}

/** Results of 8 bits are rounded by the kernels first. */
async function encodeResult(on: Operations, result: Result, { format, range, reserve = new Reserve() }: PictureTask) {
  const { data, shape } = result.image;
  const isRounded = range === 'clamp' && format !== 'npy' && result.maximum === 255 && data instanceof Float32Array;
  if (!isRounded) return encode(result, format, range);
  const image = roundedSamples(on, { data, shape }, reserve);
  const encoded = await encode({ ...result, image }, format, range);
  reserve.give(image);
  return encoded;
}

/**
 * The type that a job's results may have: samples stay samples, where nothing but clamping them becomes of the results.
 *
 * @param format of the file that they are for; absent where they are for none
 */
export function resultType({ dtype }: Picture, range: Range, format: Format | undefined): Dtype {
  return range === 'clamp' && format !== 'npy' ? dtype : 'float32';
}

export interface ApplyOptions {
  readonly format?: Format | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly reserve?: Reserve | undefined;
}

/**
 * Runs a job on a decoded picture, once it is clear that the format, where there is one, can hold the result.
 *
 * @returns the result, and the time of the operation alone
 * @throws SepconvError (rejects) `ERR_SHAPE`, `ERR_LIMIT`, `ERR_OPTION`, `ERR_PADDING`, `ERR_MEMORY`
 */
export async function applyJob(
  on: Operations,
  picture: Picture,
  job: Job,
  { format, signal, reserve }: ApplyOptions = {},
) {
  const prepared = prepareJob(on, picture, job, reserve);
  try {
    if (format !== undefined) checkHolds(format, prepared.outputShape);
    const begin = performance.now();
    const image = await prepared.run(signal);
    const milliseconds = performance.now() - begin;
    const { maximum, rank, profile } = picture;
    const result: Result = { image, alpha: prepared.alpha, maximum, rank, profile };
    return { result, milliseconds };
  } finally {
    prepared[Symbol.dispose]();
  }
}
