// From the texts of the command line to a job for one picture.
import { invalid } from '../core/errors.js';
import { readName } from '../core/options.js';
import { borders, type Dtype } from '../core/params.js';
import type { Job, JobOptions } from '../image/convolve.js';
import { readKernel, readMix } from '../image/filters.js';
import { flip } from '../image/fit.js';
import { type Mode, type ModeName, type ModeOption, modeNames, modes } from '../image/modes.js';
import { readPaddingText, readPairText } from './options.js';

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
  readonly flip?: boolean;
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
}

/** A job, its mode, and the names of its filters. */
export interface NamedJob {
  readonly mode: ModeName;
  readonly job: Job;
  readonly kernelName?: string | undefined;
  readonly pointwiseName?: string | undefined;
}

const modeOptions: Record<ModeOption, string> = {
  kernel: '--kernel',
  pointwise: '--pointwise',
  window: '--window',
  strides: '--strides',
  dilations: '--dilations',
  padding: '--padding',
  border: '--border',
  flip: '--flip',
  ceilMode: '--ceil-mode',
  countIncludePad: '--count-include-pad',
};

/**
 * Reads a job for a picture of so many channels.
 *
 * @param dtype of the result, where the operation has both
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readJob(texts: JobTexts, channels: number, dtype: Dtype = 'float32'): Promise<NamedJob> {
  const name = readName('mode', texts.mode, modeNames, 'depthwise');
  const mode: Mode = modes[name];
  for (const option of Object.keys(modeOptions) as ModeOption[]) {
    if (texts[option] !== undefined && !mode.options.includes(option)) throw refused(option, name, texts[option]);
  }
  const options = readOptions(texts, mode);
  const border = mode.options.includes('border') ? readName('border', texts.border, borders, 'replicate') : undefined;
  const kernelName = texts.kernel ?? mode.defaults.kernel?.(options.strides);
  const read = kernelName === undefined ? undefined : await readKernel(kernelName);
  const kernel = read && texts.flip ? flip(read) : read;
  const pointwiseName = texts.pointwise ?? mode.defaults.pointwise;
  const mixed = channels * (kernel?.shape[3] ?? 1);
  const pointwise = pointwiseName === undefined ? undefined : await readMix(pointwiseName, mixed);
  const operation = mode.operation({ channels, kernel, pointwise });
  const resultType = operation.separation === undefined ? 'float32' : dtype;
  return { mode: name, job: { ...operation, options, border, dtype: resultType }, kernelName, pointwiseName };
}

function readOptions(texts: JobTexts, { defaults }: Mode): JobOptions {
  const pair = (option: 'window' | 'strides' | 'dilations') => {
    const text = texts[option];
    return text === undefined ? undefined : readPairText(option, text);
  };
  return {
    windowDimensions: pair('window') ?? defaults.window,
    strides: pair('strides') ?? defaults.strides,
    dilations: pair('dilations'),
    padding: texts.padding === undefined ? defaults.padding : readPaddingText(texts.padding),
    ceilMode: texts.ceilMode,
    countIncludePad: texts.countIncludePad,
  };
}

function refused(option: ModeOption, mode: ModeName, received: unknown) {
  return invalid('ERR_OPTION', option, `no ${modeOptions[option]} in mode ${mode}`, received, 'leave it out');
}
