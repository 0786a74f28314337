// Options as callers write them, and the readers that turn each into numbers or a typed error.

import type { TensorData } from './arrays.js';
import { invalid } from './errors.js';
import { type Layout, layouts } from './params.js';
import { maxInt32 } from './shape.js';
import { suggestion } from './suggest.js';
import type { Tensor } from './tensor.js';

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

/** Whether a run takes a residual. */
export type ResidualRule = 'none' | 'optional' | 'required';

/** What belongs to one run, not to the operator. */
export interface RunOptions<D extends TensorData = Float32Array> {
  /**
   * Where the result goes, instead of a new tensor; may not overlap what is read. On a SharedArrayBuffer whose object is
   * not the one that is read from, the result is computed apart and copied, since two objects may be one memory.
   */
  readonly out?: Tensor<D> | undefined;
  /** A tensor of the output's shape, added before the activation. */
  readonly residual?: Tensor<D> | undefined;
}

/** `AbortSignal`, where the types of the host know it. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } } ? Signal : object;

/** What belongs to one asynchronous run. */
export interface RunAsyncOptions<D extends TensorData = Float32Array> extends RunOptions<D> {
  /** Ends the run, and the promise rejects with `signal.reason`; what was written to `out` until then stays there. */
  readonly signal?: Signal | undefined;
}

/** @internal Reads a signal, of whatever realm. */
export function readSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const given = signal as Partial<AbortSignal> | null;
  if (typeof given?.aborted !== 'boolean' || typeof given.addEventListener !== 'function') {
    throw invalid('ERR_OPTION', 'signal', 'an AbortSignal', signal, 'give the signal of an AbortController');
  }
  return signal as AbortSignal;
}

/** What belongs to a run of an operator that takes a residual, may take one, or takes none. */
export type OperatorRunOptions<D extends TensorData, R extends ResidualRule> = R extends 'required'
  ? RunOptions<D> & { readonly residual: Tensor<D> }
  : R extends 'optional'
    ? RunOptions<D>
    : Pick<RunOptions<D>, 'out'>;

/** The options of a run, to be left out unless it needs a residual. */
export type RunArguments<D extends TensorData, R extends ResidualRule, More = unknown> = R extends 'required'
  ? [options: OperatorRunOptions<D, R> & More]
  : [options?: OperatorRunOptions<D, R> & More];

/** Refuses what is not an object of options, and names that are not `known`. */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw invalid('ERR_OPTION', 'options', 'an object', options, 'give { name: value, … } or nothing');
  }
  // Not by Object.keys, which makes an array.
  for (const name in options) {
    if (known.includes(name) || !Object.hasOwn(options, name)) continue;
    if ((options as Record<string, unknown>)[name] !== undefined) {
      const fix = suggestion(name, known, 'remove it');
      throw invalid('ERR_OPTION', 'options', `one of ${known.join(', ')}`, name, fix);
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
    const expected = `one of ${names.map((name) => `'${name}'`).join(', ')}`;
    throw invalid('ERR_OPTION', argument, expected, value, suggestion(value, names, 'name one of them'));
  }
  return value as Name;
}

export function readLayout(options: LayoutOptions): Layout {
  return readName('layout', options.layout, layouts, 'NHWC');
}

/** Whether something is an int32 of at least `least`. */
export function isSize(value: unknown, least: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= maxInt32;
}

/** Reads a number or `[height, width]`, integers of at least `least`. */
export function readPair(
  argument: string,
  value: unknown,
  least: number,
  code: 'ERR_OPTION' | 'ERR_PADDING' | 'ERR_SHAPE',
): [number, number] {
  const isList = Array.isArray(value);
  const length = isList ? value.length : 2;
  const height: unknown = isList ? value[0] : value;
  const width: unknown = isList ? value[1] : value;
  if (length !== 2 || !isSize(height, least) || !isSize(width, least)) {
    const received = isList && length === 2 ? [height, width] : value;
    throw invalid(
      code,
      argument,
      `an integer of at least ${least}, or [height, width]`,
      received,
      'give whole numbers',
    );
  }
  return [height, width];
}
