// Explained layers as a drawing: each as planes with what it costs, and what the stack sees of the picture.
import { drawBars } from '../../drawing/bars.js';
import { toMarkup } from '../../drawing/element.js';
import { drawFields } from '../../drawing/fields.js';
import { drawScene } from '../../drawing/scene.js';
import type { Drawing as Shapes } from '../../drawing/shapes.js';
import { sceneOfLayer } from './layer-scene.js';
import type { ExplainedLayer } from './layers.js';
import { type Drawing, line, pageOf, textAt, textWidth } from './svg.js';

const fieldSize = 300;
const barsWidth = 380;

/** An SVG of its own, light or dark as the page is. */
export function drawLayers(layers: readonly ExplainedLayer[]): string {
  const drawings = [...layers.map((layer, index) => drawLayer(layer, index, layers.length)), drawSeen(layers)];
  return pageOf(`planes, costs and receptive field: ${layers.map(({ mode }) => mode).join(', ')}`, drawings);
}

function drawLayer(layer: ExplainedLayer, index: number, count: number): Drawing {
  const { mode, kernelSize, strides, inputShape, cost, sides } = layer;
  const title = [
    `${count === 1 ? mode : `${index + 1} ${mode}`} ${kernelSize.join('×')}, strides ${strides.join('×')}:`,
    `${inputShape.slice(1).join('×')} → ${cost.outputShape.slice(1).join('×')}`,
  ].join(' ');
  const isTransposed = mode === 'transposed';
  const padding = `top ${sides.top}, bottom ${sides.bottom}, left ${sides.left}, right ${sides.right}`;
  const sentence = `${isTransposed ? 'taken off' : 'padding'}: ${padding}`;
  const legend = isTransposed ? 'what the first input pixel reaches' : 'what the first output pixel reads';
  const scene = drawScene(sceneOfLayer(layer), 'across');
  return below([
    { width: textWidth(title), height: line, content: textAt(0, 12, title, 'ink') },
    { width: textWidth(legend), height: line, content: textAt(0, 12, `${legend}; ${sentence}`, 'faint') },
    plain(scene),
    ...barsOf(layer),
  ]);
}

/** Parameters and multiply-adds beside those of the standard convolution, where that is another one. */
function barsOf({ mode, cost }: ExplainedLayer): Drawing[] {
  const { standard } = cost;
  if (standard === undefined || mode === 'standard') return [];
  const bars = (field: 'parameters' | 'multiplyAdds') =>
    plain(
      drawBars(
        [
          { label: mode, amount: cost[field], isOwn: true },
          { label: 'standard', amount: standard[field], isOwn: false },
        ],
        barsWidth,
      ),
    );
  const [left, right] = [bars('parameters'), bars('multiplyAdds')];
  const content = [
    textAt(0, 12, 'parameters', 'faint'),
    textAt(barsWidth, 12, 'multiply-adds', 'faint'),
    moved(0, line, left.content),
    moved(barsWidth, line, right.content),
  ].join('');
  return [{ width: 2 * barsWidth, height: line + left.height, content }];
}

/** The picture to scale, and in it what the middle pixel of each layer's output sees. */
function drawSeen(layers: readonly ExplainedLayer[]): Drawing {
  const [, height, width] = layers[0].inputShape;
  const fields = layers.flatMap(({ receptiveField, cost }) => {
    if (receptiveField === undefined) return [];
    const [top, left] = [0, 1].map((axis) => {
      const middle = Math.floor(cost.outputShape[axis + 1] / 2);
      return receptiveField.start[axis] + middle * receptiveField.jump[axis] - (receptiveField.size[axis] - 1) / 2;
    });
    return [{ top, left, height: receptiveField.size[0], width: receptiveField.size[1] }];
  });
  const left = Math.min(0, ...fields.map((field) => field.left));
  const top = Math.min(0, ...fields.map((field) => field.top));
  const right = Math.max(width, ...fields.map((field) => field.left + field.width));
  const bottom = Math.max(height, ...fields.map((field) => field.top + field.height));
  const scale = fieldSize / Math.max(right - left, bottom - top);
  const frames = toMarkup(drawFields(fields, height, width, 1 / scale).content);
  const picture = `<rect class="picture" width="${width}" height="${height}"/>`;
  const [x, y] = [-left * scale, line + 6 - top * scale].map((value) => Math.round(value * 100) / 100);
  const words =
    fields.length === 0
      ? ['varies from pixel to pixel of a transposed convolution']
      : fields.map((field, index) => `after layer ${index + 1}: ${field.height}×${field.width}`);
  const start = Math.ceil((right - left) * scale) + line;
  const title = 'receptive field of the middle pixel in the input, to scale';
  const size = Math.round(scale * 10_000) / 10_000;
  return {
    width: Math.max(textWidth(title), start + Math.max(...words.map(textWidth))),
    height: line + 8 + Math.max(Math.ceil((bottom - top) * scale), words.length * line),
    content: [
      textAt(0, 12, title, 'faint'),
      `<g transform="translate(${x} ${y}) scale(${size})">${picture}${frames}</g>`,
      ...words.map((word, i) => textAt(start, line + 18 + i * line, word, 'ink')),
    ].join(''),
  };
}

function plain({ width, height, content }: Shapes): Drawing {
  return { width: Math.ceil(width), height: Math.ceil(height), content: toMarkup(content) };
}

function moved(x: number, y: number, content: string): string {
  return `<g transform="translate(${x} ${y})">${content}</g>`;
}

/** Parts below each other. */
function below(parts: readonly Drawing[]): Drawing {
  let height = 0;
  const content = parts.map((part) => {
    const placed = moved(0, height, part.content);
    height += part.height + 4;
    return placed;
  });
  return { width: Math.max(...parts.map(({ width }) => width)), height, content: content.join('') };
}
