// From the texts of the command line to a job for one picture.
import { invalid } from '../core/errors.js';
import { type Padding, type Pair, readName } from '../core/options.js';
import { borders } from '../image/border.js';
import type { Job } from '../image/convolve.js';
import { flip, readKernel, readMix } from '../image/filters.js';
import { type Mode, modeNames, modes } from '../image/modes.js';

/** What the user wrote; absent means the default. */
export interface JobOptions {
  readonly mode?: string;
  readonly kernel?: string;
  readonly pointwise?: string;
  readonly strides?: string;
  readonly dilations?: string;
  readonly padding?: string;
  readonly border?: string;
  readonly flip?: boolean;
}

/** A job, and the names of its filters. */
export interface NamedJob {
  readonly job: Job;
  readonly kernelName?: string | undefined;
  readonly pointwiseName?: string | undefined;
}

/** The options that mean something only where a mode takes a filter of this kind. */
const belongings = { kernel: ['kernel', 'dilations', 'padding', 'border', 'flip'], pointwise: ['pointwise'] } as const;

/**
 * Reads a job for a picture of so many channels.
 *
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readJob(options: JobOptions, channels: number): Promise<NamedJob> {
  const name = readName('mode', options.mode, modeNames, 'depthwise');
  const mode: Mode = modes[name];
  checkBelongings(options, name, mode);
  const settings = {
    mode: name,
    strides: readPairText('strides', options.strides ?? '1'),
    dilations: readPairText('dilations', options.dilations ?? '1'),
    padding: readPaddingText(options.padding ?? 'same'),
    border: readName('border', options.border, borders, 'replicate'),
  };
  const kernelName = mode.kernel && (options.kernel ?? mode.kernel);
  const read = kernelName === undefined ? undefined : await readKernel(kernelName, channels);
  const kernel = read && options.flip ? flip(read) : read;
  const pointwiseName = mode.pointwise && (options.pointwise ?? mode.pointwise);
  const mixed = kernel ? channels * kernel.shape[3] : channels;
  const pointwise = pointwiseName === undefined ? undefined : await readMix(pointwiseName, mixed);
  return { job: { ...settings, kernel, pointwise }, kernelName, pointwiseName };
}

function checkBelongings(options: JobOptions, name: string, mode: Mode): void {
  for (const filter of ['kernel', 'pointwise'] as const) {
    if (mode[filter] !== undefined) continue;
    for (const option of belongings[filter]) {
      if (options[option] === undefined) continue;
      throw invalid('ERR_OPTION', option, `no --${option} in mode ${name}`, options[option], 'leave it out');
    }
  }
}

/** Reads `2`, or `2,1` for [height, width]; the operation checks the numbers. */
function readPairText(argument: string, text: string): Pair {
  const numbers = text.split(',').map((item) => (item.trim() === '' ? Number.NaN : Number(item)));
  if (!numbers.every(Number.isInteger) || numbers.length > 2) {
    throw invalid('ERR_OPTION', argument, 'a whole number, or height,width', text, 'write 2 or 2,1 for instance');
  }
  return numbers.length === 1 ? numbers[0] : [numbers[0], numbers[1]];
}

function readPaddingText(text: string): Padding {
  return text === 'same' || text === 'same-lower' || text === 'valid' ? text : readPairText('padding', text);
}
