// From the page's settings to a job for a picture, by the command line's own reading of the same texts.

import { readName } from '../../core/options.js';
import { kernelFrom, mixFrom } from '../../image/filter-texts.js';
import { type Mode, type ModeOption, modes } from '../../image/modes.js';
import { type NamedJob, readJob } from '../../image/named-job.js';
import { type Range, ranges } from '../../image/pixels.js';
import type { Settings } from '../settings.js';
import { outputShape, type Shape } from './library.js';

export interface ReadSettings extends NamedJob {
  readonly range: Range;
}

const filters = { readKernel: (text: string) => kernelFrom(text), readMix: mixFrom };

/**
 * Reads the settings for a picture of so many channels. What the mode does not take is left out: it waits for a mode that
 * does.
 *
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_SHAPE`, `ERR_PADDING`
 */
export async function readSettings(settings: Settings, channels: number): Promise<ReadSettings> {
  const { mode, range: rangeName, ...texts } = settings;
  const taken = Object.entries(texts).filter(([name, value]) => value !== undefined && takes(settings, name));
  const range = readName('range', rangeName, ranges, 'clamp');
  const dtype = range === 'clamp' ? 'uint8' : 'float32';
  return { ...(await readJob({ mode, ...Object.fromEntries(taken) }, channels, filters, dtype)), range };
}

/** In mode pointwise the matrix goes by its own name. */
function takes({ mode }: Settings, option: string): boolean {
  return (modes[mode] as Mode).options.includes(option as ModeOption) && !(mode === 'pointwise' && option === 'kernel');
}

export const windowOptions = ['window', 'strides', 'dilations', 'padding', 'border', 'activation'] as const;
export type WindowOption = (typeof windowOptions)[number];

/** What holds, as text, of the options that place windows. */
export function effectiveOptions({ settings }: NamedJob): Partial<Record<WindowOption, string>> {
  const given = windowOptions.flatMap((name) => (settings[name] === undefined ? [] : [[name, textOf(settings[name])]]));
  return Object.fromEntries(given);
}

export function textOf(value: NamedJob['settings'][string]): string {
  return [value].flat().join(',');
}

/** Why the operation does not take an option: the library's own sentence. */
export function refusalsOf({ mode, job }: NamedJob, shape: Shape): Partial<Record<WindowOption, string>> {
  const { op, filters: given, groups, options } = job;
  const [first, second] = given.map((filter) => filter.shape);
  const tried = { strides: 2, dilations: 2, padding: 'same', border: 'zero', activation: 'relu' };
  const own = { groups, windowDimensions: options.windowDimensions };
  const refusals = Object.entries(tried).flatMap(([name, value]) => {
    if ((modes[mode] as Mode).options.includes(name as ModeOption)) return [];
    try {
      outputShape(op, shape, second ? [first, second] : first, { ...own, [name]: value } as never);
      return [];
    } catch (error) {
      return [[name, (error as Error).message]];
    }
  });
  return Object.fromEntries(refusals);
}
