// The named cases of what has no weights to multiply with, and of separable filters.
import { borders } from '../../src/core/params.js';
import type { Case } from './cases.js';
import { activated, aroundLanes, aroundTiles, ofEveryKind, windowed, withBorderTaps } from './edges.js';

/** Ceil mode with windows that end inside the image, in its padding and beyond it. */
const ceiled = [5, 6, 7, 8].flatMap((size): Case[] =>
  [
    { strides: 2, padding: 0 },
    { strides: 2, padding: 1 },
    { strides: [3, 5], padding: 1 },
    { strides: 2, padding: 'same', dilations: 2 },
    { strides: 3, padding: { top: 1, bottom: 0, left: 0, right: 2 } },
  ].map((options) => ({
    title: `ceil mode, size ${size}, ${JSON.stringify(options)}`,
    image: [1, size, size + 1, 5],
    options: { ...options, ceilMode: true } as Case['options'],
  })),
);

export const pooling: Case[] = [
  ...aroundLanes.map((c): Case => ({ title: `${c} channels`, image: [1, 5, 6, c], kernel: [2, 2] })),
  ...aroundLanes.map((c): Case => ({ title: `one row of ${9 * c} channels`, image: [1, 2, 6, 9 * c], kernel: [2, 2] })),
  ...windowed({ options: { strides: 1 } }),
  ...ceiled,
  { title: 'strides default to the window', image: [1, 7, 9, 6], kernel: [2, 3] },
  { title: 'an image below the window, in ceil mode', image: [1, 2, 2, 5], options: { strides: 2, ceilMode: true } },
  { title: 'a window of 2.5 · 10⁹ taps', image: [1, 1, 2, 3], kernel: [50_000, 50_000], options: { padding: 'same' } },
  {
    title: 'a window as large as there is one',
    image: [1, 2, 3, 5],
    kernel: [2 ** 30, 2 ** 31 - 1],
    options: { padding: 'same' },
  },
  ...ofEveryKind({ image: [1, 6, 7, 19], options: { strides: 1, padding: 1 } }),
  ...[2, 9, 17, 18, 33, 34, 36, 71, 139].map(
    (width): Case => ({
      title: `every second of ${width} columns`,
      image: [1, 7, width, 1],
      kernel: [2, 3],
      options: { strides: 2, padding: 'same' },
    }),
  ),
  ...ofEveryKind({ title: 'every second column of ', image: [2, 5, 75, 1], kernel: [3, 2], options: { strides: 2 } }),
  ...[1, 2, 3, 4, 7, 15].map(
    (width): Case => ({
      title: `21 planes of ${width} columns`,
      image: [21, 5, width, 1],
      kernel: [3, 2],
      options: { strides: 1, padding: 1 },
    }),
  ),
  ...ofEveryKind({ title: 'planes of ', image: [13, 6, 3, 1], kernel: [2, 2], options: { strides: 1, padding: 1 } }),
];

export const averaging: Case[] = [
  ...pooling,
  ...pooling
    .filter(({ options }) => options?.padding !== undefined || options?.ceilMode)
    .map((aCase): Case => {
      const options = { ...aCase.options, countIncludePad: true };
      return { ...aCase, title: `${aCase.title}, countIncludePad`, options };
    }),
];

export const globalPooling: Case[] = [
  ...aroundLanes.map((c): Case => ({ title: `${c} channels`, image: [1, 4, 5, c] })),
  ...aroundTiles.map((width): Case => ({ title: `${width} columns`, image: [1, 3, width, 9] })),
  { title: 'a 1×1 image', image: [1, 1, 1, 70] },
  { title: 'a 1×1 image of NaN and the like', image: [1, 1, 1, 70], values: 'specials' },
  { title: 'a large image', image: [1, 149, 131, 9] },
  { title: 'a large image of large values', image: [2, 97, 83, 5], values: 'huge' },
  { title: 'batch 5', image: [5, 3, 2, 33] },
  { title: 'batch 0', image: [0, 3, 2, 33] },
  { title: '1 channel, batch 13', image: [13, 7, 7, 1], values: 'specials' },
  ...ofEveryKind({ image: [1, 6, 7, 19] }),
];

export const elementwise: Case[] = [
  ...aroundLanes.map((c): Case => ({ title: `${c} channels`, image: [1, 3, 5, c], options: { activation: 'prelu' } })),
  ...aroundTiles.map(
    (width): Case => ({ title: `${width} columns`, image: [1, 3, width, 1], options: { activation: 'tanh' } }),
  ),
  ...['linear', 'prelu', 'hardSwish'].map(
    (activation): Case => ({
      title: `${activation} keeps the sign of zero in channels that fill no vector`,
      image: [1, 3, 7, 23],
      values: 'specials',
      options: { activation } as Case['options'],
    }),
  ),
  { title: 'batch 3', image: [3, 5, 4, 7], options: { activation: 'gelu' } },
  { title: 'batch 0', image: [0, 5, 4, 7], options: { activation: 'gelu' } },
  { title: 'odd offsets', image: [1, 5, 4, 7], seed: 2, options: { activation: 'prelu' } },
  ...activated({ image: [1, 6, 7, 19] }),
  ...(['prelu', 'hardSwish', 'elu', 'sigmoid', 'silu', 'gelu', 'softplus'] as const).flatMap((activation) =>
    ofEveryKind({ title: `${activation} of `, image: [1, 5, 7, 11], options: { activation } }),
  ),
];

/** Taps [down, across]: one, even, longer than a small image. */
const kernels = [
  [1, 1],
  [1, 4],
  [2, 1],
  [3, 3],
  [5, 2],
  [4, 13],
  [17, 3],
] as const;

const sizes = [
  [1, 1],
  [1, 7],
  [6, 1],
  [2, 2],
  [5, 8],
] as const;

const filtered = borders.flatMap((border): Case[] => [
  ...kernels.flatMap((kernel) =>
    sizes.map(
      ([h, w]): Case => ({
        title: `${border}, ${kernel.join('×')} taps on ${h}×${w}`,
        image: [1, h, w, 3],
        kernel,
        options: { border },
      }),
    ),
  ),
  ...aroundLanes.map((c): Case => ({ title: `${border}, ${c} channels`, image: [2, 4, 5, c], options: { border } })),
  ...withBorderTaps({ title: `${border}, `, image: [1, 4, 5, 3], options: { border } }),
]);

export const sepFilter: Case[] = [
  ...filtered,
  ...filtered.map((aCase): Case => {
    const taps = { title: `${aCase.title}, uint8`, values: 'quarters', dtype: 'uint8' } as const;
    return { ...aCase, ...taps };
  }),
  ...aroundTiles.map((width): Case => ({ title: `${width} columns`, image: [1, 3, width, 1], kernel: [3, 5] })),
  ...ofEveryKind({ image: [1, 6, 7, 19] }),
  ...ofEveryKind({ title: 'uint8, ', image: [1, 6, 7, 19], dtype: 'uint8' }),
  { title: 'batch 0', image: [0, 6, 7, 3] },
  { title: 'odd offsets', image: [1, 6, 7, 3], seed: 2 },
  { title: 'odd offsets, uint8', image: [1, 6, 7, 3], seed: 2, dtype: 'uint8', values: 'quarters' },
];
