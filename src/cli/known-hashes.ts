// Cases of every operation, and the SHA-256 of what the reference gives for them. The hashes stand: a change of one is a
// change of what the library promises.
import type { Activation } from '../core/activation.js';
import type { TensorData } from '../core/arrays.js';
import type { Tensor } from '../core/tensor.js';
import type { OperationName, Operations } from '../ops/index.js';
import { bytes, filled, nchw, nhwc, values, wide } from './known-inputs.js';

export interface KnownHash {
  readonly title: string;
  /** Of the output's bytes; see outputHash. */
  readonly sha256: string;
  run(on: Operations): Tensor<TensorData>;
}

const activations: readonly { title: string; activation: Activation; sha256: string }[] = [
  { title: 'linear', activation: 'linear', sha256: 'b1cb8de676f39a08d71110998ebfc41c12eb0542d1e51fe5369100b0ab26f4e4' },
  { title: 'relu', activation: 'relu', sha256: '27e640f9f00ae04f4e635d9151061df87d8d4c2e5a49b5abd0712523e59589df' },
  { title: 'relu6', activation: 'relu6', sha256: '1888a1cd7afa3d512d4e5d4f119d79b1cf14a1b42964d1f20f4aefbeea8ddf8a' },
  {
    title: 'clamp',
    activation: { type: 'clamp', min: -2, max: 3 },
    sha256: 'de9615f108409a45c97c919b508fceb80dbfea7b2f882476e3861db7e6237e60',
  },
  {
    title: 'leakyRelu',
    activation: 'leakyRelu',
    sha256: '162b641cf0f28d91a86e53960ce178fd3188889abacd5a3e454016aba61ee8f3',
  },
  {
    title: 'prelu',
    activation: { type: 'prelu', slope: values(5, 21) },
    sha256: '489a5940da057cf1472cf5b6f3a7cda7aa0f051fac9fc9b609a720f22a3f0503',
  },
  {
    title: 'hardSigmoid',
    activation: 'hardSigmoid',
    sha256: '0fad8f1b1ca00672753e8f6e7fc06b5a12abb58229d7b8bd08e14d9daba1cf5a',
  },
  {
    title: 'hardSwish',
    activation: 'hardSwish',
    sha256: 'c21fd4ffe7939a5bb32372e76c9ea3331fa8fd3e46ac67ca4c41da1755b22962',
  },
  { title: 'elu', activation: 'elu', sha256: '970419ec0cebef5503359e2a236c6f1aa8131cea01be65e414195dbe13ddfc42' },
  {
    title: 'sigmoid',
    activation: 'sigmoid',
    sha256: 'f04c572604634fc1cbb58dd6e4d2b20b60db372256f4890c9783259803d71644',
  },
  { title: 'tanh', activation: 'tanh', sha256: 'c3a966eefcc803da3b838a6b0b0dac42b1d733a762a83cec81fad9635922fb0c' },
  { title: 'silu', activation: 'silu', sha256: 'f32d702f8112f2514480cdbad51342259be7c747ed957a56964f9d142789458f' },
  { title: 'gelu', activation: 'gelu', sha256: '08edb30301af6caeda342736d9593d33788c201943647faea90a915f55b8ad3d' },
  {
    title: 'softplus',
    activation: 'softplus',
    sha256: '5ff40c822bb618ba9cb04744634a67e9fd052f1b5d09080972630b2af3bf62fe',
  },
];

export const knownHashes: Record<OperationName, readonly KnownHash[]> = {
  depthwiseConv2d: [
    {
      title: 'NHWC, 3×3, 2 filters a channel, strides 2, relu6',
      sha256: '91425141719cae73ded1c8a434233c6aabb730a832f52b6fd6680f91574c2918',
      run: (on) =>
        on.depthwiseConv2d(nhwc, filled(11, [3, 3, 19, 2]), {
          strides: 2,
          padding: 'same',
          bias: values(12, 38),
          activation: 'relu6',
        }),
    },
    {
      title: 'NCHW, 5×3, dilations 2,1, silu',
      sha256: '4f59443b5701109397411dcbe49c5db36dcffb10f67245e94ef7731436268e1d',
      run: (on) =>
        on.depthwiseConv2d(nchw, filled(13, [20, 1, 5, 3]), {
          layout: 'NCHW',
          dilations: [2, 1],
          padding: [3, 1],
          activation: 'silu',
        }),
    },
  ],
  pointwiseConv2d: [
    {
      title: 'NHWC, 19 to 23 channels, hardSwish',
      sha256: '3cedfd5965dbb9502680d42f660c157c9ef76587252dbf7f9d15119bda245ee3',
      run: (on) => on.pointwiseConv2d(nhwc, filled(21, [19, 23]), { bias: values(22, 23), activation: 'hardSwish' }),
    },
    {
      title: 'NCHW, 20 to 9 channels, strides 2,1, leakyRelu',
      sha256: '773dfa762866ffac4230f313e2c23db4ab6fac402d2286f6d104f61b46de37d7',
      run: (on) =>
        on.pointwiseConv2d(nchw, filled(23, [9, 20]), { layout: 'NCHW', strides: [2, 1], activation: 'leakyRelu' }),
    },
  ],
  separableConv2d: [
    {
      title: 'NHWC, 3×3, 19 to 21 channels, relu6 and gelu',
      sha256: '54d31f5d4c23ec8a201b09d93758d181bb41253bddec848191b0c14a74e1bcd4',
      run: (on) =>
        on.separableConv2d(nhwc, filled(31, [3, 3, 19, 1]), filled(32, [19, 21]), {
          padding: 'same',
          depthwiseBias: values(33, 19),
          depthwiseActivation: 'relu6',
          bias: values(34, 21),
          activation: 'gelu',
        }),
    },
    {
      title: 'NCHW, 5×5, 2 filters a channel, 20 to 11 channels, strides 2',
      sha256: 'cd689b38d6558d083181898fd3ba399fdec86096446f0a3bf946186d113d54e7',
      run: (on) =>
        on.separableConv2d(nchw, filled(35, [40, 1, 5, 5]), filled(36, [11, 40]), {
          layout: 'NCHW',
          strides: 2,
          padding: 'same-lower',
        }),
    },
  ],
  conv2d: [
    {
      title: 'NHWC, 3×3, 19 to 22 channels, prelu',
      sha256: '462beacf28837df9812d114f2c5bebc87b4a7c0804523f1cc648fb0d49ed57a7',
      run: (on) =>
        on.conv2d(nhwc, filled(41, [3, 3, 19, 22]), {
          strides: [2, 1],
          padding: 'same',
          bias: values(42, 22),
          activation: { type: 'prelu', slope: values(43, 22) },
        }),
    },
    {
      title: 'NCHW, 2×3, 20 to 12 channels in 4 groups, residual, tanh',
      sha256: '477f0b36514ab594f50fa51bbd5edf31ab18a9077507b8f9f219cdd2538b7658',
      run: (on) =>
        on.conv2d(nchw, filled(44, [12, 5, 2, 3]), {
          layout: 'NCHW',
          groups: 4,
          dilations: 2,
          residual: filled(45, [2, 12, 11, 13]),
          activation: 'tanh',
        }),
    },
  ],
  convTranspose2d: [
    {
      title: 'NHWC, 3×3, 19 to 14 channels, strides 2, elu',
      sha256: '9637dd8168c2bc515ce212f490bfae2551ea58c7830077b14e8ae77005c51194',
      run: (on) =>
        on.convTranspose2d(nhwc, filled(51, [3, 3, 14, 19]), {
          strides: 2,
          padding: 'same',
          bias: values(52, 14),
          activation: 'elu',
        }),
    },
    {
      title: 'NCHW, 4×5, 20 to 12 channels in 4 groups, strides 3,2, sigmoid',
      sha256: 'f568fb01d06666ef7faeb118c2be578cafaae750cc71c76d04c1e51d4143d5b9',
      run: (on) =>
        on.convTranspose2d(nchw, filled(53, [20, 3, 4, 5]), {
          layout: 'NCHW',
          groups: 4,
          strides: [3, 2],
          padding: 1,
          outputPadding: [2, 1],
          activation: 'sigmoid',
        }),
    },
  ],
  maxPool2d: [
    {
      title: 'NHWC, 3×3, strides 2, padding 1',
      sha256: '7817f8db01144ece5d5294a9d962d37cffd987b40ba9b6b6f1ea984271b27fbf',
      run: (on) => on.maxPool2d(nhwc, { windowDimensions: 3, strides: 2, padding: 1 }),
    },
    {
      title: 'NCHW, 2×3, dilations 2, ceil mode',
      sha256: '8d744be00c88d34806a20c2c753cc845bdf0c6fb00a55026a8cfd09aae15367e',
      run: (on) => on.maxPool2d(nchw, { layout: 'NCHW', windowDimensions: [2, 3], dilations: 2, ceilMode: true }),
    },
  ],
  avgPool2d: [
    {
      title: 'NHWC, 3×3, strides 2, padding 1',
      sha256: '147f7a37d7b24ca86bd646ea6867c7cda2affc59354b5820a481f1a7325b4f00',
      run: (on) => on.avgPool2d(nhwc, { windowDimensions: 3, strides: 2, padding: 1 }),
    },
    {
      title: 'NCHW, 4×3, ceil mode, padding counted',
      sha256: '35b513f47154cf7b04219856c83671a7fd9a19ec6bab227d479bb8e4338334e5',
      run: (on) =>
        on.avgPool2d(nchw, {
          layout: 'NCHW',
          windowDimensions: [4, 3],
          padding: 1,
          ceilMode: true,
          countIncludePad: true,
        }),
    },
  ],
  globalMaxPool2d: [
    {
      title: 'NHWC',
      sha256: 'f7424945702a0917f91aa6e31e82003e4016a58192e6a4f5301968c4d9ba9d99',
      run: (on) => on.globalMaxPool2d(nhwc),
    },
    {
      title: 'NCHW',
      sha256: '50952f2d1b23255cb0468953892e1d56f207250aeb07c2fe962d30a53e65583f',
      run: (on) => on.globalMaxPool2d(nchw, { layout: 'NCHW' }),
    },
  ],
  globalAvgPool2d: [
    {
      title: 'NHWC',
      sha256: 'bbf320cc08c1b034dd0ea56f026102c0b7dc213ea14f2fa0eb91969abd0e878f',
      run: (on) => on.globalAvgPool2d(nhwc),
    },
    {
      title: 'NCHW',
      sha256: '0a24f9e46ae1c7089b8e69976a82d77dac255671c4c8faab04a460ec34a31423',
      run: (on) => on.globalAvgPool2d(nchw, { layout: 'NCHW' }),
    },
  ],
  activate: activations.map(({ title, sha256, activation }) => ({
    title,
    sha256,
    run: (on) => on.activate(wide, activation),
  })),
  add: [
    {
      title: 'NHWC',
      sha256: '1f75321fba3af80f1d21fb50a7aafb279407c2d829da388f457b221c8fe2e8f5',
      run: (on) => on.add(nhwc, filled(61, nhwc.shape)),
    },
    {
      title: 'NCHW, relu',
      sha256: '85cca3da62e7dcb24e9929341be73faafc483fb55155ba369760df0ed767dc40',
      run: (on) => on.add(nchw, filled(62, nchw.shape), { layout: 'NCHW', activation: 'relu' }),
    },
  ],
  sepFilter2d: [
    {
      title: 'float32, 7 by 4 taps, reflect',
      sha256: '4e7b9a453e59dbf692ae88d03fbc20e5e46a15606cc771bb16699d468d0de215',
      run: (on) => on.sepFilter2d(nhwc, values(71, 7), values(72, 4), { border: 'reflect' }),
    },
    {
      title: 'float32 NCHW, 2 by 5 taps, zero',
      sha256: 'e371f01604c44a3ce3758130fb70cca32984d6c6285f5410121c06e8b2ad81a4',
      run: (on) => on.sepFilter2d(nchw, values(73, 2), values(74, 5), { layout: 'NCHW', border: 'zero' }),
    },
    {
      title: 'uint8, 5 by 5 taps, replicate',
      sha256: '87aa4341fb7ac5d831cff5a2c1b71bc3ef4409e6b6a0a1acfd780d87779b14b6',
      run: (on) => on.sepFilter2d(bytes, values(75, 5), values(76, 5)),
    },
    {
      title: 'uint8, 3 by 8 taps, wrap',
      sha256: 'a830d2093541a8c4827e5c09969da173f9d1ca295f064d88e1c0102a19f3f535',
      run: (on) => on.sepFilter2d(bytes, values(77, 3), values(78, 8), { border: 'wrap' }),
    },
  ],
};
