// sepconv explain: one pixel of a picture's result, or what layers do to shapes, see and cost.
import { invalid } from '../core/errors.js';
import { checkWritable, writeBytes, writeStdout } from '../image/files.js';
import { flagOf } from '../image/option-texts.js';
import { type LayerTexts, readLayers } from './explain/layer-texts.js';
import { explainLayers } from './explain/layers.js';
import { drawLayers } from './explain/layers-svg.js';
import { layersReport, tablesOf } from './explain/layers-table.js';
import { explainPixel, type PixelTexts } from './explain/pixel.js';
import { drawPixel } from './explain/pixel-svg.js';
import { pixelTables } from './explain/pixel-table.js';

/** What the user wrote; absent means the default. */
export interface ExplainTexts extends LayerTexts, PixelTexts {
  readonly svg?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What belongs to layers by their sizes, and what to a picture. */
const ofLayers = ['input', 'layers', 'kernelSize', 'outChannels', 'multiplier', 'groups'] as const;
const ofPictures = [
  'at',
  'kernel',
  'pointwise',
  'border',
  'bias',
  'activation',
  'flip',
  'countIncludePad',
  'range',
  'maxPixels',
] as const;

/**
 * Prints what is explained, as text or JSON, and draws it into an SVG.
 *
 * @param path of a picture whose pixel is explained; also the built-in one where no layer is described
 * @throws SepconvError (rejects) what the operations would throw; `ERR_FILE`, `ERR_CODEC`, `ERR_KERNEL`
 */
export async function explain(path: string | undefined, texts: ExplainTexts): Promise<void> {
  const layerOption = ofLayers.find((name) => texts[name] !== undefined);
  const pictureOption = ofPictures.find((name) => texts[name] !== undefined);
  const beside = path === undefined ? pictureOption : 'picture';
  if (layerOption !== undefined && beside !== undefined) {
    const expected = 'a picture, or a layer by its sizes';
    const received = `${beside === 'picture' ? path : `--${flagOf(beside)}`} and --${flagOf(layerOption)}`;
    throw invalid('ERR_OPTION', 'explain', expected, received, 'leave one out');
  }
  const { svg, force = false, json } = texts;
  if (svg !== undefined) await checkWritable('svg', svg, force);
  const { report, table, drawing } =
    layerOption === undefined ? await explainedPixel(path, texts) : await explainedLayers(texts);
  if (svg !== undefined) await writeBytes('svg', svg, Buffer.from(drawing()), force);
  await writeStdout(json ? `${JSON.stringify(report(), holdable)}\n` : table());
}

/** Numbers that JSON does not have, as text: NaN, the infinities and −0. */
function holdable(_: string, value: unknown): unknown {
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return Object.is(value, -0) ? '-0' : String(value);
}

async function explainedPixel(path: string | undefined, texts: ExplainTexts) {
  const pixel = await explainPixel(path, texts);
  return { report: () => pixel, table: () => pixelTables(pixel), drawing: () => drawPixel(pixel) };
}

async function explainedLayers(texts: ExplainTexts) {
  const { layers: described, input } = await readLayers(texts);
  const layers = explainLayers(described, input);
  return { report: () => layersReport(layers), table: () => tablesOf(layers), drawing: () => drawLayers(layers) };
}
