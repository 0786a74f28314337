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

/** @internal Packs the params of an op's stages one after another, as the structs of C++ and AssemblyScript lay them out. */
export function packParams(stages: readonly (Config & Partial<Geometry>)[]): Int32Array<ArrayBuffer> {
  const words = new Int32Array(stages.length * paramWords);
  const floats = new Float32Array(words.buffer);
  stages.forEach((stage, index) => {
    const base = index * paramWords;
    intFields.forEach((field, i) => {
      words[base + i] = stage[field] ?? 0;
    });
    floatFields.forEach((field, i) => {
      floats[base + intFields.length + i] = stage[field];
    });
  });
  return words;
}
