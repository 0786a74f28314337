// Activations as callers write them, and the epilogue they become: bias, bounds, slopes.
import { allocate, copyOf, lengthOf, typedArrayName } from './arrays.js';
import { invalid } from './errors.js';
import { checkOptions, readName } from './options.js';
import { type ActivationName, activations } from './params.js';
import { checkData } from './tensor.js';

type PlainActivation = Exclude<ActivationName, 'clamp' | 'prelu'> | 'relu6';

/**
 * Applied to each output value v, NaN always passing:
 * - `linear` v · `relu` v < 0 ? 0 : v · `relu6` clamp(0, 6) · `clamp` between `min` and `max`
 * - `leakyRelu` v < 0 ? alpha · v : v (alpha 0.01 unless given) · `prelu` the same with a slope per output
 *   channel, or one for all of them
 * - `elu` v < 0 ? alpha · (eᵛ − 1) : v (alpha 1 unless given; Clevert et al., 2015)
 * - `sigmoid` 1 / (1 + e⁻ᵛ) · `tanh` · `softplus` ln(1 + eᵛ)
 * - `silu` v · sigmoid(v) (Elfwing et al., 2017) · `gelu` v / 2 · (1 + erf(v / √2)) (Hendrycks & Gimpel, 2016)
 * - `hardSigmoid` clamp(v / 6 + 0.5, 0, 1) · `hardSwish` v · hardSigmoid(v) (Howard et al., MobileNetV3, 2019)
 *
 * elu, sigmoid, tanh, softplus, silu and gelu are polynomials in binary64, rounded once to float32. Over all float32
 * arguments none is further than 1 unit in the last place from the correctly rounded value, and of 4,278,190,082 results
 * these are not it (`npm run accuracy` measures both): sigmoid and silu 0, elu 2 (of the negative ones), softplus 69,
 * tanh 276, gelu 8,391,761 (nearly all at subnormal arguments).
 */
export type Activation =
  | PlainActivation
  | { readonly type: PlainActivation }
  | { readonly type: 'clamp'; readonly min: number; readonly max: number }
  | { readonly type: 'leakyRelu' | 'elu'; readonly alpha?: number }
  | { readonly type: 'prelu'; readonly slope: Float32Array };

/** An activation of a caller's, before anything is known of it. */
interface GivenActivation {
  readonly type?: unknown;
  readonly min?: unknown;
  readonly max?: unknown;
  readonly alpha?: unknown;
  readonly slope?: unknown;
}

export interface EpilogueOptions {
  /** One value per output channel, where each sum begins. Default 0. */
  readonly bias?: Float32Array | undefined;
  /** Default `'linear'`. */
  readonly activation?: Activation | undefined;
}

/** Code, bounds and slope of an activation, as the params carry them. */
export interface ActivationConfig {
  readonly activation: number;
  readonly clampMin: number;
  readonly clampMax: number;
  readonly alpha: number;
}

/** What happens to a sum before and after the taps. */
export interface Epilogue {
  readonly activation: ActivationConfig;
  /** One value per output channel, never −0. */
  readonly bias: Float32Array;
  /** prelu's, one value per output channel; else empty. */
  readonly slope: Float32Array;
}

const names = ['relu6', ...activations] as const;
const ownOptions: Partial<Record<(typeof names)[number], readonly string[]>> = {
  clamp: ['min', 'max'],
  leakyRelu: ['alpha'],
  elu: ['alpha'],
  prelu: ['slope'],
};

/** Reads `bias` and `activation` for so many output channels; in a fused op their names begin with a prefix. */
export function readEpilogue(options: EpilogueOptions, channels: number, prefix = ''): Epilogue {
  const nameOf = (name: string) => (prefix === '' ? name : prefix + name[0].toUpperCase() + name.slice(1));
  const { activation, slope } = readActivation(nameOf('activation'), options.activation);
  if (slope !== undefined) checkData(`${nameOf('activation')}.slope`, slope, channels, 'float32');
  return {
    activation,
    bias: readBias(nameOf('bias'), options.bias, channels),
    slope: slope ?? new Float32Array(),
  };
}

/** Reads an activation; bounds and alpha are rounded to float32 once, here. */
export function readActivation(
  argument: string,
  value: Activation | undefined,
): { readonly activation: ActivationConfig; readonly slope: Float32Array | undefined } {
  const isObject = typeof value === 'object' && value !== null;
  const { type: name, min, max, alpha, slope }: GivenActivation = isObject ? value : { type: value };
  const type = readName(argument, isObject ? (name ?? null) : name, names, 'linear');
  if (isObject) checkOptions(value, ['type', ...(ownOptions[type] ?? [])]);
  const plain = {
    activation: activations.indexOf(type === 'relu6' ? 'clamp' : type),
    clampMin: 0,
    clampMax: type === 'relu6' ? 6 : 0,
    alpha: 0,
  };
  switch (type) {
    case 'clamp':
      return { activation: { ...plain, ...readBounds(argument, min, max) }, slope: undefined };
    case 'leakyRelu':
    case 'elu': {
      const factor = readFloat(`${argument}.alpha`, alpha === undefined ? (type === 'elu' ? 1 : 0.01) : alpha);
      return { activation: { ...plain, alpha: factor }, slope: undefined };
    }
    case 'prelu': {
      const own = readSlope(`${argument}.slope`, slope);
      // One slope for all channels is leakyRelu's alpha, whatever it is.
      const shared = { ...plain, activation: activations.indexOf('leakyRelu'), alpha: own[0] };
      return own.length === 1 ? { activation: shared, slope: undefined } : { activation: plain, slope: own };
    }
    default:
      return { activation: plain, slope: undefined };
  }
}

function readBounds(argument: string, min: unknown, max: unknown): { clampMin: number; clampMax: number } {
  const clampMin = readFloat(`${argument}.min`, min);
  const clampMax = readFloat(`${argument}.max`, max);
  if (clampMin > clampMax) {
    throw invalid('ERR_ACTIVATION', argument, 'min ≤ max', [min, max], 'exchange them');
  }
  return { clampMin, clampMax };
}

function readFloat(argument: string, value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw invalid('ERR_ACTIVATION', argument, 'a number', value, 'give a number that is not NaN');
  }
  return Math.fround(value);
}

function readSlope(argument: string, slope: unknown): Float32Array {
  const length = typedArrayName(slope) === 'Float32Array' ? lengthOf(slope) : 0;
  checkData(argument, slope, length, 'float32');
  return copyOf(slope as Float32Array);
}

function readBias(argument: string, bias: Float32Array | undefined, channels: number): Float32Array {
  if (bias === undefined) return allocate('float32', channels) as Float32Array;
  checkData(argument, bias, channels, 'float32');
  const own = copyOf(bias);
  for (let i = 0; i < channels; i++) own[i] += 0;
  return own;
}
