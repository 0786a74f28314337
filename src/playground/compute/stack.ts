// A stack of layers as the page writes it, and what its pixels see of the picture.
import { outputShape, type ReceptiveField, receptiveField, type Shape } from './library.js';

export interface StackRow {
  readonly label: string;
  readonly outputShape?: Shape | undefined;
  readonly field?: ReceptiveField | undefined;
  readonly error?: string | undefined;
}

interface Layer {
  readonly isPooling: boolean;
  readonly size: number;
  readonly strides: number;
  readonly dilations: number;
}

/**
 * Explains layers written as `3` (a filter of 3×3), `3s2` (of stride 2), `3d2` (of dilation 2) or `p2` (a pooling of 2×2), as
 * far as they fit the picture.
 */
export function explainStack(text: string, inputShape: Shape): readonly StackRow[] {
  const words = text.split(/\s+/).filter(Boolean);
  const layers: Layer[] = [];
  const rows: StackRow[] = [];
  for (const word of words) {
    const layer = readLayer(word);
    if (layer === undefined) return [...rows, { label: word, error: `${word} is no layer: write 3, 3s2, 3d2 or p2` }];
    layers.push(layer);
    try {
      const shape = shapeAfter(layer, rows.at(-1)?.outputShape ?? inputShape);
      rows.push({ label: labelOf(layer), outputShape: shape, field: fieldOf(layers, inputShape) });
    } catch (error) {
      return [...rows, { label: labelOf(layer), error: (error as Error).message }];
    }
  }
  return rows;
}

function readLayer(word: string): Layer | undefined {
  const [, pooling, size, strides, dilations] = word.match(/^(p?)(\d{1,3})(?:s(\d{1,3}))?(?:d(\d{1,3}))?$/) ?? [];
  if (size === undefined) return undefined;
  const isPooling = pooling === 'p';
  return { isPooling, size: +size, strides: +(strides ?? (isPooling ? size : 1)), dilations: +(dilations ?? 1) };
}

function shapeAfter({ isPooling, size, strides, dilations }: Layer, shape: Shape): Shape {
  if (isPooling) return outputShape('maxPool2d', shape, undefined, { windowDimensions: size, strides, dilations });
  return outputShape('depthwiseConv2d', shape, [size, size, shape[3], 1], { strides, dilations, padding: 'same' });
}

function fieldOf(layers: readonly Layer[], [, height, width]: Shape): ReceptiveField {
  const chain = layers.map(({ isPooling, size: kernelSize, strides, dilations }) => {
    return { kernelSize, strides, dilations, padding: isPooling ? 'valid' : 'same' } as const;
  });
  const { size, jump, start } = receptiveField(chain, [height, width]);
  return { size, jump, start };
}

function labelOf({ isPooling, size, strides, dilations }: Layer): string {
  const parts = [`${isPooling ? 'pooling' : 'filter'} ${size}×${size}`];
  if (strides !== (isPooling ? size : 1)) parts.push(`stride ${strides}`);
  if (dilations !== 1) parts.push(`dilation ${dilations}`);
  return parts.join(', ');
}
