// From the texts of the command line to a job for one picture.
import { invalid } from '../core/errors.js';
import { readName } from '../core/options.js';
import { type Border, borders, type Dtype } from '../core/params.js';
import type { Tensor } from '../core/tensor.js';
import { readActivationText } from './activation-texts.js';
import type { FilteredOp } from './filtered-op.js';
import { flip } from './fit.js';
import type { Job, JobOptions } from './job.js';
import { type Mode, type ModeName, type ModeOption, modeNames, modeOptions, modes } from './modes.js';
import { checkChannels, flagOf, readChannelsText, readPaddingText, readPairText } from './option-texts.js';

/** What the user wrote; absent means the default. */
export interface JobTexts {
  readonly mode?: string;
  readonly kernel?: string;
  readonly pointwise?: string;
  readonly window?: string;
  readonly strides?: string;
  readonly dilations?: string;
  readonly padding?: string;
  readonly border?: string;
  readonly bias?: string;
  readonly activation?: string;
  readonly flip?: boolean;
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
}

/** Reads filters by what a user wrote: `./filters.js`, or without files `./filter-texts.js`. */
export interface FilterReader {
  /** @returns [height, width], [height, width, channels] or [height, width, channels, outputs] */
  readKernel(text: string): Tensor | Promise<Tensor>;
  /** @returns [channels, outputs] */
  readMix(text: string, channels: number, argument: string): Tensor | Promise<Tensor>;
}

/** A job and its mode, as a report tells them. */
export interface NamedJob {
  readonly mode: ModeName;
  readonly job: Job;
  /** The filters by name, and every option that the mode has by value, defaults included. */
  readonly settings: Readonly<Record<string, string | number | boolean | readonly number[]>>;
  /** Sentences about defaults that are not the usual ones. */
  readonly notes: readonly string[];
  /** The filter as it was read; undefined in modes without one. */
  readonly kernel: Tensor | undefined;
}

/** `depthwise, kernel sobel-x, strides 1, …`: a mode with its settings, those that are off left out. */
export function settingsText(mode: ModeName, settings: NamedJob['settings']): string {
  const told = Object.entries(settings).filter(([, value]) => value !== false);
  const words = told.map(([name, value]) => (value === true ? flagOf(name) : `${flagOf(name)} ${shortened(value)}`));
  return [mode, ...words].join(', ');
}

function shortened(value: unknown): string {
  const text = String(value).replace(/\s+/g, ' ');
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** The texts of a job among other options. */
export function textsOf(options: JobTexts): JobTexts {
  const names = ['mode', ...modeOptions] as const;
  return Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}

/**
 * Reads the mode, and checks of the other options what needs neither a picture nor a file.
 *
 * @throws SepconvError `ERR_OPTION`, `ERR_ACTIVATION`
 */
export function readMode(texts: JobTexts): ModeName {
  const name = readName('mode', texts.mode, modeNames, 'depthwise');
  const mode: Mode = modes[name];
  const { options } = mode;
  for (const option of modeOptions) {
    if (texts[option] === undefined || options.includes(option)) continue;
    const others = modeNames.filter((other) => (modes[other] as Mode).options.includes(option));
    const fix = `leave it out, or use mode ${others.join(', ')}`;
    throw invalid('ERR_OPTION', flagOf(option), `no --${flagOf(option)} in mode ${name}`, texts[option], fix);
  }
  if (name === 'pointwise' && texts.kernel !== undefined && texts.pointwise !== undefined) {
    const expected = 'one matrix, by --kernel or by --pointwise, in mode pointwise';
    throw invalid('ERR_OPTION', 'kernel', expected, `${texts.kernel} and ${texts.pointwise}`, 'leave one out');
  }
  readOptions(texts, mode);
  readBorder(texts, mode);
  return name;
}

/**
 * Reads a job for a picture of so many channels.
 *
 * @param filters where they are read from
 * @param dtype of the result, where the operation has both and no result can lie outside of its range
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_ACTIVATION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readJob(
  texts: JobTexts,
  channels: number,
  filters: FilterReader,
  dtype: Dtype = 'float32',
): Promise<NamedJob> {
  const name = readMode(texts);
  const mode: Mode = modes[name];
  const given = readOptions(texts, mode);
  const border = readBorder(texts, mode);
  const kernelName = name === 'pointwise' ? undefined : (texts.kernel ?? mode.defaults.kernel?.(given.strides));
  const read = kernelName === undefined ? undefined : await filters.readKernel(kernelName);
  const kernel = read && texts.flip ? flip(read) : read;
  const mixed = channels * (kernel?.shape[3] ?? 1);
  const mix = await readPointwise(texts, mode, name, channels, mixed, filters);
  const operation = mode.operation({ channels, kernel, pointwise: mix?.matrix });
  const options = { ...given, bias: fitEach(texts, given, operation) };
  const isBounded = operation.separation !== undefined && kernel !== undefined && keepsRange(kernel);
  const job: Job = { ...operation, options, border, dtype: isBounded ? dtype : 'float32' };
  const names = { kernel: kernelName, pointwise: mix?.name };
  return { mode: name, job, settings: settingsOf(names, mode, texts, job), notes: mix?.notes ?? [], kernel };
}

async function readPointwise(
  texts: JobTexts,
  { defaults }: Mode,
  mode: ModeName,
  channels: number,
  mixed: number,
  filters: FilterReader,
) {
  const isKernel = mode === 'pointwise' && texts.kernel !== undefined;
  const given = isKernel ? texts.kernel : texts.pointwise;
  const name = given ?? defaults.pointwise?.(channels, mixed);
  if (name === undefined) return undefined;
  const matrix = await filters.readMix(name, mixed, isKernel ? 'kernel' : 'pointwise');
  const isUsual = given !== undefined || name === 'luma';
  const notes = isUsual
    ? []
    : [`pointwise ${name}: luma is for red, green and blue, not for ${mixed} channel${mixed === 1 ? '' : 's'}`];
  return { name, matrix, notes };
}

/** Checks the numbers that belong to output channels, and gives each of them its bias. */
function fitEach({ bias: text, activation }: JobTexts, { bias, ...given }: JobOptions, operation: FilteredOp) {
  const slopes =
    typeof given.activation === 'object' && 'slope' in given.activation ? given.activation.slope : undefined;
  if (slopes !== undefined) checkChannels('activation', activation!, slopes.length, outputsOf(operation));
  if (bias === undefined) return undefined;
  const channels = outputsOf(operation);
  checkChannels('bias', text!, bias.length, channels);
  return bias.length === channels ? bias : new Float32Array(channels).fill(bias[0]);
}

/** The output channels of a convolution. */
function outputsOf({ op, filters, groups = 1 }: FilteredOp): number {
  const { shape } = filters[filters.length - 1];
  if (op === 'convTranspose2d') return shape[2] * groups;
  return op === 'depthwiseConv2d' ? shape[2] * shape[3] : shape[shape.length - 1];
}

/** Whether results stay between the least and the largest sample: no weight is negative, and together they are 1 at most. */
function keepsRange({ data }: Tensor): boolean {
  return data.every((weight) => weight >= 0) && data.reduce((sum, weight) => sum + weight, 0) < 1.0001;
}

function settingsOf(
  names: { readonly kernel: string | undefined; readonly pointwise: string | undefined },
  { options: taken }: Mode,
  texts: JobTexts,
  { options, border }: Job,
): NamedJob['settings'] {
  const { windowDimensions: window, padding = 'valid', dilations = 1, ceilMode = false } = options;
  const strides = options.strides ?? window ?? 1;
  const { flip: isFlipped = false, countIncludePad = false, bias, activation } = texts;
  const all = {
    ...names,
    window,
    strides,
    dilations,
    padding,
    border,
    bias,
    activation,
    flip: isFlipped,
    ceilMode,
    countIncludePad,
  };
  const isTold = ([name, value]: [string, unknown]) => value !== undefined && taken.includes(name as ModeOption);
  return Object.fromEntries(Object.entries(all).filter(isTold)) as NamedJob['settings'];
}

function readBorder({ border }: JobTexts, { options }: Mode): Border | undefined {
  return options.includes('border') ? readName('border', border, borders, 'replicate') : undefined;
}

/** The bias as it was written: one number, or one for each output channel. */
function readOptions(texts: JobTexts, { defaults }: Mode): JobOptions {
  const pair = (option: 'window' | 'strides' | 'dilations') => {
    const text = texts[option];
    return text === undefined ? undefined : readPairText(option, text, 1);
  };
  return {
    windowDimensions: pair('window') ?? defaults.window,
    strides: pair('strides') ?? defaults.strides,
    dilations: pair('dilations'),
    padding: texts.padding === undefined ? defaults.padding : readPaddingText(texts.padding),
    ceilMode: texts.ceilMode,
    countIncludePad: texts.countIncludePad,
    bias: texts.bias === undefined ? undefined : readChannelsText('bias', texts.bias),
    activation: texts.activation === undefined ? undefined : readActivationText(texts.activation),
  };
}
