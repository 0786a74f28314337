// From the page's settings to a job for a picture: the same texts, tables and operations as the command line's.
import { readPaddingText, readPairText } from '../../cli/options.js';
import { readName } from '../../core/options.js';
import { borders } from '../../core/params.js';
import type { Job, JobOptions } from '../../image/convolve.js';
import { flip } from '../../image/fit.js';
import { matrix, parseRows } from '../../image/matrix.js';
import { type Mode, type ModeName, type ModeOption, modes } from '../../image/modes.js';
import { type Range, ranges } from '../../image/pixels.js';
import { kernelPreset, mixPreset } from '../../image/presets.js';
import type { Settings } from '../settings.js';
import { outputShape, type Shape, type Tensor } from './library.js';

export interface ReadSettings {
  readonly job: Job;
  readonly range: Range;
  /** The filter as the visitor sees it, [height, width], not turned; absent in a mode without. */
  readonly kernel?: Tensor | undefined;
  readonly kernelText?: string | undefined;
  /** [channels, outputs] */
  readonly pointwise?: Tensor | undefined;
  readonly pointwiseText?: string | undefined;
}

/**
 * Reads the settings for a picture of so many channels. What the mode does not take is left out: it waits for a mode that
 * does.
 *
 * @throws SepconvError `ERR_OPTION`, `ERR_SHAPE`, `ERR_PADDING`
 */
export function readSettings(settings: Settings, channels: number): ReadSettings {
  const mode: Mode = modes[settings.mode];
  const takes = (option: ModeOption) => mode.options.includes(option);
  const options = readOptions(settings, mode, takes);
  const range = readName('range', settings.range, ranges, 'clamp');
  const kernelText = takes('kernel') ? (settings.kernel ?? mode.defaults.kernel?.(options.strides)) : undefined;
  const kernel = kernelText === undefined ? undefined : readKernelText(kernelText);
  const pointwiseText = takes('pointwise') ? (settings.pointwise ?? mode.defaults.pointwise) : undefined;
  const pointwise = pointwiseText === undefined ? undefined : readMixText(pointwiseText, channels);
  const turned = kernel && settings.flip && takes('flip') ? flip(kernel) : kernel;
  const operation = mode.operation({ channels, kernel: turned, pointwise });
  const border = takes('border') ? readName('border', settings.border, borders, 'replicate') : undefined;
  const dtype = operation.separation !== undefined && range === 'clamp' ? 'uint8' : 'float32';
  return { job: { ...operation, options, border, dtype }, range, kernel, kernelText, pointwise, pointwiseText };
}

function readOptions(settings: Settings, { defaults }: Mode, takes: (option: ModeOption) => boolean): JobOptions {
  const pair = (option: 'window' | 'strides' | 'dilations') => {
    const text = takes(option) ? settings[option] : undefined;
    return text === undefined ? undefined : readPairText(option, text);
  };
  const padding = takes('padding') ? settings.padding : undefined;
  return {
    windowDimensions: pair('window') ?? defaults.window,
    strides: pair('strides') ?? defaults.strides,
    dilations: pair('dilations'),
    padding: padding === undefined ? defaults.padding : readPaddingText(padding),
    activation: isActivated(settings.mode) ? (settings.activation as JobOptions['activation']) : undefined,
  };
}

/** Poolings and spatial filters have no activation of their own. */
function isActivated(mode: ModeName): boolean {
  return mode !== 'spatial' && mode !== 'maxpool' && mode !== 'avgpool';
}

export const windowOptions = ['window', 'strides', 'dilations', 'padding', 'border', 'activation'] as const;
export type WindowOption = (typeof windowOptions)[number];

/** What holds, as text, of the options that place windows. */
export function effectiveOptions({ options, border }: Job): Partial<Record<WindowOption, string>> {
  const { windowDimensions: window, padding, ...rest } = options;
  const strides = rest.strides ?? window;
  const all = { window, strides, dilations: rest.dilations, padding, border, activation: rest.activation };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, [value].flat().join(',')]));
}

/** Why the operation does not take an option: the library's own sentence. */
export function refusalsOf({ op, filters, groups }: Job, shape: Shape): Partial<Record<WindowOption, string>> {
  const [first, second] = filters.map((filter) => filter.shape);
  const tried = { strides: 2, dilations: 2, padding: 'same', border: 'zero', activation: 'relu' };
  const own =
    op === 'maxPool2d' || op === 'avgPool2d' ? { windowDimensions: 2 } : groups === undefined ? {} : { groups };
  const refusals = Object.entries(tried).flatMap(([name, value]) => {
    // Every operation of windows continues the picture before it begins.
    if (name === 'border' && (op === 'convTranspose2d' || filters.length > 0) && op !== 'pointwiseConv2d') return [];
    try {
      outputShape(op, shape, second ? [first, second] : first, { ...own, [name]: value } as never);
      return [];
    } catch (error) {
      return [[name, (error as Error).message]];
    }
  });
  return Object.fromEntries(refusals);
}

export function readKernelText(text: string): Tensor {
  return kernelPreset(text) ?? matrix(parseRows('kernel', text));
}

function readMixText(text: string, channels: number): Tensor {
  return mixPreset(text, channels) ?? matrix(parseRows('pointwise', text));
}
