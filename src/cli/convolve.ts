// sepconv [picture]: one picture through one mode.
import { basename } from 'node:path';
import { invalid } from '../core/errors.js';
import { readName } from '../core/options.js';
import type { Dtype } from '../core/params.js';
import type { Tensor, TensorData } from '../core/tensor.js';
import { createRuntime, type Runtime, type RuntimeOptions } from '../entries/node.js';
import { checkPicture, decode, encode, formatOf } from '../image/codec.js';
import { prepareJob } from '../image/convolve.js';
import { checkWritable, readBytes, writeBytes, writeStdout } from '../image/files.js';
import type { Picture, Result } from '../image/picture.js';
import { type Range, ranges, toPixels } from '../image/pixels.js';
import { samplePicture } from '../image/sample.js';
import { backendName } from './backends.js';
import { blocking } from './interrupt.js';
import { type JobTexts, type NamedJob, readJob, readMode } from './job.js';
import { clippedNote, separableNote } from './notes.js';
import { flagOf } from './options.js';
import { outputHash } from './output-hash.js';
import { inProgress } from './progress.js';
import { draw, screenOf } from './show.js';

export interface ConvolveOptions extends JobTexts {
  readonly output?: string;
  readonly backend?: string;
  readonly isa?: string;
  readonly threads?: string;
  readonly range?: string;
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
  const runtime = await createRuntime(readRuntimeOptions(options));
  const picture: Picture = path === undefined ? samplePicture() : await decode(await readBytes('picture', path), path);
  const named = await readJob(options, picture.image.shape[3], resultType(picture, range, options.output));
  const notes = [...named.notes, separableNote(named, picture.image.shape)].filter((note) => note !== undefined);
  for (const sentence of notes) note(sentence);
  const { result, milliseconds } = await inProgress(named.mode, () => run(runtime, picture, named));
  const { output, json } = options;
  const isPicture = target.isShown || (output !== undefined && formatOf(output) !== 'npy');
  const clipped = isPicture ? clippedNote(result.image, range, picture.maximum, named) : undefined;
  const after = [named.job.separation?.reason, clipped, result.alpha && output && lostAlpha(output)];
  notes.push(...after.filter((sentence) => sentence !== undefined));
  if (target.isShown) checkPicture(result.image, 'the terminal');
  if (output !== undefined) await write(output, result, range, options.force === true);
  if (target.isShown) await show(result, range);
  const report = describeRun(runtime, picture, result.image, named, milliseconds);
  if (json) {
    const files = { input: path ?? null, output: output ?? null };
    await writeStdout(`${JSON.stringify({ mode: named.mode, ...files, ...report, range, notes })}\n`);
  }
  for (const sentence of after) if (sentence !== undefined) note(sentence);
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
    await checkWritable(output, options.force === true);
  }
  return { isShown };
}

/** An empty variable of the environment is as good as none. */
function readRuntimeOptions({ backend, isa, threads }: ConvolveOptions): RuntimeOptions {
  return {
    backend: (backend || undefined) as RuntimeOptions['backend'],
    isa: isa || undefined,
    threads: threads ? Number(threads) : undefined,
  };
}

/** Samples stay samples, where nothing but clamping them becomes of the results. */
function resultType({ dtype }: Picture, range: Range, output: string | undefined): Dtype {
  const isRaw = output !== undefined && formatOf(output) === 'npy';
  return range === 'clamp' && !isRaw ? dtype : 'float32';
}

function run(runtime: Runtime, picture: Picture, { job }: NamedJob): { result: Result; milliseconds: number } {
  const prepared = prepareJob(runtime, picture, job);
  try {
    const begin = performance.now();
    const image = blocking(() => prepared.run());
    const milliseconds = Math.round((performance.now() - begin) * 1000) / 1000;
    return { result: { image, alpha: prepared.alpha, maximum: picture.maximum }, milliseconds };
  } finally {
    prepared[Symbol.dispose]();
  }
}

async function write(path: string, result: Result, range: Range, force: boolean): Promise<void> {
  const bytes = await encode(result, formatOf(path), range);
  if (path === '-') await writeStdout(bytes);
  else await writeBytes(path, bytes, force);
}

async function show(result: Result, range: Range): Promise<void> {
  const [, height, width] = result.image.shape;
  const samples = toPixels(result.image.data, range, result.maximum, 255);
  await writeStdout(draw(samples, width, height, screenOf(process.stdout)));
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
  const all: NamedJob['settings'] = { ...settings, ...(range && { range }) };
  const told = Object.entries(all).filter(([, value]) => value !== false);
  const words = told.map(([name, value]) => `${flagOf(name)}${value === true ? '' : ` ${shortened(String(value))}`}`);
  const sizes = `${sizeText(input)} → ${sizeText(output)}`;
  return `${[mode, ...words].join(', ')}: ${sizes} on ${backendName(info)} in ${milliseconds} ms`;
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** Height × width × channels, as the tensors have it. */
function sizeText({ shape: [, height, width, channels] }: Tensor<TensorData>): string {
  return `${height}×${width}×${channels}`;
}

function lostAlpha(path: string): string | undefined {
  const format = formatOf(path);
  return format === 'jpeg' || format === 'npy'
    ? `${basename(path)} has no alpha: ${format} does not keep it`
    : undefined;
}

/** Says something beside the result, where a person is watching. */
function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}
