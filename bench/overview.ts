// The short tables of README.md: networks and chains in milliseconds, then single layers as means against every peer.
import { standardLayers } from '../src/measure/standard-layers.js';
import { isNetwork } from './networks.js';
import { type LayerResult, type Result, type Row, rowOf } from './result.js';
import { speedup } from './summary.js';
import { duration, times } from './table.js';
import { allocated, exact, fast, groups, wasm } from './targets.js';

/** Contenders of one class; the first one is ours as a program calls it, and peers have their ratios to it. */
const networkColumns: Readonly<Record<'native' | 'wasm', readonly RegExp[]>> = {
  native: [/^auto$/, /^auto (new|one-shot|allocated|fast|×)/, /^native\/(avx|neon)/, /^onnxruntime-node/],
  wasm: [
    /^wasm\/simd128$/,
    /^wasm\/simd128 (one-shot|allocated)/,
    /^TensorFlow.js WASM/,
    /^LiteRT/,
    /^onnxruntime-web/,
  ],
};

/** A header and a line for each network; nothing where the run had none. */
export function networkLines({ layers }: Result, name: 'native' | 'wasm'): string[][] {
  const networks = layers.filter(({ layer }) => isNetwork(layer));
  const names = [...new Set(networks.flatMap(({ rows }) => rows.map(({ contender }) => contender)))];
  const columns = networkColumns[name].flatMap((pattern) => names.filter((contender) => pattern.test(contender)));
  if (columns.length === 0) return [];
  const lines = networks.map((result) => [
    result.layer.name,
    ...columns.map((column) => cellOf(result, column, columns[0])),
  ]);
  return [['', ...columns], ...lines];
}

function cellOf(result: LayerResult, contender: string, first: string): string {
  const row = rowOf(result, contender);
  if (row === undefined) return '';
  const speed = isOurs(row) ? undefined : speedup([result], first, contender);
  return speed === undefined ? duration(row.median) : `${duration(row.median)}, ${times(speed.value)}`;
}

function isOurs({ contender }: Row): boolean {
  return /^(auto|native|wasm)\b/.test(contender);
}

export const means = {
  ...groups,
  'Gaussian float32': gaussian('float32'),
  'Gaussian uint8': gaussian('uint8'),
};

function gaussian(dtype: string) {
  const names = standardLayers.filter((layer) => layer.operation === 'sepFilter2d' && layer.dtype === dtype);
  return ({ name }: { readonly name: string }) => names.some((layer) => layer.name === name);
}

const rivals: readonly [contender: string, peer: string][] = [
  [exact, 'onnxruntime-node'],
  [exact, 'onnxruntime-node tuned'],
  [exact, 'oneDNN'],
  [exact, 'OpenCV'],
  [exact, 'sharp blur'],
  [exact, 'auto new output'],
  [exact, 'auto one-shot'],
  ['auto allocated', 'oneDNN'],
  [fast, 'oneDNN'],
  [fast, 'onnxruntime-node tuned'],
  [wasm, 'TensorFlow.js WASM copies'],
  [allocated, 'TensorFlow.js WASM'],
  [wasm, 'LiteRT.js'],
  [wasm, 'onnxruntime-web'],
  [wasm, 'naive loop'],
];

/** A header and a line for each pair that the run has: how many times faster, as geometric means. */
export function overviewLines({ layers }: Result): string[][] {
  const lines = rivals.map(([contender, peer]) => {
    const cells = Object.values(means).map((group) => {
      const speed = speedup(
        layers.filter(({ layer }) => group(layer)),
        contender,
        peer,
      );
      return speed === undefined ? '' : times(speed.value);
    });
    return [contender, peer, ...cells];
  });
  return [
    ['', 'against', ...Object.keys(means)],
    ...lines.filter(([, , ...cells]) => cells.some((cell) => cell !== '')),
  ];
}

/** The layers of each mean, in words. */
export function meansText({ layers }: Result): string {
  const sentences = Object.entries(means).flatMap(([name, group]) => {
    const own = layers.filter(({ layer }) => group(layer)).map(({ layer }) => layer.name);
    return own.length === 0 ? [] : [`${name}: ${own.join(', ')}`];
  });
  return sentences.join('; ');
}
