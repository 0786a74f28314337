// What crosses from TypeScript to a kernel, field by field. native/params.h and assembly/params.ts list the same
// fields and the same codes in the same order; test/structure.test.ts compares the three.

/** @internal Settled by the input's size. */
export interface Geometry {
  readonly batch: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly paddingTop: number;
  readonly paddingLeft: number;
  readonly paddingBottom: number;
  readonly paddingRight: number;
}

/** @internal Settled when the operator is prepared: 32-bit integers, and last what is float32. */
export interface Config {
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly products: number;
  readonly groups: number;
  readonly reduction: number;
  readonly border: number;
  readonly layout: number;
  readonly inputType: number;
  readonly outputType: number;
  readonly activation: number;
  readonly clampMin: number;
  readonly clampMax: number;
  readonly alpha: number;
}

/** @internal */
export type Params = Geometry & Config;

/** A code is the position of a name in its list. */
export const layouts = ['NHWC', 'NCHW'] as const;
export const dtypes = ['float32', 'uint8'] as const;
export const activations = [
  'linear',
  'relu',
  'clamp',
  'leakyRelu',
  'prelu',
  'hardSigmoid',
  'hardSwish',
  'elu',
  'sigmoid',
  'tanh',
  'silu',
  'gelu',
  'softplus',
] as const;
export const reductions = ['max', 'average', 'averagePadded'] as const;
export const borders = ['zero', 'replicate', 'reflect', 'wrap'] as const;

export type Layout = (typeof layouts)[number];
export type Dtype = (typeof dtypes)[number];
export type ActivationName = (typeof activations)[number];
export type Reduction = (typeof reductions)[number];
export type Border = (typeof borders)[number];

/** @internal 32-bit words of one stage's params. */
export const paramWords = 28;

const geometryWords = 9;

/** Of one stage and of two, each written anew by every call. */
const keptWords = [new Int32Array(paramWords), new Int32Array(2 * paramWords)];
const keptFloats = keptWords.map(({ buffer }) => new Float32Array(buffer));

/**
 * @internal Packs the params of an op's stages one after another, as the structs of C++ and AssemblyScript lay them out,
 * into an array that the next call overwrites. Before an input is known the geometry is zero.
 */
export function packParams(stages: readonly (Config | Params)[]): Int32Array<ArrayBuffer> {
  const words = keptWords[stages.length - 1];
  const floats = keptFloats[stages.length - 1];
  for (let i = 0; i < stages.length; i++) {
    const at = i * paramWords;
    const stage = stages[i];
    if ('batch' in stage) packGeometry(stage, words, at);
    else words.fill(0, at, at + geometryWords);
    packConfig(stage, words, floats, at + geometryWords);
  }
  return words;
}

// Field by field, as below: by their names in a list each one is looked up, which takes as long as a small run.

function packGeometry(geometry: Geometry, words: Int32Array, at: number): void {
  words[at] = geometry.batch;
  words[at + 1] = geometry.inputHeight;
  words[at + 2] = geometry.inputWidth;
  words[at + 3] = geometry.outputHeight;
  words[at + 4] = geometry.outputWidth;
  words[at + 5] = geometry.paddingTop;
  words[at + 6] = geometry.paddingLeft;
  words[at + 7] = geometry.paddingBottom;
  words[at + 8] = geometry.paddingRight;
}

function packConfig(config: Config, words: Int32Array, floats: Float32Array, at: number): void {
  words[at] = config.inputChannels;
  words[at + 1] = config.outputChannels;
  words[at + 2] = config.filterHeight;
  words[at + 3] = config.filterWidth;
  words[at + 4] = config.strideHeight;
  words[at + 5] = config.strideWidth;
  words[at + 6] = config.dilationHeight;
  words[at + 7] = config.dilationWidth;
  words[at + 8] = config.products;
  words[at + 9] = config.groups;
  words[at + 10] = config.reduction;
  words[at + 11] = config.border;
  words[at + 12] = config.layout;
  words[at + 13] = config.inputType;
  words[at + 14] = config.outputType;
  words[at + 15] = config.activation;
  floats[at + 16] = config.clampMin;
  floats[at + 17] = config.clampMax;
  floats[at + 18] = config.alpha;
}

/** @internal The params of a stage on an input. Not by spreading, which is slow for so many fields. */
export function paramsOf(config: Config, geometry: Geometry): Params {
  return {
    batch: geometry.batch,
    inputHeight: geometry.inputHeight,
    inputWidth: geometry.inputWidth,
    outputHeight: geometry.outputHeight,
    outputWidth: geometry.outputWidth,
    paddingTop: geometry.paddingTop,
    paddingLeft: geometry.paddingLeft,
    paddingBottom: geometry.paddingBottom,
    paddingRight: geometry.paddingRight,
    inputChannels: config.inputChannels,
    outputChannels: config.outputChannels,
    filterHeight: config.filterHeight,
    filterWidth: config.filterWidth,
    strideHeight: config.strideHeight,
    strideWidth: config.strideWidth,
    dilationHeight: config.dilationHeight,
    dilationWidth: config.dilationWidth,
    products: config.products,
    groups: config.groups,
    reduction: config.reduction,
    border: config.border,
    layout: config.layout,
    inputType: config.inputType,
    outputType: config.outputType,
    activation: config.activation,
    clampMin: config.clampMin,
    clampMax: config.clampMax,
    alpha: config.alpha,
  };
}
