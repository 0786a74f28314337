// The short table: against every peer, over the layers whose means are quoted.
import { standardLayers } from '../src/measure/standard-layers.js';
import type { Measured } from './networks.js';
import type { Result } from './result.js';
import { speedup } from './summary.js';
import { times } from './table.js';
import { allocated, exact, fast, groups, wasm } from './targets.js';

const columns = {
  ...groups,
  'Gaussian 9×9': (layer: Measured) =>
    layer.operation === 'sepFilter2d' && standardLayers.some(({ name }) => name === layer.name),
};

const rivals: readonly [contender: string, peer: string][] = [
  [exact, 'onnxruntime-node'],
  [exact, 'onnxruntime-node tuned'],
  [exact, 'oneDNN AVX2'],
  [exact, 'OpenCV'],
  [exact, 'sharp blur'],
  [fast, 'onnxruntime-node tuned'],
  [fast, 'oneDNN AVX2'],
  [allocated, 'TensorFlow.js WASM'],
  [allocated, 'onnxruntime-web'],
  [wasm, 'TensorFlow.js WASM copies'],
  [wasm, 'naive loop'],
];

/** A header and a line for each pair that the run has: how many times faster, as geometric means. */
export function overviewLines({ layers }: Result): string[][] {
  const lines = rivals.map(([contender, peer]) => {
    const cells = Object.values(columns).map((group) => {
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
    ['', 'against', ...Object.keys(columns)],
    ...lines.filter(([, , ...cells]) => cells.some((cell) => cell !== '')),
  ];
}
