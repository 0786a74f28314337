// What the speeds are held to: ratios between contenders over groups of layers, and shares of the machine's limit.
import { type Layer, multiplyAdds } from '../src/bench/layer.js';
import { standardLayers } from '../src/bench/standard-layers.js';

type Group = (layer: Layer) => boolean;

/** A geometric mean over the layers of a group; of one layer, its own figure. */
export interface Target {
  /** The group of layers in words. */
  readonly what: string;
  readonly layers: Group;
  readonly contender: string;
  /** How many times faster than this; without it, the share of the roofline. */
  readonly peer?: string;
  readonly atLeast: number;
  /** The lowest figure of a layer instead of the mean. */
  readonly worst?: boolean;
}

const isStandard = ({ name }: Layer) => standardLayers.some((layer) => layer.name === name) && !name.startsWith('tiny');
const groups = {
  pointwise: (layer: Layer) => isStandard(layer) && layer.operation === 'pointwiseConv2d',
  depthwise: (layer: Layer) => isStandard(layer) && layer.operation === 'depthwiseConv2d',
  separable: (layer: Layer) => isStandard(layer) && layer.operation === 'separableConv2d',
} satisfies Record<string, Group>;
const convolutions: Group = (layer) => Object.values(groups).some((group) => group(layer));
const isLarge: Group = (layer) => convolutions(layer) && 2 * multiplyAdds(layer) >= 50e6;
const named =
  (name: string): Group =>
  (layer) =>
    layer.name === name;

const exact = 'native/avx2';
const fast = `${exact} fast`;
const wasm = 'wasm/simd128';
const resident = `${wasm} resident`;

/** One target a group that has a number. */
function against(contender: string, peer: string, wanted: Partial<Record<keyof typeof groups, number>>): Target[] {
  const entries = Object.entries(wanted) as [keyof typeof groups, number][];
  return entries.map(([what, atLeast]) => ({ what, layers: groups[what], contender, peer, atLeast }));
}

function share(what: string, layers: Group, contender: string, atLeast: number, worst = false): Target {
  return { what, layers, contender, atLeast, worst };
}

const kernel =
  (size: number, from: number, to: number): Group =>
  (layer) => {
    const channels = layer.input[3];
    return (
      groups.depthwise(layer) && layer.kernel[0] === size && layer.strides === 1 && channels > from && channels <= to
    );
  };

const native: readonly Target[] = [
  ...against(exact, 'onnxruntime-node', { pointwise: 1.7, depthwise: 6, separable: 1.8 }),
  ...against(exact, 'onnxruntime-node tuned', { pointwise: 1.2, depthwise: 4.5, separable: 1.3 }),
  ...against(fast, 'onnxruntime-node', { pointwise: 2, separable: 2 }),
  ...against(fast, 'onnxruntime-node tuned', { pointwise: 1.45, separable: 1.6 }),
  ...against(exact, 'oneDNN AVX2', { pointwise: 0.92, depthwise: 1.15, separable: 0.97 }),
  ...against(fast, 'oneDNN AVX2', { pointwise: 1, depthwise: 1.15, separable: 1.05 }),
  share('pointwise', groups.pointwise, exact, 0.88),
  share('pointwise, each ≥ 50 MFLOP', (layer) => groups.pointwise(layer) && isLarge(layer), exact, 0.8, true),
  share('pointwise', groups.pointwise, fast, 0.9),
  share('depthwise 3×3 s1, ≤ 256 channels', kernel(3, 0, 256), exact, 0.6),
  share('depthwise 3×3 s1, > 256 channels', kernel(3, 256, Number.POSITIVE_INFINITY), exact, 0.52),
  share('depthwise 5×5', kernel(5, 0, Number.POSITIVE_INFINITY), exact, 0.7),
  ...against(`${exact} NCHW`, exact, { pointwise: 0.85, depthwise: 0.6 }),
  {
    what: 'separable, each',
    layers: groups.separable,
    contender: exact,
    peer: `${exact} two calls`,
    atLeast: 1,
    worst: true,
  },
  {
    what: 'separable 56²',
    layers: named('separable 56² 128→128'),
    contender: exact,
    peer: `${exact} two calls`,
    atLeast: 1.1,
  },
  ...(['float32', 'uint8'] as const).map((dtype) => ({
    what: `Gaussian 9×9 ${dtype}`,
    layers: named(`Gaussian 9×9 1920×1080×3 ${dtype}`),
    contender: exact,
    peer: 'OpenCV',
    atLeast: dtype === 'float32' ? 1.5 : 1,
  })),
  {
    what: 'Gaussian 9×9 uint8',
    layers: named('Gaussian 9×9 1920×1080×3 uint8'),
    contender: exact,
    peer: 'sharp blur',
    atLeast: 15,
  },
  ...[exact, fast].map((contender) => ({
    what: 'dense 3×3 56² 64→64',
    layers: named('dense 3×3 56² 64→64'),
    contender,
    peer: 'onnxruntime-node tuned',
    atLeast: contender === exact ? 1 : 1.2,
  })),
  { what: 'layers ≥ 50 MFLOP', layers: isLarge, contender: `${exact} × 2`, peer: exact, atLeast: 1.8 },
  { what: 'all three', layers: convolutions, contender: 'native/sse2', peer: exact, atLeast: 0.38 },
];

const web: readonly Target[] = [
  ...against(resident, 'TensorFlow.js WASM', { pointwise: 1.8, depthwise: 3, separable: 2 }),
  ...against(resident, 'onnxruntime-web', { pointwise: 2.5, depthwise: 2.5, separable: 2.5 }),
  ...against(wasm, 'TensorFlow.js WASM copies', { pointwise: 1.5, depthwise: 2, separable: 1.7 }),
  share('pointwise', groups.pointwise, resident, 0.7),
  { what: 'all three', layers: convolutions, contender: resident, peer: 'native/sse2', atLeast: 0.8 },
];

export const targets: readonly Target[] = [...native, ...web];
