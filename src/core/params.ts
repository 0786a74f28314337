// What crosses from TypeScript to a kernel, field by field. native/params.h and assembly/params.ts list the same
// fields and the same codes in the same order; test/structure.test.ts compares the three.

/** @internal Settled by the input's size. */
export const geometryFields = [
  'batch',
  'inputHeight',
  'inputWidth',
  'outputHeight',
  'outputWidth',
  'paddingTop',
  'paddingLeft',
  'paddingBottom',
  'paddingRight',
] as const;

/** @internal Settled when the operator is prepared. */
export const configFields = [
  'inputChannels',
  'outputChannels',
  'filterHeight',
  'filterWidth',
  'strideHeight',
  'strideWidth',
  'dilationHeight',
  'dilationWidth',
  'products',
  'groups',
  'reduction',
  'border',
  'layout',
  'inputType',
  'outputType',
  'activation',
] as const;

/** @internal Settled with them; float32. */
export const floatFields = ['clampMin', 'clampMax', 'alpha'] as const;

/** @internal */
export type Geometry = Readonly<Record<(typeof geometryFields)[number], number>>;
/** @internal */
export type Config = Readonly<Record<(typeof configFields)[number] | (typeof floatFields)[number], number>>;
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

const intFields = [...geometryFields, ...configFields];

/** @internal 32-bit words of one stage's params. */
export const paramWords = intFields.length + floatFields.length;

/** Of one stage and of two, each written anew by every call. */
const keptWords = [new Int32Array(paramWords), new Int32Array(2 * paramWords)];
const keptFloats = keptWords.map(({ buffer }) => new Float32Array(buffer));

/**
 * @internal Packs the params of an op's stages one after another, as the structs of C++ and AssemblyScript lay them out,
 * into an array that the next call overwrites.
 */
export function packParams(stages: readonly (Config & Partial<Geometry>)[]): Int32Array<ArrayBuffer> {
  const words = keptWords[stages.length - 1];
  const floats = keptFloats[stages.length - 1];
  let at = 0;
  for (const stage of stages) {
    for (const field of intFields) words[at++] = stage[field] ?? 0;
    for (const field of floatFields) floats[at++] = stage[field];
  }
  return words;
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
