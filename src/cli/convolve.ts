// sepconv [picture]: one picture through one mode.
import { basename } from 'node:path';
import type { TensorData } from '../core/arrays.js';
import { invalid } from '../core/errors.js';
import { readName } from '../core/options.js';
import type { Tensor } from '../core/tensor.js';
import { createRuntime, type Runtime, type RuntimeOptions } from '../entries/node.js';
import { decode } from '../image/decode.js';
import { encode, toScreen } from '../image/encode.js';
import { checkWritable, readBytes, writeBytes, writeStdout } from '../image/files.js';
import { applyJob, resultType } from '../image/filter-picture.js';
import * as filters from '../image/filters.js';
import { checkPicture, type Format, formatOf } from '../image/formats.js';
import { type JobTexts, type NamedJob, readJob, readMode, settingsText } from '../image/named-job.js';
import { readMaxPixels } from '../image/option-texts.js';
import { outputHash } from '../image/output-hash.js';
import type { Picture, Result } from '../image/picture.js';
import { type Range, ranges } from '../image/pixels.js';
import { samplePicture } from '../image/sample.js';
import { backendName } from './backends.js';
import { clippedNote, separableNote } from './notes.js';
import { inProgress } from './progress.js';
import { draw, screenOf } from './show.js';

/** What computes. */
export interface MachineTexts {
  readonly backend?: string;
  readonly isa?: string;
  readonly threads?: string;
}

export interface ConvolveOptions extends JobTexts, MachineTexts {
  readonly output?: string;
  readonly range?: string;
  readonly maxPixels?: string;
  readonly show?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/**
 * Convolves a picture, or the built-in one, and writes, shows or reports the result.
 *
 * @param path of a picture; `-` is standard input
 * @throws SepconvError (rejects)
 */
export async function convolve(path: string | undefined, options: ConvolveOptions): Promise<void> {
  readMode(options);
  const range = readName('range', options.range, ranges, 'clamp');
  const target = await readTarget(path, options);
  const maxPixels = readMaxPixels(options);
  const runtime = await createRuntime(readRuntimeOptions(options));
  const picture: Picture =
    path === undefined
      ? samplePicture()
      : await inProgress('reading', async () => decode(await readBytes('picture', path), path, { maxPixels }));
  const { output, json } = options;
  const format = output === undefined ? undefined : formatOf(output);
  const named = await readJob(options, picture.image.shape[3], filters, resultType(picture, range, format));
  const before = [...(picture.notes ?? []), ...named.notes, separableNote(named, picture.image.shape)];
  const notes = before.filter((note) => note !== undefined);
  for (const sentence of notes) note(sentence);
  const { result, milliseconds } = await inProgress(named.mode, () => run(runtime, picture, named, format));
  const isPicture = target.isShown || (format !== undefined && format !== 'npy');
  const clipped = isPicture ? clippedNote(result.image, range, picture.maximum, named) : undefined;
  if (target.isShown) checkPicture(result.image.shape, 'the terminal');
  const lost = format === undefined ? [] : await write(output!, result, format, range, options.force === true);
  const after = [named.job.separation?.reason, clipped, ...lost].filter((sentence) => sentence !== undefined);
  notes.push(...after);
  if (target.isShown) await show(result, range);
  if (json) {
    const report = describeRun(runtime, picture, result.image, named, milliseconds);
    const files = { input: path ?? null, output: output ?? null };
    await writeStdout(`${JSON.stringify({ mode: named.mode, ...files, ...report, range, notes })}\n`);
  }
  for (const sentence of after) note(sentence);
  note(sentenceOf(named, runtime, milliseconds, picture.image, result.image, isPicture ? range : undefined));
}

/** Settles where the result goes, before any work. */
async function readTarget(path: string | undefined, options: ConvolveOptions): Promise<{ isShown: boolean }> {
  const { output, json, show: asked } = options;
  const isPlain = output === undefined && !json;
  const isShown = asked === true || (isPlain && (path === undefined || process.stdout.isTTY === true));
  if (Number(isShown) + Number(json === true) + Number(output === '-') > 1) {
    throw invalid('ERR_OPTION', 'output', 'one of --show, --json and -o - on standard output', 'several', 'choose one');
  }
  if (isPlain && !isShown) {
    throw invalid(
      'ERR_OPTION',
      'output',
      '-o FILE, -o -, --show or --json',
      'none of them',
      'say where the result goes',
    );
  }
  if (output !== undefined && output !== '-') {
    formatOf(output);
    await checkWritable('output', output, options.force === true);
  }
  return { isShown };
}

/** An empty variable of the environment is as good as none; what is no number of threads is refused as it was given. */
export function readRuntimeOptions({ backend, isa, threads }: MachineTexts): RuntimeOptions {
  return {
    backend: (backend || undefined) as RuntimeOptions['backend'],
    isa: isa || undefined,
    threads: (Number(threads) || threads || undefined) as RuntimeOptions['threads'],
  };
}

async function run(runtime: Runtime, picture: Picture, { job }: NamedJob, format: Format | undefined) {
  const { result, milliseconds } = await applyJob(runtime, picture, job, { format });
  return { result, milliseconds: Math.round(milliseconds * 1000) / 1000 };
}

/** @returns what the format could not hold */
async function write(path: string, result: Result, format: Format, range: Range, force: boolean): Promise<string[]> {
  const { bytes, notes } = await inProgress('writing', () => encode(result, format, range));
  if (path === '-') await writeStdout(bytes);
  else await writeBytes('output', path, bytes, force);
  return notes.map((sentence) => `${basename(path)}: ${sentence}`);
}

async function show(result: Result, range: Range): Promise<void> {
  const [, height, width] = result.image.shape;
  await writeStdout(draw(await toScreen(result, range), width, height, screenOf(process.stdout)));
}

function describeRun(
  runtime: Runtime,
  picture: Picture,
  output: Tensor<TensorData>,
  { job, settings }: NamedJob,
  milliseconds: number,
) {
  const { backend, isa, threads } = runtime.info;
  return {
    operation: job.op,
    inputShape: picture.image.shape,
    bits: picture.maximum === 255 ? 8 : 16,
    alpha: picture.alpha !== undefined,
    outputShape: output.shape,
    kernel: null,
    pointwise: null,
    ...settings,
    filterShapes: job.filters.map(({ shape }) => shape),
    separation: job.separation ?? null,
    backend,
    isa,
    threads,
    milliseconds,
    dtype: output.data instanceof Uint8Array ? 'uint8' : 'float32',
    sha256: outputHash(output.data),
  };
}

/** What ran, with every filter and option, and how the sizes changed. */
function sentenceOf(
  { mode, settings }: NamedJob,
  { info }: Runtime,
  milliseconds: number,
  input: Tensor<TensorData>,
  output: Tensor<TensorData>,
  range: Range | undefined,
): string {
  const told = settingsText(mode, { ...settings, ...(range && { range }) });
  return `${told}: ${sizeText(input)} → ${sizeText(output)} on ${backendName(info)} in ${milliseconds} ms`;
}

/** Height × width × channels, as the tensors have it. */
function sizeText({ shape: [, height, width, channels] }: Tensor<TensorData>): string {
  return `${height}×${width}×${channels}`;
}

/** Says something beside the result, where a person is watching. */
function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}
