// Filters and channel mixes by name. Their numbers are the same on every host: + − × ÷ only, in the order written.
import { invalid } from '../core/errors.js';
import { suggestion } from '../core/suggest.js';
import type { Tensor } from '../core/tensor.js';
import { gaussianWeights } from './gaussian.js';
import { matrix, parseRows } from './matrix.js';

const largestKernel = 999;

/** What follows the name of a preset, between colons. */
type Arguments = readonly number[];
type Rows = readonly (readonly number[])[];

interface Preset<Make> {
  /** As a user writes it: `gaussian:k[:sigma]`. */
  readonly form: string;
  readonly make: Make;
}

/** A `k` is the size of the window, an `s` the stride of a transposed convolution. */
const kernels: Record<string, Preset<(args: Arguments, form: string) => Rows>> = {
  identity: fixed('identity', '1'),
  'sobel-x': fixed('sobel-x', '-1 0 1; -2 0 2; -1 0 1'),
  'sobel-y': fixed('sobel-y', '-1 -2 -1; 0 0 0; 1 2 1'),
  'prewitt-x': fixed('prewitt-x', '-1 0 1; -1 0 1; -1 0 1'),
  'prewitt-y': fixed('prewitt-y', '-1 -1 -1; 0 0 0; 1 1 1'),
  'scharr-x': fixed('scharr-x', '-3 0 3; -10 0 10; -3 0 3'),
  'scharr-y': fixed('scharr-y', '-3 -10 -3; 0 0 0; 3 10 3'),
  laplacian: fixed('laplacian', '0 1 0; 1 -4 1; 0 1 0'),
  sharpen: fixed('sharpen', '0 -1 0; -1 5 -1; 0 -1 0'),
  emboss: fixed('emboss', '-2 -1 0; -1 1 1; 0 1 2'),
  box: { form: 'box:k', make: ([k], form) => filled(size(k, form), k, 1 / (k * k)) },
  gaussian: { form: 'gaussian:k[:sigma]', make: gaussian },
  bilinear: { form: 'bilinear:s[:s]', make: bilinear },
  motion: { form: 'motion:k', make: ([k], form) => filled(1, size(k, form), 1 / k) },
};

/** One row per input channel, one column per output channel. */
const mixes: Record<string, Preset<(channels: number, args: Arguments, form: string, argument: string) => Rows>> = {
  identity: { form: 'identity', make: (channels) => filled(channels, channels, 0).map((_, i) => unit(channels, i)) },
  mean: { form: 'mean', make: (channels) => filled(channels, 1, 1 / channels) },
  luma: ofColour('luma', () => luma.map((weight) => [weight])),
  sepia: ofColour('sepia', () => parseRows('pointwise', '.393 .349 .272; .769 .686 .534; .189 .168 .131')),
  'swap-rb': ofColour('swap-rb', () => parseRows('pointwise', '0 0 1; 0 1 0; 1 0 0')),
  saturate: ofColour('saturate:x', saturate),
};

/** Rec. 601, the weights of red, green and blue in brightness. */
const luma = [0.299, 0.587, 0.114];

export const kernelForms = Object.values(kernels).map(({ form }) => form);
export const mixForms = Object.values(mixes).map(({ form }) => form);

/**
 * A filter by name.
 *
 * @param text a name and its numbers: `sobel-x`, `box:5`, `gaussian:9:1.5` (sigma 0.3 · ((k − 1) / 2 − 1) + 0.8 unless given)
 * @returns [height, width]
 * @throws SepconvError `ERR_OPTION` where there is none of that name, or the numbers after it do not fit
 */
export function kernelPreset(text: string): Tensor {
  const { name, args } = split(text);
  if (!Object.hasOwn(kernels, name)) {
    const fix = 'it is a mix of channels, for mode pointwise';
    throw unknown('kernel', text, kernels, Object.hasOwn(mixes, name) ? fix : undefined);
  }
  const { form, make } = kernels[name];
  checkCount('kernel', text, form, args);
  return matrix(make(args, form));
}

/**
 * A mix of channels by name.
 *
 * @param text a name and its number: `luma`, `saturate:1.5`
 * @param channels of the picture
 * @param argument what the text was given as, for errors
 * @returns [channels, outputs]
 * @throws SepconvError `ERR_OPTION`; `ERR_SHAPE` where it needs another number of channels
 */
export function mixPreset(text: string, channels: number, argument = 'pointwise'): Tensor {
  const { name, args } = split(text);
  if (!Object.hasOwn(mixes, name)) {
    const fix = 'it is a filter of pixels, for the other modes';
    throw unknown(argument, text, mixes, Object.hasOwn(kernels, name) ? fix : undefined);
  }
  const { form, make } = mixes[name];
  checkCount(argument, text, form, args);
  return matrix(make(channels, args, form, argument));
}

function unknown(argument: string, text: string, presets: Record<string, Preset<unknown>>, fix: string | undefined) {
  const forms = Object.values(presets).map(({ form }) => form);
  const expected = `a preset (${forms.join(', ')}), a .json, .npy, .txt or .csv file, or numbers such as "0 1; 1 0"`;
  const name = split(text).name;
  return invalid(
    'ERR_OPTION',
    argument,
    expected,
    text,
    fix ?? suggestion(name, Object.keys(presets), 'name one of them'),
  );
}

function fixed(form: string, rows: string) {
  return { form, make: () => parseRows('kernel', rows) };
}

/** A mix that exists for red, green and blue only. */
function ofColour(form: string, rows: (args: Arguments, form: string, argument: string) => Rows) {
  return {
    form,
    make(channels: number, args: Arguments, _: string, argument: string): Rows {
      if (channels === 3) return rows(args, form, argument);
      const fix = 'use a colour picture, or a matrix with one row per channel';
      throw invalid('ERR_SHAPE', argument, `3 channels (red, green, blue) for ${form}`, channels, fix);
    },
  };
}

function split(text: string): { name: string; args: number[] } {
  const [name, ...args] = text.split(':');
  return { name, args: args.map((arg) => (arg.trim() === '' ? Number.NaN : Number(arg))) };
}

function checkCount(argument: string, text: string, form: string, args: Arguments): void {
  const most = form.split(':').length - 1;
  const least = form.includes('[') ? most - 1 : most;
  if (args.length < least || args.length > most || args.some((arg) => !Number.isFinite(arg))) {
    throw invalid('ERR_OPTION', argument, form, text, 'give the numbers that the form names');
  }
}

function size(k: number, form: string): number {
  if (!Number.isInteger(k) || k < 1 || k > largestKernel) {
    throw invalid('ERR_OPTION', 'kernel', `${form} with whole numbers from 1 to ${largestKernel}`, k, 'change it');
  }
  return k;
}

function filled(height: number, width: number, value: number): number[][] {
  return Array.from({ length: height }, () => new Array<number>(width).fill(value));
}

function gaussian([k, sigma]: Arguments, form: string): Rows {
  if (sigma < 0.1) throw invalid('ERR_OPTION', 'kernel', `${form} with sigma of at least 0.1`, sigma, 'change sigma');
  const row = gaussianWeights(size(k, form), sigma);
  return row.map((y) => row.map((x) => y * x));
}

/** Weights that fall to 0 at the next pixel of a picture enlarged s times: [2s − s mod 2] of them down and across. */
function bilinear([down, across = down]: Arguments, form: string): Rows {
  const [column, row] = [down, across].map((s) => {
    const k = 2 * size(s, form) - (s % 2);
    return Array.from({ length: k }, (_, i) => 1 - Math.abs(i - (k - 1) / 2) / s);
  });
  return column.map((y) => row.map((x) => y * x));
}

function unit(length: number, one: number): number[] {
  return Array.from({ length }, (_, i) => (i === one ? 1 : 0));
}

function saturate([x]: Arguments, form: string, argument: string): Rows {
  if (x < 0) throw invalid('ERR_OPTION', argument, `${form} with x of at least 0`, x, 'change x');
  return luma.map((weight, i) => unit(3, i).map((own) => (1 - x) * weight + x * own));
}
