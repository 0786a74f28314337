// What the speeds are held to: ratios between contenders over groups of layers, shares of the machine's limit, and times.
import type { MeasuredLayer } from '../src/measure/layer.js';
import { standardLayers } from '../src/measure/standard-layers.js';
import { type Measured, workOf } from './networks.js';

type Group = (layer: Measured) => boolean;

/** A geometric mean over the layers of a group; of one layer, its own figure. */
export interface Target {
  /** The group of layers in words. */
  readonly what: string;
  readonly layers: Group;
  readonly contender: string;
  /** How many times faster than a peer; the share of the roofline; or the seconds of a call. */
  readonly measure: { readonly peer: string } | 'share' | 'seconds';
  /** At least; seconds at most. */
  readonly wanted: number;
  /** The worst figure of a layer instead of the mean. */
  readonly worst?: boolean;
}

const isStandard = ({ name }: Measured) =>
  standardLayers.some((layer) => layer.name === name) && !name.startsWith('tiny');
const of =
  (operation: MeasuredLayer['operation']) =>
  (layer: Measured): layer is MeasuredLayer =>
    isStandard(layer) && layer.operation === operation;
export const groups = {
  pointwise: of('pointwiseConv2d'),
  depthwise: of('depthwiseConv2d'),
  separable: of('separableConv2d'),
} satisfies Record<string, Group>;
const convolutions: Group = (layer) => Object.values(groups).some((group) => group(layer));
const isLarge: Group = (layer) => convolutions(layer) && 2 * workOf(layer) >= 20e6;
const isTiny: Group = ({ name }) => name.startsWith('tiny');
const isWork: Group = (layer) => !isTiny(layer);
const named =
  (name: string): Group =>
  (layer) =>
    layer.name === name;

export const exact = 'auto';
export const fast = `${exact} fast`;
export const wasm = 'wasm/simd128';
export const allocated = `${wasm} allocated`;

/** One target a group that has a number. */
function against(contender: string, peer: string, wanted: Partial<Record<keyof typeof groups, number>>): Target[] {
  const entries = Object.entries(wanted) as [keyof typeof groups, number][];
  return entries.map(([what, least]) => ({ what, layers: groups[what], contender, measure: { peer }, wanted: least }));
}

function ratio(what: string, layers: Group, contender: string, peer: string, wanted: number, worst = false): Target {
  return { what, layers, contender, measure: { peer }, wanted, worst };
}

function share(what: string, layers: Group, contender: string, wanted: number, worst = false): Target {
  return { what, layers, contender, measure: 'share', wanted, worst };
}

const mobileNet = 'MobileNetV1 224';
const [sixDepthwise, threeSeparable] = ['6 × depthwise 3×3 56²×128', '3 × separable 56² 128→128'];
const gaussian = (dtype: string) => named(`Gaussian 9×9 1080×1920×3 ${dtype}`);
const planes: Group = (layer) => layer.operation === 'conv2d' || layer.operation === 'convTranspose2d';

const networks: readonly Target[] = [
  ratio(mobileNet, named(mobileNet), exact, 'onnxruntime-node tuned', 1.1),
  ratio(mobileNet, named(mobileNet), `${exact} × 2`, 'onnxruntime-node tuned × 2', 1.1),
  ratio(sixDepthwise, named(sixDepthwise), exact, 'onnxruntime-node tuned', 1.15),
  ratio(threeSeparable, named(threeSeparable), exact, 'onnxruntime-node tuned', 1.1),
  ratio(mobileNet, named(mobileNet), allocated, 'TensorFlow.js WASM', 1.7),
  ratio(mobileNet, named(mobileNet), allocated, 'onnxruntime-web', 2.3),
];

const native: readonly Target[] = [
  ...against(exact, 'oneDNN', { pointwise: 0.97, depthwise: 1, separable: 1.02 }),
  ...against(exact, 'onnxruntime-node tuned', { pointwise: 1.2, separable: 1.25 }),
  ...against(exact, 'onnxruntime-node', { pointwise: 1.6 }),
  ...against(fast, 'oneDNN', { pointwise: 1, depthwise: 1, separable: 1 }),
  share('pointwise', groups.pointwise, exact, 0.95),
  share('pointwise', groups.pointwise, 'native/avx2', 0.9),
  ...against(exact, 'auto allocated', { depthwise: 0.9 }),
  ratio('depthwise, each', groups.depthwise, exact, 'auto allocated', 0.8, true),
  ...['native/avx512', 'native/avx2'].map((set) => ratio('each', isWork, exact, set, 0.97, true)),
  ratio('layers ≥ 20 MFLOP', isLarge, `${exact} × 2`, exact, 1.9),
  ratio('dense and transposed, each', planes, exact, 'oneDNN', 0.7, true),
  ...against(`${exact} NCHW`, exact, { pointwise: 0.85, depthwise: 0.6 }),
  ratio('separable, each', groups.separable, exact, `${exact} two calls`, 1, true),
  ratio('Gaussian 9×9 float32', gaussian('float32'), exact, 'OpenCV', 1.3),
  ratio('Gaussian 9×9 uint8', gaussian('uint8'), exact, 'OpenCV', 1),
  ratio('Gaussian 9×9 uint8', gaussian('uint8'), exact, 'sharp blur', 15),
  ratio('all three', convolutions, 'native/sse2', exact, 0.38),
];

const web: readonly Target[] = [
  ...against(allocated, 'TensorFlow.js WASM', { pointwise: 1.8, depthwise: 3, separable: 2 }),
  ...against(allocated, 'onnxruntime-web', { pointwise: 2.5, depthwise: 2.5, separable: 2.5 }),
  ...against(wasm, 'TensorFlow.js WASM copies', { pointwise: 1.5, depthwise: 2, separable: 1.7 }),
  share('pointwise', groups.pointwise, allocated, 0.75),
  share('pointwise', groups.pointwise, `${allocated} on Node 24`, 0.85),
  share('depthwise', groups.depthwise, allocated, 0.45),
  ratio('all three', convolutions, allocated, 'native/sse2', 0.8),
  { what: 'tiny, each', layers: isTiny, contender: allocated, measure: 'seconds', wanted: 1.5e-6, worst: true },
];

export const targets: readonly Target[] = [...networks, ...native, ...web];

/** Bytes of the WASM kernels at most. */
export const wasmBytes = { plain: 64 * 1024, gzipped: 24 * 1024 } as const;
