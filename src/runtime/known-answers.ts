// The load-time test: each op once on a small input whose answer is known, a subnormal among the products.
import { SepconvError } from '../core/errors.js';
import type { Kernels, OpName } from '../core/kernels.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { type Operations, operationsOn } from '../ops/index.js';

interface KnownAnswer {
  run(operations: Operations): Tensor;
  readonly expected: readonly number[];
}

const tiny = 2 ** -80;
const subnormal = tiny * 2 ** -60;
const above = 1 + 2 ** -12;

/** A 2×3 image of 5 channels: counting numbers, with values that tell a fused product and a flushed subnormal. */
const image = tensor(
  Float32Array.from({ length: 30 }, (_, i) => ({ 0: -(1 + 2 ** -11), 1: above, 5: above, 29: tiny })[i] ?? i - 7),
  [1, 2, 3, 5],
);
const row = tensor(Float32Array.of(1, 2, 3, 4, 0, above, 1, -1, 1, 2 ** -60), [1, 2, 5, 1]);
const mix = tensor(Float32Array.of(1, 1, -2, above, 1, 0, 0, 0.25, 2 ** -60, 0), [5, 2]);

const knownAnswers: Record<OpName, KnownAnswer> = {
  depthwise: {
    run: (on) => on.depthwiseConv2d(image, row),
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
    run: (on) => on.pointwiseConv2d(image, mix),
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
    run: (on) => on.separableConv2d(image, row, mix),
    expected: [
      -17.0009765625, -2.749267578125, -4.9990234375, 8.50146484375, -27.996826171875, 68.010986328125, -37.99560546875,
      99.265869140625,
    ],
  },
};

/** Throws where a kernel set does not give the known answers, as on a host that flushes subnormals. */
export function checkKnownAnswers(kernels: Kernels): void {
  const operations = operationsOn(() => kernels);
  for (const [op, { run, expected }] of Object.entries(knownAnswers)) {
    const { data } = run(operations);
    if (data.length !== expected.length || !expected.every((value, i) => Object.is(value, data[i]))) {
      throw new SepconvError(
        'ERR_KERNEL',
        `the self-test of ${op} gave ${data.join(' ')} instead of ${expected.join(' ')}`,
      );
    }
  }
}
