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
import { type JobTexts, type NamedJob, readJob } from './job.js';
import { outputHash } from './output-hash.js';
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
  const range = readName('range', options.range, ranges, 'clamp');
  const target = await readTarget(path, options);
  const runtime = await createRuntime(readRuntimeOptions(options));
  const picture: Picture = path === undefined ? samplePicture() : await decode(await readBytes('picture', path), path);
  const named = await readJob(options, picture.image.shape[3], resultType(picture, range, options.output));
  const { result, milliseconds } = run(runtime, picture, named);
  if (target.isShown) checkPicture(result.image, 'the terminal');
  if (options.output !== undefined) await write(options.output, result, range, options.force === true);
  if (target.isShown) await show(result, range);
  if (options.json) {
    const report = describeRun(runtime, picture, result.image, named, milliseconds);
    const files = { input: path ?? null, output: options.output ?? null };
    await writeStdout(`${JSON.stringify({ mode: named.mode, ...files, ...report })}\n`);
  }
  if (named.job.separation) note(named.job.separation.reason);
  note(
    `${named.mode} on ${backendName(runtime.info)} in ${milliseconds} ms: ${sizeText(picture.image)} → ${sizeText(result.image)}`,
  );
  if (result.alpha && options.output !== undefined) noteAlpha(options.output);
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
  { job, kernelName, pointwiseName }: NamedJob,
  milliseconds: number,
) {
  const { backend, isa, threads } = runtime.info;
  return {
    operation: job.op,
    inputShape: picture.image.shape,
    bits: picture.maximum === 255 ? 8 : 16,
    alpha: picture.alpha !== undefined,
    outputShape: output.shape,
    kernel: kernelName ?? null,
    pointwise: pointwiseName ?? null,
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

function sizeText({ shape: [, height, width, channels] }: Tensor<TensorData>): string {
  return `${width}×${height}×${channels}`;
}

function noteAlpha(path: string): void {
  const format = formatOf(path);
  if (format === 'jpeg' || format === 'npy') note(`${basename(path)} has no alpha: ${format} does not keep it`);
}

/** Says something beside the result, where a person is watching. */
function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}
