// The load-time test: each op once on a small input whose answer is known, a subnormal among the products. Its params
// are given as settled, so that a program that is bundled with one op does not carry the facades of all.
import { SepconvError } from '../core/errors.js';
import type { Kernels, OpName, Stage } from '../core/kernels.js';
import { activations, borders, type Params, paramsOf, reductions } from '../core/params.js';
import { readWindow, type Window, windowGeometry } from '../core/window.js';
import { stageConfig } from '../ops/config.js';

/** One pass: what differs from a 1×1 pointwise run on `image`, and its filter. */
interface Pass {
  readonly params?: Partial<Params>;
  readonly filter?: Float32Array;
}

interface KnownAnswer {
  /** `image` unless it is named. */
  readonly input?: Float32Array;
  readonly passes: readonly Pass[];
  /** As decimals that are nearest to these float32. */
  readonly expected: readonly number[];
}

const tiny = 2 ** -80;
/** The least of the weights. */
const least = 2 ** -60;
const subnormal = tiny * least;
const above = 1 + 2 ** -12;

/** A 2×3 image of 5 channels: counting numbers, with values that tell a fused product and a flushed subnormal. */
const image = /* @__PURE__ */ Float32Array.from(
  { length: 30 },
  (_, i) => ({ 0: -(1 + 2 ** -11), 1: above, 5: above, 29: tiny })[i] ?? i - 7,
);
const row = /* @__PURE__ */ Float32Array.of(1, 2, 3, 4, 0, above, 1, -1, 1, least);
const mix = /* @__PURE__ */ Float32Array.of(1, 1, -2, above, 1, 0, 0, 0.25, least, 0);
/** [1, 2, 5 inputs, 2 outputs] of the convolution, [1, 2, 2 outputs, 5 inputs] of its transpose. */
const dense = /* @__PURE__ */ Float32Array.from({ length: 20 }, (_, i) => ((i % 7) - 3) * above);
const gathered = /* @__PURE__ */ dense.map(
  (_, i) => dense[10 * Math.floor(i / 10) + 5 * (i % 2) + (Math.floor(i / 2) % 5)],
);

const pixel: Window = /* @__PURE__ */ readWindow({}, 1, 1);
const common: Params = /* @__PURE__ */ paramsOf(
  /* @__PURE__ */ stageConfig('NHWC', pixel, { inputChannels: 5, outputChannels: 5 }),
  /* @__PURE__ */ windowGeometry(pixel, { batch: 1, height: 2, width: 3, channels: 5 }),
);
/** Of each row. */
const twoPixels = { inputWidth: 2, outputWidth: 2 };
/** A filter of one row and two columns. */
const twoColumns = { filterWidth: 2, outputWidth: 2 };
const depthwise: Pass = { params: { ...twoColumns, products: 2, groups: 5 }, filter: row };
const pointwise = { outputChannels: 2, products: 5 };
/** A pass of a filter with the border 'replicate'. */
const replicate = { ...twoPixels, products: 3, groups: 5, border: /* @__PURE__ */ borders.indexOf('replicate') };

const knownAnswers = (): Record<OpName, KnownAnswer> => ({
  depthwise: {
    passes: [depthwise],
    expected: [
      0,
      1.0004883,
      -15,
      -15,
      2 * least,
      4.0009766,
      2,
      -5,
      10,
      7 * least,
      21.003174,
      32,
      15,
      60,
      17 * least,
      31.004395,
      47,
      25,
      85,
      subnormal,
    ],
  },
  pointwise: {
    passes: [{ params: pointwise, filter: mix }],
    expected: [
      -8.000977,
      -1,
      3.0002441,
      0.25,
      7 * least,
      8.500977,
      12 * least,
      19.752197,
      17 * least,
      31.003418,
      subnormal,
      42.25464,
    ],
  },
  separable: {
    passes: [depthwise, { params: { ...pointwise, ...twoPixels }, filter: mix }],
    expected: [-17.000977, -2.7492676, -4.9990234, 8.501465, -27.996826, 68.01099, -37.995605, 99.26587],
  },
  conv2d: {
    passes: [{ params: { ...twoColumns, outputChannels: 2, products: 10 }, filter: dense }],
    expected: [-10.001221, 9.003418, -9.00293, 12.002441, -30.007324, 18.004395, -67.01636, -26.006348],
  },
  transposed: {
    passes: [
      {
        params: { ...twoPixels, filterWidth: 2, strideWidth: 2, outputWidth: 4, outputChannels: 2, products: 10 },
        filter: gathered,
      },
    ],
    expected: [
      3.0017095, 27.006348, -12.002686, -9.001465, 0.9995115, -5.0007324, -4.0009766, 4.0004883, -15.003662, -16.003906,
      11.002686, 10.002441, -40.009766, -21.005127, 26.006348, 10.002441,
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
    expected: [5.249939, 5.750061, 5, 6, 7, 8.750061, 9, 10, 11, 6.5],
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
    expected: [-0.0008142018, -0.10032342, 0.5800295, 1.9544997, -78 * 2 ** -149],
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
      17.006104, 21.007324, 25.008545, 29.009766, 33.010986, 27.008545, 31.009766, 35.010986, 39.012207, 43.013428,
      -1.9968262, 2.0056152, -14.9938965, -10.992676, -6.991455, 2.00708, -1.9924316, -4.991455, -0.9902344, 3.0109863,
    ],
  },
});

/** Throws where a kernel set does not give the known answers, as on a host that flushes subnormals. */
export function checkKnownAnswers(kernels: Kernels): void {
  const isRight = kernels.precision === 'exact' ? Object.is : isNear;
  for (const [op, answer] of Object.entries(knownAnswers())) {
    const expected = answer.expected.map(Math.fround);
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
