// conformance/vectors-v1.json: the cases, and what the reference gives for them. The file stands once it is published: to
// run this again must leave it as it is (npm run vectors), and new cases come in a file of the next version.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Inputs, runVector } from '../src/conformance/vectors.js';
import { borders } from '../src/core/params.js';
import * as reference from '../src/entries/reference.js';
import { outputBytes } from '../src/image/output-bytes.js';
import type { OperationName } from '../src/ops/index.js';

/** A case without its place and its hash. */
type Call = Omit<Inputs, 'id'> & { readonly op: OperationName };

const layouts = ['NHWC', 'NCHW'] as const;
const kinds = ['unit', 'unit', 'edge', 'unit', 'tiny', 'unit', 'huge', 'integer', 'unit', 'wide', 'unit'] as const;
const kernels = [
  [3, 3],
  [1, 1],
  [2, 4],
  [4, 1],
  [3, 2],
] as const;
const strides = [1, 2, [1, 3]] as const;
const dilations = [1, 1, 2, [3, 1]] as const;
const paddings = [
  'same',
  'valid',
  [2, 1],
  'same-lower',
  { top: 0, bottom: 5, left: 4, right: 1 },
  1,
  { top: 12, bottom: 0, left: 0, right: 14 },
] as const;

/** The activations, by the number of channels that a slope has. */
const activations = (channels: number) => [
  'linear',
  'relu',
  'relu6',
  { type: 'clamp', min: -0.3, max: 0.4 },
  'leakyRelu',
  { type: 'leakyRelu', alpha: -1.7 },
  { type: 'prelu', slope: channels },
  'hardSigmoid',
  'hardSwish',
  'elu',
  { type: 'elu', alpha: 0.3 },
  'sigmoid',
  'tanh',
  'silu',
  'gelu',
  'softplus',
];

/** Lists of different lengths, walked side by side, meet in every combination. */
const at = <T>(list: readonly T[], i: number): T => list[i % list.length];
const times = (count: number, make: (i: number) => Call) => Array.from({ length: count }, (_, i) => make(i));

const shaped = (layout: string, n: number, h: number, w: number, c: number) =>
  layout === 'NHWC' ? [n, h, w, c] : [n, c, h, w];

/** What is not the default. */
function stated(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const defaults: Readonly<Record<string, unknown>> = { layout: 'NHWC', strides: 1, dilations: 1, padding: 'valid' };
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => value !== undefined && value !== 'linear' && value !== false && value !== defaults[name],
    ),
  );
}

const valuesOf = (i: number): Partial<Call> => (at(kinds, i) === 'unit' ? {} : { values: at(kinds, i) });
/** Weights that are not finite count in padding, too. */
const weightsOf = (i: number): Partial<Call> => (i % 17 === 16 ? { weights: 'edge' } : {});

const window = (i: number) => ({
  layout: at(layouts, i),
  strides: at(strides, i),
  padding: at(paddings, i),
  dilations: at(dilations, i >> 1),
});

const depthwise = times(40, (i) => {
  const [c, m] = [at([3, 5, 17, 8, 4], i), at([1, 2, 1, 3], i >> 1)];
  const [kh, kw] = at(kernels, i);
  const options = { ...window(i), activation: at(activations(c * m), i) };
  return {
    op: 'depthwiseConv2d',
    input: shaped(options.layout, 1 + (i % 2), 10, 9, c),
    ...valuesOf(i),
    ...weightsOf(i),
    filters: [options.layout === 'NHWC' ? [kh, kw, c, m] : [c * m, 1, kh, kw]],
    ...(i % 3 === 0 ? { bias: c * m } : {}),
    options: stated(options),
  };
});

const pointwise = times(26, (i) => {
  const [layout, inputs, outputs] = [at(layouts, i), at([3, 7, 19, 1, 32], i), at([5, 1, 17, 6], i >> 1)];
  const options = { layout, strides: at(strides, i), activation: at(activations(outputs), i) };
  return {
    op: 'pointwiseConv2d',
    input: shaped(layout, 1 + (i % 2), 4, 7, inputs),
    ...valuesOf(i),
    ...weightsOf(i + 9),
    filters: [layout === 'NHWC' ? [inputs, outputs] : [outputs, inputs]],
    ...(i % 3 === 0 ? { bias: outputs } : {}),
    options: stated(options),
  };
});

const separable = times(30, (i) => {
  const [c, m, outputs] = [at([3, 5, 9, 8], i), at([1, 2, 1], i), at([6, 17, 3, 8, 1], i)];
  const [kh, kw] = at(kernels, i);
  const options = {
    ...window(i),
    depthwiseActivation: at(activations(c * m), i * 3),
    activation: at(activations(outputs), i + 5),
  };
  const isRows = options.layout === 'NHWC';
  return {
    op: 'separableConv2d',
    input: shaped(options.layout, 1, 10, 9, c),
    ...valuesOf(i),
    ...weightsOf(i + 5),
    filters: isRows
      ? [
          [kh, kw, c, m],
          [c * m, outputs],
        ]
      : [
          [c * m, 1, kh, kw],
          [outputs, c * m],
        ],
    ...(i % 3 === 0 ? { depthwiseBias: c * m } : {}),
    ...(i % 5 === 0 ? { bias: outputs } : {}),
    options: stated(options),
  };
});

const standard = times(36, (i) => {
  const groups = at([1, 1, 2, 1, 3], i);
  const [inputs, outputs] = [groups * at([2, 3, 5], i), groups * at([4, 1, 9, 2], i >> 1)];
  const [kh, kw] = at(kernels, i + 2);
  const options = { ...window(i), groups: groups === 1 ? undefined : groups, activation: at(activations(outputs), i) };
  const share = inputs / groups;
  return {
    op: 'conv2d',
    input: shaped(options.layout, 1 + (i % 2), 10, 9, inputs),
    ...valuesOf(i),
    ...weightsOf(i + 3),
    filters: [options.layout === 'NHWC' ? [kh, kw, share, outputs] : [outputs, share, kh, kw]],
    ...(i % 3 === 0 ? { bias: outputs } : {}),
    options: stated(options),
  };
});

const transposed = times(34, (i) => {
  const groups = at([1, 2, 1, 1, 3], i);
  const [inputs, outputs] = [groups * at([3, 1, 4], i), groups * at([2, 5, 1, 8], i >> 1)];
  const [kh, kw] = at(
    [
      [3, 3],
      [4, 5],
      [2, 2],
      [3, 4],
      [1, 3],
    ],
    i,
  );
  const padding = at(['same', 'valid', 1, 'same-lower', { top: 1, bottom: 0, left: 0, right: 2 }], i);
  const isSame = typeof padding === 'string' && padding !== 'valid';
  const options = {
    layout: at(layouts, i),
    strides: at([2, [3, 2], 1], i),
    padding,
    dilations: at([1, 2, 1, [1, 3]], i >> 1),
    outputPadding: i % 7 === 1 && !isSame ? [1, 0] : undefined,
    groups: groups === 1 ? undefined : groups,
    activation: at(activations(outputs), i),
  };
  const needed = options.outputPadding !== undefined && options.strides === 1 ? { ...options, strides: 2 } : options;
  const share = outputs / groups;
  return {
    op: 'convTranspose2d',
    input: shaped(options.layout, 1 + (i % 2), 5, 4, inputs),
    ...valuesOf(i),
    ...weightsOf(i + 11),
    filters: [options.layout === 'NHWC' ? [kh, kw, share, inputs] : [inputs, share, kh, kw]],
    ...(i % 3 === 0 ? { bias: outputs } : {}),
    options: stated(needed),
  };
});

const pooled = (op: 'maxPool2d' | 'avgPool2d', count: number) =>
  times(count, (i) => {
    const { strides: step, ...options } = window(i + 2);
    return {
      op,
      input: shaped(options.layout, 1 + (i % 2), 10, 9, at([3, 1, 17], i)),
      ...valuesOf(i + 2),
      options: stated({
        ...options,
        windowDimensions: at(kernels, i),
        strides: i % 4 === 0 ? undefined : step === 1 ? [1, 1] : step,
        ceilMode: i % 5 < 2,
        countIncludePad: op === 'avgPool2d' && i % 3 === 1,
      }),
    };
  });

const global = (op: 'globalMaxPool2d' | 'globalAvgPool2d') =>
  times(4, (i) => ({
    op,
    input: shaped(at(layouts, i), 2, 5, 7, 9),
    ...valuesOf(i + 2),
    options: stated({ layout: at(layouts, i) }),
  }));

const activated = activations(7).flatMap((activation) =>
  (['wide', 'bits'] as const).map(
    (values): Call => ({ op: 'activate', input: [1, 5, 40, 7], values, options: { activation } }),
  ),
);

const added = times(8, (i) => {
  const layout = at(layouts, i);
  const shape = shaped(layout, 2, 3, 5, 7);
  return {
    op: 'add',
    input: shape,
    ...valuesOf(i + 2),
    residual: shape,
    options: stated({ layout, activation: at(activations(7), 3 * i) }),
  };
});

const filtered = times(26, (i) => {
  const isBytes = i % 2 === 1;
  const layout = at(layouts, i >> 1);
  return {
    op: 'sepFilter2d',
    input: shaped(layout, 1, at([9, 3], i >> 2), at([11, 4], i >> 3), at([3, 1, 4], i)),
    ...(isBytes ? { dtype: 'uint8' as const } : valuesOf(i)),
    ...(i % 13 === 4 ? { weights: 'edge' as const } : {}),
    filters: [[at([5, 3, 2, 1, 7], i)], [at([3, 4, 1, 9], i)]],
    options: stated({ layout, border: at(borders, i >> 1) }),
  };
});

/** What the walks above do not meet. */
const others: readonly Call[] = [
  { op: 'depthwiseConv2d', input: [0, 4, 4, 2], filters: [[3, 3, 2, 1]] },
  {
    op: 'depthwiseConv2d',
    input: [1, 12, 19, 6],
    filters: [[7, 7, 6, 1]],
    options: { padding: 'same', activation: 'relu6' },
  },
  {
    op: 'depthwiseConv2d',
    input: [1, 9, 9, 4],
    filters: [[3, 3, 4, 1]],
    residual: [1, 9, 9, 4],
    options: { padding: 'same', activation: 'relu' },
  },
  {
    op: 'pointwiseConv2d',
    input: [1, 3, 3, 150],
    filters: [[150, 9]],
    residual: [1, 3, 3, 9],
    options: { activation: 'silu' },
  },
  { op: 'pointwiseConv2d', input: [1, 150, 3, 3], filters: [[33, 150]], values: 'huge', options: { layout: 'NCHW' } },
  {
    op: 'separableConv2d',
    input: [1, 6, 6, 8],
    filters: [
      [3, 3, 8, 1],
      [8, 8],
    ],
    residual: [1, 6, 6, 8],
    options: { padding: 'same', depthwiseActivation: 'relu6' },
  },
  {
    op: 'conv2d',
    input: [1, 3, 12, 12],
    filters: [[4, 3, 5, 5]],
    residual: [1, 4, 6, 6],
    options: { layout: 'NCHW', strides: 2, padding: 2, activation: 'relu' },
  },
  {
    op: 'convTranspose2d',
    input: [1, 4, 4, 3],
    filters: [[4, 4, 5, 3]],
    residual: [1, 8, 8, 5],
    options: { strides: 2, padding: 'same' },
  },
];

const calls: readonly Call[] = [
  ...[depthwise, pointwise, separable, standard, transposed].flat(),
  ...[pooled('maxPool2d', 16), pooled('avgPool2d', 18), global('globalMaxPool2d'), global('globalAvgPool2d')].flat(),
  ...[activated, added, filtered, others].flat(),
];

/** The cases of each operation, as the file has them: an absent field is its default. */
const cases: Partial<Record<OperationName, object[]>> = {};
calls.forEach(({ op, options, ...about }, index) => {
  const vector = { id: index + 1, ...about, ...(Object.keys(options ?? {}).length === 0 ? {} : { options }) };
  const { data } = runVector(reference, op, vector);
  const sha256 = createHash('sha256').update(outputBytes(data)).digest('hex');
  cases[op] = [...(cases[op] ?? []), { ...vector, sha256 }];
});

const groups = Object.entries(cases).map(
  ([op, list]) => `"${op}":[\n${list.map((vector) => JSON.stringify(vector)).join(',\n')}\n]`,
);
const text = `{"version":1,"cases":{\n${groups.join(',\n')}\n}}\n`;
writeFileSync('conformance/vectors-v1.json', text);
console.log(`${calls.length} cases, ${text.length} bytes`);
