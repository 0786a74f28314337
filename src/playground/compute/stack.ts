// A stack of layers as the page writes it, and what its pixels see of the picture.
import { explainLayers, type Layer } from '../../cli/layers.js';
import type { ReceptiveField, Shape } from './library.js';

export interface StackRow {
  readonly label: string;
  readonly outputShape?: Shape | undefined;
  readonly field?: ReceptiveField | undefined;
  readonly error?: string | undefined;
}

/**
 * Explains layers written as `3` (a 3×3 convolution), `3s2` (of stride 2), `3d2` (of dilation 2) or `p2` (a pooling of 2×2),
 * as far as they fit the picture.
 */
export function explainStack(text: string, inputShape: Shape): readonly StackRow[] {
  const words = text.split(/\s+/).filter(Boolean);
  const rows: StackRow[] = [];
  for (const [index, word] of words.entries()) {
    const layers = words.slice(0, index + 1).map(readLayer);
    const layer = layers[index];
    if (layer === undefined) return [...rows, { label: word, error: `${word} is no layer: write 3, 3s2, 3d2 or p2` }];
    try {
      const { cost, receptiveField: field } = explainLayers(layers as Layer[], inputShape)[index];
      rows.push({ label: labelOf(layer), outputShape: cost.outputShape, field });
    } catch (error) {
      return [...rows, { label: labelOf(layer), error: (error as Error).message }];
    }
  }
  return rows;
}

function readLayer(word: string): Layer | undefined {
  const [, pooling, size, strides, dilations] = word.match(/^(p?)(\d{1,3})(?:s(\d{1,3}))?(?:d(\d{1,3}))?$/) ?? [];
  if (size === undefined || (pooling && dilations)) return undefined;
  const kernelSize = Number(size);
  const given = { kernelSize, strides: strides === undefined ? undefined : Number(strides) };
  if (pooling) return { mode: 'maxpool', ...given };
  return { mode: 'depthwise', ...given, dilations: dilations === undefined ? undefined : Number(dilations) };
}

function labelOf({ mode, kernelSize, strides, dilations }: Layer): string {
  const parts = [`${mode === 'maxpool' ? 'pooling' : 'filter'} ${kernelSize}×${kernelSize}`];
  if (strides !== undefined) parts.push(`stride ${strides}`);
  if (dilations !== undefined) parts.push(`dilation ${dilations}`);
  return parts.join(', ');
}
