// The edges that operations share: where a kernel could go wrong, whatever it computes.
import { activations as activationNames, borders } from '../../src/core/params.js';
import type { Case, CaseActivation } from './cases.js';
import { valueKinds } from './random.js';

type Options = NonNullable<Case['options']>;

/** One below, at and above the lanes of every vector, and past two of the widest. */
export const aroundLanes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33];

/** Output channels around the panels that a product may be cut into. */
export const aroundPanels = [1, 4, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49];

/** Pixels of a row around the tiles that a row may be cut into. */
export const aroundTiles = Array.from({ length: 17 }, (_, i) => i + 1);

/** Every activation that needs no argument, by its name. */
const named = activationNames.filter((name) => name !== 'clamp');

export const activations: readonly CaseActivation[] = [
  ...named,
  'relu6',
  { type: 'clamp', min: -0.75, max: 0.3 },
  { type: 'clamp', min: -0, max: 3.4e38 },
  { type: 'clamp', min: -Infinity, max: Infinity },
  { type: 'leakyRelu', alpha: -1.5 },
  { type: 'leakyRelu', alpha: 0 },
  { type: 'elu', alpha: -2.5 },
  { type: 'elu', alpha: 0 },
  { type: 'elu', alpha: 1e39 },
];

/** The largest padding, stride or dilation that two sides may have together. */
export const far = 2 ** 30 - 1;

/** Where a window can stand. */
const windows: readonly (Case & { readonly title: string })[] = [
  { title: 'a 1×1 image', image: [1, 1, 1, 5], options: { padding: 'same' } },
  { title: 'a 1×1 filter', image: [1, 4, 5, 6], kernel: [1, 1] },
  { title: 'the filter as large as the image', image: [1, 3, 3, 9] },
  { title: 'a row filter', image: [1, 3, 9, 8], kernel: [1, 5], options: { padding: 'same' } },
  { title: 'a column filter', image: [1, 9, 3, 8], kernel: [5, 1], options: { padding: 'same' } },
  { title: 'a 5×5 filter', image: [1, 9, 11, 12], kernel: [5, 5], options: { padding: 'same' } },
  { title: 'a 7×7 filter', image: [1, 8, 9, 17], kernel: [7, 7], options: { padding: 3 } },
  { title: 'an 11×9 filter', image: [1, 12, 14, 3], kernel: [11, 9], options: { padding: 'same', strides: 2 } },
  { title: 'same, even filter', image: [1, 5, 6, 8], kernel: [2, 4], options: { padding: 'same' } },
  { title: 'same-lower, even filter', image: [1, 5, 6, 8], kernel: [2, 4], options: { padding: 'same-lower' } },
  { title: 'same, stride 2', image: [1, 7, 8, 5], options: { padding: 'same', strides: 2 } },
  { title: 'same-lower, stride 2', image: [1, 8, 7, 5], options: { padding: 'same-lower', strides: 2 } },
  { title: 'same, stride above the filter', image: [1, 9, 10, 4], options: { padding: 'same', strides: [4, 5] } },
  { title: 'stride above the filter', image: [1, 11, 12, 8], kernel: [2, 2], options: { strides: [5, 3] } },
  { title: 'strides that differ', image: [1, 9, 9, 9], options: { strides: [1, 3], padding: 1 } },
  { title: 'dilation 2', image: [1, 9, 10, 8], options: { dilations: 2, padding: 'same' } },
  { title: 'dilations that differ', image: [1, 9, 10, 4], options: { dilations: [1, 3], padding: 2 } },
  { title: 'dilation above the image', image: [1, 3, 4, 6], options: { dilations: [5, 6], padding: 'same' } },
  { title: 'dilation and stride', image: [1, 12, 13, 8], options: { dilations: 3, strides: 2, padding: [4, 2] } },
  { title: 'padding wider than the image', image: [1, 2, 3, 8], options: { padding: 7 } },
  {
    title: 'four different sides',
    image: [1, 4, 5, 7],
    options: { padding: { top: 0, bottom: 3, left: 5, right: 1 } },
  },
  {
    title: 'windows between the image and nothing',
    image: [1, 2, 2, 5],
    options: { padding: 9, strides: 4 },
  },
  {
    title: 'no window sees a tap',
    image: [1, 1, 1, 9],
    kernel: [2, 2],
    options: { padding: 2, dilations: 3, strides: 5 },
  },
  {
    title: 'the taps stand around the image',
    image: [1, 2, 2, 9],
    kernel: [2, 2],
    options: { padding: 2, dilations: 4 },
  },
  { title: 'a dilation near 2³⁰', image: [1, 1, 1, 3], options: { padding: 'same', dilations: far } },
  {
    title: 'strides and padding near 2³⁰',
    image: [1, 2, 2, 3],
    options: { padding: { top: far, bottom: far - 2, left: far, right: 0 }, strides: far },
  },
  ...[46_341, 865_000_000, 900_000_000, far].map((step) => ({
    title: `strides, dilations and padding of ${step}`,
    image: [1, 1, 1, 1] as const,
    kernel: [2, 2] as const,
    options: { strides: step, dilations: step, padding: step },
  })),
  {
    title: 'far strides and dilations, and every tap inside once',
    image: [1, 2, 5, 6],
    kernel: [3, 2],
    options: {
      strides: [2 ** 29, 3],
      dilations: [2 ** 29, far],
      padding: { top: 2 ** 30, bottom: 2 ** 29, left: far, right: 9 },
    },
  },
  {
    title: 'a stride that leads far beyond the image, in many channels',
    image: [2, 2, 3, 35],
    kernel: [2, 1],
    options: { strides: [far, 2 ** 31 - 1], dilations: [1, 2 ** 31 - 1], padding: 1 },
  },
  { title: 'batch 2', image: [2, 5, 4, 7], options: { padding: 'same' } },
  { title: 'batch 3, stride 2', image: [3, 5, 5, 8], options: { padding: 1, strides: 2 } },
  { title: 'batch 0', image: [0, 5, 4, 7] },
  { title: 'one row', image: [1, 1, 40, 4], options: { padding: 'same' } },
  { title: 'one column', image: [1, 40, 1, 4], options: { padding: 'same' } },
];

/** The edges that windowed operations share. */
export function windowed(base: Partial<Case>): Case[] {
  const tiles = aroundTiles.map(
    (width): Case => ({ title: `${width} columns`, image: [1, 2, width, 9], options: { padding: 'same' } }),
  );
  return [...windows, ...tiles].map((aCase) => ({
    ...base,
    ...aCase,
    options: { ...base.options, ...aCase.options },
  }));
}

/** What the padding of a convolution can hold, and where it can stand. */
const continued: readonly Case[] = [
  { title: 'same', image: [1, 5, 6, 9], options: { padding: 'same' } },
  {
    title: 'same-lower, even filter, stride 2',
    image: [2, 6, 7, 8],
    kernel: [2, 4],
    options: { padding: 'same-lower', strides: 2 },
  },
  { title: 'wider than the image', image: [2, 2, 3, 5], options: { padding: 7 } },
  { title: 'a 1×1 image', image: [1, 1, 1, 6], options: { padding: { top: 3, bottom: 1, left: 0, right: 2 } } },
  { title: 'dilated', image: [1, 9, 10, 4], options: { padding: 4, dilations: [2, 3] } },
  { title: 'more than windows read', image: [1, 5, 6, 7], options: { padding: [1, 4], strides: [3, 4] } },
  { title: 'no padding', image: [1, 4, 5, 6], options: { padding: 'valid' } },
  { title: 'a 1×1 filter', image: [1, 3, 4, 6], kernel: [1, 1], options: { padding: 2 } },
  { title: 'batch 0', image: [0, 4, 5, 6], options: { padding: 'same' } },
  { title: 'many channels', image: [1, 4, 17, 50], residual: true, options: { padding: 'same', activation: 'relu6' } },
];

/** The borders of pixels that a convolution can have. */
export function continuedBy(base: Partial<Case>): Case[] {
  return borders
    .filter((border) => border !== 'zero')
    .flatMap((border) =>
      continued.map((aCase): Case => {
        const options = { ...base.options, ...aCase.options, border };
        return { ...base, ...aCase, title: `${border}, ${aCase.title}`, options };
      }),
    );
}

const borderTaps: readonly (readonly [number, number])[] = [
  [NaN, Infinity],
  [-Infinity, NaN],
  [Infinity, Infinity],
];

/** Every kind of values under one case. */
export function ofEveryKind(base: Case): Case[] {
  return valueKinds.map((values): Case => ({ ...base, title: `${base.title ?? ''}${values} values`, values }));
}

/** Every activation of one case. */
export function activated(base: Case): Case[] {
  return activations.flatMap((activation) =>
    (['ordinary', 'specials'] as const).map((values): Case => {
      const options: Options = { ...base.options, activation };
      return { ...base, title: `${JSON.stringify(activation)} of ${values} values`, options, values };
    }),
  );
}

/** Non-finite weights at the ends of the first filter. */
export function withBorderTaps(base: Case): Case[] {
  return borderTaps.flatMap(([first, last]) =>
    (['zeros', 'ordinary'] as const).map((values): Case => {
      const title = `${base.title ?? ''}border taps ${first} and ${last} over ${values} values`;
      return { ...base, title, borderTaps: [first, last], values };
    }),
  );
}

/** What any values and any epilogue can do to a convolution. */
export function valued(base: Case): Case[] {
  return [
    ...ofEveryKind({ ...base, bias: true, residual: true }),
    ...ofEveryKind({ ...base, title: 'no bias, ' }),
    ...activated(base),
    ...withBorderTaps(base),
    { ...base, title: 'residual', residual: true, options: { ...base.options, activation: 'relu' } },
    { ...base, title: 'odd offsets', seed: 2, bias: true, residual: true },
  ];
}
