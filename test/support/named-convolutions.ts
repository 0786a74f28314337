// The named cases of the convolutions.
import type { Case } from './cases.js';
import {
  activations,
  aroundLanes,
  aroundPanels,
  aroundTiles,
  continuedBy,
  far,
  valued,
  windowed,
  withBorderTaps,
} from './edges.js';

export const depthwise: Case[] = [
  ...aroundLanes.flatMap((c): Case[] => [
    { title: `${c} channels`, image: [1, 4, 5, c], bias: true, options: { padding: 'same' } },
    { title: `${c} channels, stride 2`, image: [1, 6, 7, c], options: { padding: 'same', strides: 2 } },
  ]),
  ...[2, 3, 4, 5, 8].flatMap((multiplier) =>
    [1, 3, 4, 8, 9].map(
      (c): Case => ({
        title: `${c} channels, multiplier ${multiplier}`,
        image: [1, 4, 5, c],
        multiplier,
        bias: true,
        options: { padding: 'same' },
      }),
    ),
  ),
  ...windowed({ bias: true }),
  ...windowed({ multiplier: 2 }).map((aCase) => ({ ...aCase, title: `${aCase.title}, multiplier 2` })),
  ...continuedBy({ bias: true }),
  ...valued({ image: [1, 6, 7, 19], options: { padding: 'same' } }),
  { title: 'a multiplier above every vector', image: [2, 4, 5, 3], multiplier: 37, options: { padding: 'same' } },
  {
    title: 'a multiplier, more rows than are repeated together',
    image: [2, 40, 30, 40],
    multiplier: 3,
    bias: true,
    options: { padding: [1, 2], dilations: [2, 1] },
  },
  {
    title: 'small planes of more channels than go together, one left over',
    image: [2, 7, 7, 81],
    bias: true,
    residual: true,
    options: { padding: 'same', activation: 'prelu' },
  },
  {
    title: 'rows two by two, dilated, some wholly in the padding',
    image: [1, 11, 12, 24],
    bias: true,
    options: { padding: { top: 5, bottom: 7, left: 1, right: 2 }, dilations: [2, 1] },
  },
  {
    title: 'rows as far apart as there are integers',
    image: [1, 4, 9, 24],
    kernel: [1, 3],
    bias: true,
    options: { padding: 1, dilations: [2 ** 30 + 1, 1] },
  },
  {
    title: 'a multiplier, rows too far apart to be repeated two by two',
    image: [1, 900, 40, 65],
    multiplier: 2,
    kernel: [2, 2],
    options: { strides: [850, 9] },
  },
  {
    title: 'many channels in a wide row, the last vector across others',
    image: [1, 4, 200, 50],
    bias: true,
    residual: true,
    options: { padding: 'same', activation: 'silu' },
  },
];

export const pointwise: Case[] = [
  ...aroundLanes.map((c): Case => ({ title: `${c} inputs`, image: [1, 3, 3, c], outputs: 9, bias: true })),
  ...aroundPanels.map((outputs): Case => ({ title: `${outputs} outputs`, image: [1, 3, 5, 7], outputs, bias: true })),
  ...aroundTiles.map((width): Case => ({ title: `${width} pixels`, image: [1, 1, width, 6], outputs: 33 })),
  ...aroundTiles.map(
    (width): Case => ({
      title: `${width} pixels, stride 2`,
      image: [1, 3, width, 5],
      outputs: 17,
      options: { strides: 2 },
    }),
  ),
  { title: 'a 1×1 image', image: [1, 1, 1, 40], outputs: 30 },
  { title: 'one channel to one', image: [1, 5, 7, 1], outputs: 1, bias: true },
  { title: 'many inputs', image: [1, 2, 3, 1025], outputs: 19 },
  { title: 'many outputs', image: [1, 2, 3, 5], outputs: 517 },
  { title: 'strides that differ', image: [1, 7, 8, 5], outputs: 10, options: { strides: [3, 2] } },
  { title: 'strides above the image', image: [1, 3, 4, 8], outputs: 8, options: { strides: far } },
  { title: 'batch 2, stride 2', image: [2, 5, 5, 6], outputs: 12, options: { strides: 2 } },
  { title: 'batch 0', image: [0, 5, 5, 6], outputs: 12 },
  { title: 'more inputs than a panel may hold', image: [1, 1, 2, 2 ** 21], outputs: 1, bias: true },
  ...valued({ image: [1, 5, 7, 11], outputs: 27 }),
];

export const separable: Case[] = [
  ...aroundLanes.map(
    (c): Case => ({
      title: `${c} channels`,
      image: [1, 4, 5, c],
      outputs: 17,
      bias: true,
      options: { padding: 'same', depthwiseActivation: 'relu6' },
    }),
  ),
  ...aroundPanels.map((outputs): Case => ({ title: `${outputs} outputs`, image: [1, 5, 5, 6], outputs, bias: true })),
  ...[2, 3, 8].map(
    (multiplier): Case => ({
      title: `multiplier ${multiplier}`,
      image: [1, 4, 5, 6],
      multiplier,
      outputs: 10,
      bias: true,
    }),
  ),
  ...activations.map(
    (depthwiseActivation): Case => ({
      title: `${JSON.stringify(depthwiseActivation)} between the halves`,
      image: [1, 4, 5, 9],
      bias: true,
      options: { padding: 'same', depthwiseActivation, activation: 'prelu' },
    }),
  ),
  // Threads share out the outputs, and each computes the depthwise half.
  ...[71, 72, 73, 96, 97, 113, 144, 145].map(
    (outputs): Case => ({
      title: `${outputs} outputs of few pixels`,
      image: [2, 7, 7, 6],
      outputs,
      bias: true,
      residual: true,
      options: { padding: 'same', depthwiseActivation: 'silu', activation: 'gelu' },
    }),
  ),
  ...[191, 192].map(
    (height): Case => ({
      title: `a column of ${height}`,
      image: [1, height, 1, 5],
      outputs: 75,
      options: { padding: 'same' },
    }),
  ),
  { title: 'more channels than a panel may hold', image: [1, 1, 2, 2 ** 21], kernel: [1, 1], outputs: 1 },
  ...windowed({ outputs: 9, bias: true }),
  ...continuedBy({ outputs: 9, bias: true }),
  ...valued({ image: [1, 6, 7, 11], outputs: 18, options: { padding: 'same' } }),
];

/** Groups of 12 inputs, from one to a depthwise convolution with multiplier 2. */
const grouped = [1, 2, 3, 4, 6, 12].flatMap((groups): Case[] =>
  [12, 24].map((outputs) => ({
    title: `${groups} groups, ${outputs} outputs`,
    image: [1, 4, 5, 12],
    outputs,
    bias: true,
    options: { groups, padding: 'same' },
  })),
);

/** Groups whose outputs stand around the lanes of every vector. */
const groupsAroundLanes = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17].flatMap((outputs): Case[] =>
  [1, 3, 8].map((inputs) => ({
    title: `3 groups of ${inputs} inputs and ${outputs} outputs`,
    image: [1, 3, 6, 3 * inputs],
    outputs: 3 * outputs,
    bias: true,
    options: { groups: 3, padding: 1 },
  })),
);

/** What the inputs and outputs of a standard convolution can be. */
const channels: Case[] = [
  ...aroundLanes.map((c): Case => ({ title: `${c} inputs`, image: [1, 3, 4, c], outputs: 5, bias: true })),
  ...aroundPanels.map((outputs): Case => ({ title: `${outputs} outputs`, image: [1, 4, 5, 3], outputs, bias: true })),
  { title: 'many inputs', image: [1, 3, 4, 517], outputs: 9 },
  ...grouped,
  ...groupsAroundLanes,
];

/** The smallest divisor above 1: channels of a prime number become a depthwise convolution. */
const leastDivisor = (n: number): number => {
  let divisor = 2;
  while (divisor < n && n % divisor !== 0) divisor++;
  return n === 1 ? 1 : divisor;
};

export const conv2d: Case[] = [
  ...channels,
  ...windowed({ outputs: 9, bias: true }),
  ...continuedBy({ outputs: 9, bias: true }),
  ...windowed({}).map((aCase): Case => {
    const groups = leastDivisor(aCase.image[3]);
    return { ...aCase, title: `${aCase.title}, in groups`, outputs: 2 * groups, options: { ...aCase.options, groups } };
  }),
  { title: '1×1, stride 2', image: [2, 5, 6, 7], kernel: [1, 1], outputs: 9, options: { strides: 2 } },
  { title: '1×1, same, stride 3', image: [1, 5, 6, 7], kernel: [1, 1], options: { strides: 3, padding: 'same' } },
  { title: '1×1 with padding', image: [1, 3, 4, 5], kernel: [1, 1], bias: true, options: { padding: 2 } },
  { title: '1×1 in groups', image: [1, 3, 4, 6], kernel: [1, 1], outputs: 9, options: { groups: 3 } },
  {
    title: 'in groups, reflect',
    image: [1, 4, 5, 6],
    outputs: 4,
    options: { groups: 2, padding: 3, border: 'reflect' },
  },
  { title: 'one channel', image: [1, 5, 6, 1], outputs: 7, bias: true, options: { padding: 'same' } },
  ...valued({ image: [1, 5, 6, 6], outputs: 19, options: { padding: 'same' } }),
  ...withBorderTaps({ title: 'groups, ', image: [1, 4, 5, 6], outputs: 10, options: { padding: 'same', groups: 2 } }),
];

/** Strides and dilations, with and without a common divisor, of each of which only some taps reach an output. */
const steps = [
  [1, 1],
  [1, 3],
  [2, 1],
  [2, 2],
  [2, 3],
  [2, 4],
  [3, 1],
  [3, 2],
  [3, 3],
  [4, 6],
  [6, 4],
  [6, 9],
].flatMap(([strides, dilations]): Case[] =>
  (['valid', 'same', 1] as const).map((padding) => ({
    title: `strides ${strides}, dilations ${dilations}, padding ${padding}`,
    image: [1, 4, 5, 5],
    kernel: [3, 4],
    outputs: 9,
    bias: true,
    options: { strides, dilations: [dilations, 1], padding },
  })),
);

const unreached: Case[] = [
  { title: 'same, filter below the stride', image: [1, 3, 4, 5], kernel: [2, 1], options: { strides: 4 } },
  { title: 'same-lower, filter below the stride', image: [1, 3, 4, 5], kernel: [1, 2], options: { strides: [3, 5] } },
  { title: 'a 1×1 filter', image: [1, 3, 4, 5], kernel: [1, 1], options: { strides: 3 } },
].flatMap((aCase) =>
  (['valid', 'same', 'same-lower'] as const).map((padding) => ({
    ...aCase,
    title: `${aCase.title}, ${padding}`,
    outputs: 9,
    bias: true,
    options: { ...aCase.options, padding, activation: 'sigmoid' },
  })),
) as unknown as Case[];

export const transposed: Case[] = [
  ...channels,
  ...steps,
  ...unreached,
  ...aroundTiles.map(
    (width): Case => ({ title: `${width} columns`, image: [1, 2, width, 5], outputs: 8, options: { strides: [2, 3] } }),
  ),
  ...[
    { title: 'outputPadding 1', strides: 2, outputPadding: 1 },
    { title: 'outputPadding [2, 4]', strides: [3, 5], outputPadding: [2, 4] },
    { title: 'outputPadding by dilation', dilations: 4, outputPadding: 3 },
    {
      title: 'outputPadding and padding',
      strides: 3,
      outputPadding: 2,
      padding: { top: 2, bottom: 0, left: 1, right: 3 },
    },
  ].map(({ title, ...options }) => ({ title, image: [2, 3, 4, 6], outputs: 10, bias: true, options }) as Case),
  { title: 'a 1×1 image', image: [1, 1, 1, 5], outputs: 6, options: { strides: 2 } },
  { title: 'padding up to one output', image: [1, 1, 1, 4], kernel: [5, 5], options: { padding: 2 } },
  {
    title: 'padding beyond the first pixels',
    image: [1, 4, 5, 4],
    options: { padding: { top: 5, bottom: 0, left: 6, right: 0 } },
  },
  { title: 'same, even filter', image: [1, 4, 5, 6], kernel: [2, 4], options: { padding: 'same', strides: [1, 2] } },
  {
    title: 'same-lower, even filter',
    image: [1, 4, 5, 6],
    kernel: [4, 2],
    options: { padding: 'same-lower', strides: 2 },
  },
  { title: 'a dilation near 2³⁰', image: [1, 1, 1, 3], options: { padding: 'same', dilations: far } },
  {
    title: 'strides and padding near 2³⁰',
    image: [1, 2, 2, 3],
    options: { strides: far, padding: { top: far, bottom: 0, left: 0, right: far } },
  },
  { title: 'a stride above 2³⁰', image: [1, 1, 1, 5], kernel: [2, 2], options: { strides: 2 ** 30 + 1, dilations: 2 } },
  {
    title: 'a stride and a dilation near 2³⁰ that share no divisor',
    image: [1, 2, 1, 5],
    kernel: [2, 3],
    options: {
      strides: [far, far - 1],
      dilations: far,
      padding: { top: far - 7, bottom: far - 3, left: far - 5, right: far - 9 },
    },
  },
  { title: 'batch 3', image: [3, 4, 3, 7], options: { strides: 2 } },
  { title: 'batch 0', image: [0, 4, 3, 7], options: { strides: 2 } },
  ...valued({ image: [1, 4, 5, 6], outputs: 19, options: { padding: 'same', strides: 2 } }),
  ...withBorderTaps({ title: 'groups, ', image: [1, 4, 5, 6], outputs: 10, options: { padding: 1, groups: 2 } }),
];
