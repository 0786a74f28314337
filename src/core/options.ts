// Options as callers write them, and the readers that turn each into numbers or a typed error.
import { invalid } from './errors.js';
import { type ActivationName, activations, type Layout, layouts } from './params.js';
import { checkData, maxInt32, type Tensor } from './tensor.js';

/** A size in both directions: one number, or `[height, width]`. */
export type Pair = number | readonly [number, number];

/**
 * Rows and columns outside the image: `'valid'` none, `'same'` so many that the output has ⌈size / stride⌉ (the odd one
 * at the end; TensorFlow, ONNX SAME_UPPER), `'same-lower'` likewise with the odd one first, a number or `[height, width]`
 * on both sides (PyTorch), or each side by name. Integers ≥ 0.
 */
export type Padding =
  | 'valid'
  | 'same'
  | 'same-lower'
  | Pair
  | { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };

/** Applied to each output value; see `numerics` in the README for the definitions. */
export type Activation =
  | 'linear'
  | 'relu'
  | 'relu6'
  | 'leakyRelu'
  | { readonly type: 'linear' | 'relu' | 'relu6' }
  | { readonly type: 'clamp'; readonly min: number; readonly max: number }
  | { readonly type: 'leakyRelu'; readonly alpha?: number };

export interface LayoutOptions {
  /** How input, `out` and `residual` are laid out. Default `'NHWC'`. */
  readonly layout?: Layout | undefined;
}

export interface WindowOptions {
  /** Input pixels from one output pixel to the next. Default 1. */
  readonly strides?: Pair | undefined;
  /** Default `'valid'`. */
  readonly padding?: Padding | undefined;
  /** Input pixels from one tap of the filter to the next. Default 1. */
  readonly dilations?: Pair | undefined;
}

export interface EpilogueOptions {
  /** One value per output channel, where each sum begins. Default 0. */
  readonly bias?: Float32Array | undefined;
  /** Default `'linear'`. */
  readonly activation?: Activation | undefined;
}

/** What belongs to one run, not to the operator. */
export interface RunOptions {
  /** Where the result goes, instead of a new tensor; may not overlap what is read. */
  readonly out?: Tensor | undefined;
  /** A tensor of the output's shape, added before the activation. */
  readonly residual?: Tensor | undefined;
}

/** Refuses what is not an object of options. */
export function checkOptionsObject(options: unknown): void {
  const isList = Array.isArray(options) || ArrayBuffer.isView(options);
  if (options !== undefined && (typeof options !== 'object' || options === null || isList)) {
    throw invalid('ERR_OPTION', 'options', 'an object', options, 'give { name: value, … } or nothing');
  }
}

/** Refuses option names that the op does not have. */
export function checkOptions(options: object | undefined, known: readonly string[]): void {
  checkOptionsObject(options);
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value !== undefined && !known.includes(name)) {
      throw invalid('ERR_OPTION', 'options', `one of ${known.join(', ')}`, name, 'remove it or mend its spelling');
    }
  }
}

/** Reads one of a list of names. */
export function readName<Name extends string>(
  argument: string,
  value: unknown,
  names: readonly Name[],
  byDefault: Name,
): Name {
  if (value === undefined) return byDefault;
  if (!names.includes(value as Name)) {
    throw invalid(
      'ERR_OPTION',
      argument,
      `one of ${names.map((name) => `'${name}'`).join(', ')}`,
      value,
      'name one of them',
    );
  }
  return value as Name;
}

export function readLayout(options: LayoutOptions): Layout {
  return readName('layout', options.layout, layouts, 'NHWC');
}

/** Reads a number or `[height, width]`, integers of at least `least`. */
export function readPair(
  argument: string,
  value: unknown,
  least: number,
  code: 'ERR_OPTION' | 'ERR_PADDING' | 'ERR_SHAPE',
): [number, number] {
  const pair = Array.isArray(value) ? value : [value, value];
  const isValid = (n: unknown) => Number.isInteger(n) && (n as number) >= least && (n as number) <= maxInt32;
  if (pair.length !== 2 || ![...pair].every(isValid)) {
    throw invalid(code, argument, `an integer of at least ${least}, or [height, width]`, value, 'give whole numbers');
  }
  return [pair[0], pair[1]];
}

/** The bounds and slopes of an activation, as the params carry them. */
export interface ActivationConfig {
  readonly activation: number;
  readonly clampMin: number;
  readonly clampMax: number;
  readonly alpha: number;
}

const activationNames = ['linear', 'relu', 'relu6', 'clamp', 'leakyRelu'] as const;

/** Reads an activation; bounds and alpha are rounded to float32 once, here. */
export function readActivation(argument: string, value: Activation | undefined): ActivationConfig {
  const given: { type?: unknown; min?: unknown; max?: unknown; alpha?: unknown } =
    typeof value === 'object' && value !== null ? value : { type: value };
  const type = readName(argument, given.type ?? value, activationNames, 'linear');
  const { alpha = 0.01 } = given;
  const own = { linear: [], relu: [], relu6: [], clamp: ['min', 'max'], leakyRelu: ['alpha'] }[type];
  checkOptions(given, ['type', ...own]);
  const config = { activation: 0, clampMin: 0, clampMax: 0, alpha: 0 };
  const code = (name: ActivationName) => activations.indexOf(name);
  switch (type) {
    case 'relu6':
      return { ...config, activation: code('clamp'), clampMin: 0, clampMax: 6 };
    case 'clamp':
      return { ...config, activation: code('clamp'), ...readBounds(argument, given.min, given.max) };
    case 'leakyRelu':
      return { ...config, activation: code('leakyRelu'), alpha: readFloat(`${argument}.alpha`, alpha) };
    default:
      return { ...config, activation: code(type) };
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

/** Reads a bias, or makes one of zeros; −0 becomes +0, since every sum begins at +0. */
export function readBias(argument: string, bias: Float32Array | undefined, channels: number): Float32Array {
  if (bias === undefined) return new Float32Array(channels);
  checkData(argument, bias, channels, 'Float32Array');
  return bias.map((value) => value + 0);
}
