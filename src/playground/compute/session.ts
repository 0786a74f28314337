// What the worker does for the page: one picture, and everything that is computed of it.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { answersOf } from '../../conformance/run.js';
import { titleOf, type Vectors } from '../../conformance/vectors.js';
import { prepareJob } from '../../image/convolve.js';
import { outputBytes } from '../../image/output-bytes.js';
import type { Picture } from '../../image/picture.js';
import { toPixels } from '../../image/pixels.js';
import type { Place, Settings } from '../settings.js';
import { breakSums } from './break.js';
import { type CodeFor, codeFor } from './code.js';
import { type Costs, costsOf, type Factors, factorsOf, layerCosts } from './costs.js';
import { type Inspection, inspect } from './inspect.js';
import { effectiveOptions, type ReadSettings, readSettings, refusalsOf, type WindowOption } from './job.js';
import {
  createRuntime,
  defaultRuntime,
  type Operations,
  type RuntimeInfo,
  type Tensor,
  type TensorData,
} from './library.js';
import { toPicture } from './picture.js';
import { namesOf, type Result } from './result.js';
import { explainStack, type StackRow } from './stack.js';
import { stagesOf } from './stages.js';
import type { Rule } from './sums.js';

/** Numbers as a grid, and the text that they were read from. */
export interface Grid {
  readonly text: string;
  readonly rows: number;
  readonly columns: number;
  readonly values: readonly number[];
}

export interface Outcome {
  /** RGBA. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly channelNames: readonly string[];
  readonly dtype: 'float32' | 'uint8';
  readonly sha256: string;
  readonly milliseconds: number;
  readonly backend: RuntimeInfo;
  readonly extremes: readonly [number, number];
  /** The share of values outside of 0–255, which `clamp` loses. */
  readonly clipped: number;
  readonly kernel?: Grid | undefined;
  readonly pointwise?: Grid | undefined;
  readonly inputNames: readonly string[];
  readonly note?: string | undefined;
  /** What holds of the windows, and why other options do not apply. */
  readonly effective: Partial<Record<WindowOption, string>>;
  readonly refusals: Partial<Record<WindowOption, string>>;
  readonly costs: Costs;
  readonly factors?: Factors | undefined;
  readonly code: CodeFor;
}

export interface Comparison {
  readonly values: number;
  readonly differing: number;
  readonly backend: string;
  readonly milliseconds: number;
  readonly referenceMilliseconds: number;
}

export interface Breakage {
  readonly values: number;
  readonly differing: number;
  /** The largest difference, in units of the last place that both share. */
  readonly largest: number;
  readonly example?:
    | { readonly y: number; readonly x: number; readonly ours: number; readonly theirs: number }
    | undefined;
}

export interface Verification {
  /** Those that run in this browser. */
  readonly backends: readonly ('wasm' | 'reference')[];
  readonly rows: readonly VerifiedRow[];
}

export interface VerifiedRow {
  readonly operation: string;
  readonly title: string;
  readonly recorded: string;
  /** What each backend gave. */
  readonly received: readonly string[];
}

let picture: Picture | undefined;
let result: Result | undefined;
let reason: string | undefined;

function current(): Picture {
  if (picture === undefined) throw new Error('there is no picture yet');
  return picture;
}

/** What the page may ask for. */
export const session = {
  /** Says why there are no kernels. */
  setReason(sentence: string | undefined): void {
    reason = sentence;
  },

  /** Takes a picture, RGBA. */
  setPicture(rgba: Uint8ClampedArray, height: number, width: number): void {
    picture = toPicture(rgba, height, width);
    result = undefined;
  },

  async run(settings: Settings): Promise<Outcome> {
    const read = await readSettings(settings, current().image.shape[3]);
    const { output, alpha, milliseconds } = await compute(defaultRuntime(), read);
    const { image } = current();
    const extremes = extremesOf(output.data);
    result = {
      image,
      job: read.job,
      range: read.range,
      output,
      stages: stagesOf(read.job, image.shape),
      extremes,
      isTransparent: alpha !== undefined,
    };
    const [, height, width, channels] = output.shape;
    return {
      pixels: toRgba(output, toPixels(output.data, { range: read.range }), alpha),
      height,
      width,
      channels,
      channelNames: namesOf(channels),
      dtype: read.job.dtype,
      sha256: await digest(output.data),
      milliseconds,
      backend: told(defaultRuntime().info),
      extremes,
      clipped: clippedShare(output.data),
      kernel: gridOf(read.settings.kernel, read.kernel),
      pointwise: gridOf(
        read.settings.pointwise,
        read.settings.pointwise === undefined ? undefined : read.job.filters.at(-1),
      ),
      inputNames: namesOf(image.shape[3]),
      note: [...read.notes, ...(read.job.separation ? [read.job.separation.reason] : [])].join('; ') || undefined,
      effective: effectiveOptions(read),
      refusals: refusalsOf(read, image.shape),
      costs: costsOf(read.job, image.shape),
      factors: read.kernel && factorsOf(read.kernel),
      code: codeFor(read, image.shape),
    };
  },

  inspect(place: Place): Inspection | undefined {
    return result && inspect(result, place);
  },

  async compare(settings: Settings): Promise<Comparison> {
    const read = await readSettings(settings, current().image.shape[3]);
    const runtime = defaultRuntime();
    await compute(runtime, read);
    const ours = await compute(runtime, read);
    const reference = await compute(await createRuntime({ backend: 'reference' }), read);
    return {
      values: ours.output.data.length,
      differing: differing(ours.output.data, reference.output.data),
      backend: nameOf(runtime.info),
      milliseconds: ours.milliseconds,
      referenceMilliseconds: reference.milliseconds,
    };
  },

  async breakSums(settings: Settings, rule: Rule): Promise<Breakage> {
    const { job, ...read } = await readSettings(settings, current().image.shape[3]);
    const plain = { ...job, dtype: 'float32' as const };
    const { output } = await compute(defaultRuntime(), { ...read, job: plain });
    return breakSums(current().image, plain, output as Tensor, rule);
  },

  async verify(): Promise<Verification> {
    const backends = (['wasm', 'reference'] as const).slice(defaultRuntime().info.backend === 'wasm' ? 0 : 1);
    const response = await fetch(new URL('../../../conformance/vectors-v1.json', import.meta.url));
    const vectors = (await response.json()) as Vectors;
    const runtimes = await Promise.all(backends.map((backend) => createRuntime({ backend })));
    const answers = runtimes.map((on) => answersOf(on, vectors, hashOf));
    const rows = Object.entries(vectors.cases)
      .flatMap(([operation, cases]) => cases.map((vector) => ({ operation, vector })))
      .map(({ operation, vector }, i) => ({
        operation,
        title: titleOf(vector),
        recorded: vector.sha256,
        received: answers.map((each) => each[i].received),
      }));
    return { backends, rows };
  },

  costs(channels: number, kernelSize: number, height: number, width: number) {
    return layerCosts(channels, kernelSize, height, width);
  },

  stack(text: string): readonly StackRow[] {
    const [, height, width, channels] = current().image.shape;
    return explainStack(text, [1, height, width, channels]);
  },
};

export type Session = typeof session;

async function compute(on: Operations, { job }: Pick<ReadSettings, 'job'>) {
  const prepared = prepareJob(on, current(), job);
  try {
    const begin = performance.now();
    const output = await prepared.run();
    return { output, alpha: prepared.alpha, milliseconds: performance.now() - begin };
  } finally {
    prepared[Symbol.dispose]();
  }
}

function told(info: RuntimeInfo): RuntimeInfo {
  return reason === undefined ? info : { ...info, reasons: [reason, ...info.reasons] };
}

export function nameOf({ backend, isa }: RuntimeInfo): string {
  return backend === 'reference' ? backend : `${backend}/${isa}`;
}

/** The same by the browser itself, several times as fast; pages without a secure address do not have it. */
async function digest(data: TensorData): Promise<string> {
  const { subtle } = crypto as Partial<Crypto>;
  if (subtle === undefined) return hashOf(data);
  return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', outputBytes(data) as Uint8Array<ArrayBuffer>)));
}

function hashOf(data: TensorData): string {
  return bytesToHex(sha256(outputBytes(data)));
}

function gridOf(name: ReadSettings['settings'][string] | undefined, grid: Tensor | undefined): Grid | undefined {
  const text = name === undefined ? undefined : String(name);
  if (text === undefined || grid?.shape.length !== 2) return undefined;
  return { text, rows: grid.shape[0], columns: grid.shape[1], values: Array.from(grid.data) };
}

function differing(a: TensorData, b: TensorData): number {
  const [left, right] = [a, b].map(bitsOf);
  let count = 0;
  for (let i = 0; i < left.length; i++)
    if (left[i] !== right[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) count++;
  return count;
}

function bitsOf(data: TensorData): Uint32Array | Uint8Array {
  return data instanceof Uint8Array ? data : new Uint32Array(data.buffer, data.byteOffset, data.length);
}

function extremesOf(data: TensorData): [number, number] {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    if (data[i] < least) least = data[i];
    if (data[i] > largest) largest = data[i];
  }
  return [least, largest];
}

function clippedShare(data: TensorData): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] < 0 || data[i] > 255) count++;
  return count / data.length;
}

/** Samples as a canvas takes them: one channel is grey, two lack blue, of more than three the first are shown. */
function toRgba(
  { shape: [, height, width, channels] }: Tensor<TensorData>,
  samples: ArrayLike<number>,
  alpha?: ArrayLike<number>,
) {
  const rgba = new Uint8ClampedArray(height * width * 4);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let c = 0; c < 3; c++) {
      const channel = channels === 1 ? 0 : c;
      rgba[pixel * 4 + c] = channel < channels ? samples[pixel * channels + channel] : 0;
    }
    rgba[pixel * 4 + 3] = alpha ? alpha[pixel] : 255;
  }
  return rgba;
}
