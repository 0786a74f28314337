// sepconv explain: what a layer does to shapes, what it sees and what it costs.
import { invalid } from '../core/errors.js';
import type { Shape } from '../core/tensor.js';
import { checkWritable, readBytes, writeBytes, writeStdout } from '../image/files.js';
import { drawLayers } from './explain-svg.js';
import { tablesOf } from './explain-table.js';
import { type ExplainedLayer, explainLayers, type LayerSizes, totalOf } from './layers.js';
import { readPaddingText, readPairText } from './options.js';

/** What the user wrote; absent means the default. */
export interface ExplainTexts {
  readonly input: string;
  readonly mode?: string;
  readonly kernelSize?: string;
  readonly outChannels?: string;
  readonly multiplier?: string;
  readonly groups?: string;
  readonly strides?: string;
  readonly dilations?: string;
  readonly padding?: string;
  readonly ceilMode?: boolean;
  readonly layers?: string;
  readonly svg?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/**
 * Prints shapes, padding, receptive fields and costs of a layer or a stack, and draws them into an SVG.
 *
 * @throws SepconvError (rejects) what the operations would throw; `ERR_FILE`, `ERR_CODEC`
 */
export async function explain(texts: ExplainTexts): Promise<void> {
  if (texts.svg !== undefined) await checkWritable(texts.svg, texts.force === true);
  const layers = explainLayers(await readLayers(texts), readInput(texts.input));
  if (texts.svg !== undefined) await writeBytes(texts.svg, Buffer.from(drawLayers(layers)), texts.force === true);
  await writeStdout(texts.json ? `${JSON.stringify(toReport(layers))}\n` : tablesOf(layers));
}

function readInput(text: string): Shape {
  const sizes = text.split('x').map((size) => (/^\d+$/.test(size) ? Number(size) : Number.NaN));
  if (sizes.some(Number.isNaN) || sizes.length < 3 || sizes.length > 4) {
    throw invalid('ERR_OPTION', 'input', 'height x width x channels, such as 224x224x32', text, 'write it so');
  }
  return sizes.length === 3 ? [1, ...sizes] : sizes;
}

async function readLayers(texts: ExplainTexts): Promise<readonly LayerSizes[]> {
  const { mode, kernelSize, outChannels, multiplier, groups, strides, dilations, padding, ceilMode } = texts;
  const pair = (name: string, text: string | undefined) =>
    text === undefined ? undefined : readPairText(name, text, 1);
  const count = (text: string | undefined) => (text === undefined ? undefined : Number(text || Number.NaN));
  const layer = {
    mode,
    kernelSize: pair('kernelSize', kernelSize),
    outChannels: count(outChannels),
    multiplier: count(multiplier),
    groups: count(groups),
    strides: pair('strides', strides),
    dilations: pair('dilations', dilations),
    padding: padding === undefined ? undefined : readPaddingText(padding),
    ceilMode,
  };
  if (texts.layers === undefined) return [layer];
  const [beside] = Object.entries(layer).filter(([, value]) => value !== undefined);
  if (beside !== undefined) {
    throw invalid('ERR_OPTION', beside[0], 'nothing beside --layers', beside[1], 'write it into the file');
  }
  return parseLayers(Buffer.from(await readBytes('layers', texts.layers)).toString(), texts.layers);
}

function parseLayers(text: string, name: string): readonly LayerSizes[] {
  let layers: unknown;
  try {
    layers = JSON.parse(text);
  } catch (cause) {
    throw invalid('ERR_CODEC', 'layers', 'JSON', `${name} (${(cause as Error).message})`, 'give a list of layers');
  }
  const isLayer = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!Array.isArray(layers) || layers.length === 0 || !layers.every(isLayer)) {
    throw invalid('ERR_CODEC', 'layers', 'a list of layers, [{ "mode": "standard", … }]', layers, 'write it so');
  }
  return layers;
}

function toReport(layers: readonly ExplainedLayer[]) {
  return {
    layers: layers.map(({ padding, sides, receptiveField, cost, ...layer }) => {
      const { outputShape, standard = null, ratio = null, ...counts } = cost;
      return {
        ...layer,
        outputShape,
        padding: sides,
        receptiveField: receptiveField ?? null,
        ...counts,
        standard,
        ratio,
      };
    }),
    total: totalOf(layers),
  };
}
