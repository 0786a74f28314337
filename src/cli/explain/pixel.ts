// sepconv explain [picture]: one pixel of the result, worked out with its real numbers.

import type { TensorData } from '../../core/arrays.js';
import { invalid, SepconvError } from '../../core/errors.js';
import { readName } from '../../core/options.js';
import type { Tensor } from '../../core/tensor.js';
import { defaultRuntime } from '../../entries/node.js';
import { prepareJob } from '../../image/convolve.js';
import { decode } from '../../image/decode.js';
import { readBytes } from '../../image/files.js';
import * as filters from '../../image/filters.js';
import { type JobTexts, type NamedJob, readJob, readMode } from '../../image/named-job.js';
import { readMaxPixels } from '../../image/option-texts.js';
import type { Maximum, Picture } from '../../image/picture.js';
import { type Range, ranges, toPixels } from '../../image/pixels.js';
import { samplePicture } from '../../image/sample.js';
import { backendName } from '../backends.js';
import { inProgress } from '../progress.js';
import { type Position, type TracedStage, tracePixel } from './trace.js';

export interface PixelTexts extends JobTexts {
  /** Of the result, `y,x`; default: its middle. */
  readonly at?: string;
  readonly range?: string;
  readonly maxPixels?: string;
}

/** A pixel of a result, with every step to it. */
export interface ExplainedPixel {
  /** Null for the built-in one. */
  readonly picture: string | null;
  readonly mode: NamedJob['mode'];
  readonly settings: NamedJob['settings'];
  readonly notes: readonly string[];
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly at: Position;
  readonly stages: readonly TracedStage[];
  /** One value per output channel, as the backend computed it: the results of the last stage. */
  readonly results: readonly number[];
  readonly backend: string;
  readonly range: Range;
  readonly white: Maximum;
  /** What the results become in a picture. */
  readonly samples: readonly number[];
}

/**
 * Explains a pixel of a picture's result, and compares with what the default backend computes.
 *
 * @param path of the picture; undefined is the built-in one
 * @throws SepconvError (rejects) what the same convolution would throw; `ERR_KERNEL` where the bits differ
 */
export async function explainPixel(path: string | undefined, texts: PixelTexts): Promise<ExplainedPixel> {
  readMode(texts);
  const range = readName('range', texts.range, ranges, 'clamp');
  const maxPixels = readMaxPixels(texts);
  const wanted = texts.at === undefined ? undefined : readPosition(texts.at);
  const { image, alpha, maximum, dtype } =
    path === undefined ? samplePicture() : await decode(await readBytes('picture', path), path, { maxPixels });
  const { mode, job, settings, notes } = await readJob(texts, image.shape[3], filters);
  const runtime = defaultRuntime();
  const output = await inProgress(mode, () => compute({ image, maximum, dtype }, job));
  const at = inside(wanted, output);
  const stages = tracePixel(image, job, at);
  const results = pixelOf(output.data, output, at);
  const traced = stages.at(-1)?.sums.map(({ result }) => result) ?? [];
  const backend = backendName(runtime.info);
  if (!results.every((value, channel) => Object.is(value, traced[channel]))) {
    const sentence = `explain: ${backend} computes ${results.join(', ')}, and the definition gives ${traced.join(', ')}; please report this machine`;
    throw new SepconvError('ERR_KERNEL', sentence);
  }
  const samples = pixelOf(toPixels(output.data, { range, white: maximum }), output, at);
  const isPlain = alpha === undefined;
  return {
    picture: path ?? null,
    mode,
    settings,
    notes: isPlain ? notes : [...notes, 'the colours are taken as they are, without their alpha'],
    inputShape: image.shape,
    outputShape: output.shape,
    at,
    stages,
    results,
    backend,
    range,
    white: maximum,
    samples,
  };
}

async function compute(picture: Picture, job: NamedJob['job']): Promise<Tensor<TensorData>> {
  const prepared = prepareJob(defaultRuntime(), picture, job);
  try {
    return await prepared.run();
  } finally {
    prepared[Symbol.dispose]();
  }
}

function readPosition(text: string): Position {
  const [y, x, more] = text.split(',').map((item) => (/^\s*\d+\s*$/.test(item) ? Number(item) : Number.NaN));
  if (y >= 0 && x >= 0 && more === undefined) return [y, x];
  throw invalid('ERR_OPTION', 'at', 'y,x in the result', text, 'write 12,34 for instance');
}

/** The wanted pixel, or the middle one. */
function inside(wanted: Position | undefined, { shape: [, height, width] }: Tensor<TensorData>): Position {
  const [y, x] = wanted ?? [Math.floor(height / 2), Math.floor(width / 2)];
  if (y < height && x < width) return [y, x];
  const expected = `y,x in the result, up to ${height - 1},${width - 1}`;
  throw invalid('ERR_OPTION', 'at', expected, `${y},${x}`, 'choose a pixel inside');
}

function pixelOf(values: ArrayLike<number>, { shape }: Tensor<TensorData>, [y, x]: Position): number[] {
  const [, , width, channels] = shape;
  return Array.from({ length: channels }, (_, c) => values[(y * width + x) * channels + c]);
}
