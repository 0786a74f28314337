// The load-time test: each op once on a small input whose answer is known, a subnormal among the products. Its params
// are given as settled, so that a program that is bundled with one op does not carry the facades of all.
import { SepconvError } from '../core/errors.js';
import type { Kernels, OpName, Stage } from '../core/kernels.js';
import { activations, borders, type Params, reductions } from '../core/params.js';

/** One pass: what differs from a 1×1 pointwise run on `image`, and its filter. */
interface Pass {
  readonly params?: Partial<Params>;
  readonly filter?: Float32Array;
}

interface KnownAnswer {
  /** `image` unless it is named. */
  readonly input?: Float32Array;
  readonly passes: readonly Pass[];
  readonly expected: readonly number[];
}

const tiny = 2 ** -80;
const subnormal = tiny * 2 ** -60;
const above = 1 + 2 ** -12;

/** A 2×3 image of 5 channels: counting numbers, with values that tell a fused product and a flushed subnormal. */
const image = /* @__PURE__ */ Float32Array.from(
  { length: 30 },
  (_, i) => ({ 0: -(1 + 2 ** -11), 1: above, 5: above, 29: tiny })[i] ?? i - 7,
);
const row = /* @__PURE__ */ Float32Array.of(1, 2, 3, 4, 0, above, 1, -1, 1, 2 ** -60);
const mix = /* @__PURE__ */ Float32Array.of(1, 1, -2, above, 1, 0, 0, 0.25, 2 ** -60, 0);
/** [1, 2, 5 inputs, 2 outputs] of the convolution, [1, 2, 2 outputs, 5 inputs] of its transpose. */
const dense = /* @__PURE__ */ Float32Array.from({ length: 20 }, (_, i) => ((i % 7) - 3) * above);
const gathered = /* @__PURE__ */ dense.map(
  (_, i) => dense[10 * Math.floor(i / 10) + 5 * (i % 2) + (Math.floor(i / 2) % 5)],
);

const common: Params = {
  batch: 1,
  inputHeight: 2,
  inputWidth: 3,
  outputHeight: 2,
  outputWidth: 3,
  paddingTop: 0,
  paddingLeft: 0,
  paddingBottom: 0,
  paddingRight: 0,
  inputChannels: 5,
  outputChannels: 5,
  filterHeight: 1,
  filterWidth: 1,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  products: 1,
  groups: 1,
  reduction: 0,
  border: 0,
  layout: 0,
  inputType: 0,
  outputType: 0,
  activation: 0,
  clampMin: 0,
  clampMax: 0,
  alpha: 0,
};
/** A filter of one row and two columns. */
const twoColumns = { filterWidth: 2, outputWidth: 2 };
const depthwise: Pass = { params: { filterWidth: 2, outputWidth: 2, products: 2, groups: 5 }, filter: row };
const pointwise = { outputChannels: 2, products: 5 };
/** A pass of a filter with the border 'replicate'. */
const replicate = { products: 3, groups: 5, border: /* @__PURE__ */ borders.indexOf('replicate') };

const knownAnswers = (): Record<OpName, KnownAnswer> => ({
  depthwise: {
    passes: [depthwise],
    expected: [
      0,
      1.00048828125,
      -15,
      -15,
      1.734723475976807e-18,
      4.0009765625,
      2,
      -5,
      10,
      6.071532165918825e-18,
      21.003173828125,
      32,
      15,
      60,
      1.474514954580286e-17,
      31.00439453125,
      47,
      25,
      85,
      subnormal,
    ],
  },
  pointwise: {
    passes: [{ params: pointwise, filter: mix }],
    expected: [
      -8.0009765625,
      -1,
      3.000244140625,
      0.25,
      6.071532165918825e-18,
      8.5009765625,
      1.0408340855860843e-17,
      19.752197265625,
      1.474514954580286e-17,
      31.00341796875,
      subnormal,
      42.254638671875,
    ],
  },
  separable: {
    passes: [depthwise, { params: { ...pointwise, inputWidth: 2, outputWidth: 2 }, filter: mix }],
    expected: [
      -17.0009765625, -2.749267578125, -4.9990234375, 8.50146484375, -27.996826171875, 68.010986328125, -37.99560546875,
      99.265869140625,
    ],
  },
  conv2d: {
    passes: [{ params: { ...twoColumns, outputChannels: 2, products: 10 }, filter: dense }],
    expected: [
      -10.001220703125, 9.00341796875, -9.0029296875, 12.00244140625, -30.00732421875, 18.00439453125, -67.016357421875,
      -26.00634765625,
    ],
  },
  transposed: {
    passes: [
      { params: { filterWidth: 2, strideWidth: 2, outputWidth: 6, outputChannels: 2, products: 10 }, filter: gathered },
    ],
    expected: [
      3.001709461212158, 27.00634765625, -12.002685546875, -9.00146484375, 0.9995114803314209, -5.000732421875,
      -4.0009765625, 4.00048828125, -15.003662109375, -16.00390625, 11.002685546875, 10.00244140625, -40.009765625,
      -21.005126953125, 26.00634765625, 10.00244140625, -65.015869140625, -26.00634765625, 41.010009765625,
      10.00244140625, -112.02734375, -9.002197265625, 122.02978515625, -34.00830078125,
    ],
  },
  pooling: {
    passes: [
      {
        params: {
          ...twoColumns,
          filterHeight: 2,
          outputHeight: 1,
          products: 4,
          groups: 5,
          reduction: reductions.indexOf('average'),
        },
      },
    ],
    expected: [5.24993896484375, 5.75006103515625, 5, 6, 7, 8.75006103515625, 9, 10, 11, 6.5],
  },
  activation: {
    input: Float32Array.of(-3.5, -0.25, 0.75, 2, -14),
    passes: [
      {
        params: {
          inputHeight: 1,
          inputWidth: 1,
          outputHeight: 1,
          outputWidth: 1,
          groups: 5,
          activation: activations.indexOf('gelu'),
        },
      },
    ],
    expected: [-0.0008142017759382725, -0.10032341629266739, 0.5800294876098633, 1.9544997215270996, -78 * 2 ** -149],
  },
  sepFilter: {
    passes: [
      {
        params: { ...replicate, filterWidth: 3, paddingLeft: 1, paddingRight: 1 },
        filter: Float32Array.of(1, 2, above),
      },
      {
        params: { ...replicate, filterHeight: 3, paddingTop: 1, paddingBottom: 1 },
        filter: Float32Array.of(1, -1, above),
      },
    ],
    expected: [
      37.01220703125, 41.013427734375, 45.0146484375, 49.015869140625, 53.01708984375, 52.01708984375, 56.018310546875,
      60.01953125, 64.020751953125, 46.01123046875, 67.020751953125, 71.02197265625, 75.023193359375, 79.0244140625,
      17.004150390625, -1.991943359375, 2.010498046875, -14.989013671875, -10.98779296875, -6.986572265625,
      4.013427734375, 3.014892578125, 0.015869140625, 4.01708984375, 8.012939453125, 10.017333984375, 11.018310546875,
      15.01953125, 19.020751953125, 23.005859375,
    ],
  },
});

/** Throws where a kernel set does not give the known answers, as on a host that flushes subnormals. */
export function checkKnownAnswers(kernels: Kernels): void {
  const isRight = kernels.precision === 'exact' ? Object.is : isNear;
  for (const [op, answer] of Object.entries(knownAnswers())) {
    const { expected } = answer;
    const output = run(kernels, op as OpName, answer);
    if (!expected.every((value, i) => isRight(value, output[i]))) {
      throw new SepconvError(
        'ERR_KERNEL',
        `the self-test of ${op} gave ${output.join(' ')} instead of ${expected.join(' ')}`,
      );
    }
  }
}

function run(kernels: Kernels, op: OpName, { input = image, passes, expected }: KnownAnswer): Float32Array {
  const params = passes.map((pass): Params => ({ ...common, ...pass.params }));
  const none = new Float32Array();
  const stages = passes.map(({ filter = none }, index): Stage => {
    const hasBias = filter !== none && op !== 'sepFilter';
    const bias = hasBias ? new Float32Array(params[index].outputChannels) : none;
    return { config: params[index], filter, bias, slope: none };
  });
  const output = new Float32Array(expected.length);
  const prepared = kernels.prepare(op, stages);
  try {
    const plan = prepared.plan(params);
    kernels.run([{ plan, input: { memory: input, byteOffset: 0 }, output: { memory: output, byteOffset: 0 } }]);
  } finally {
    prepared.dispose();
  }
  return output;
}

/** What a fused sum of these small cases may be off by. */
function isNear(expected: number, actual: number): boolean {
  return Math.abs(expected - actual) <= 2 ** -18 * (1 + Math.abs(expected));
}
