// From the texts of the command line to layers by their sizes.
import { invalid } from '../../core/errors.js';
import { readName } from '../../core/options.js';
import type { Shape } from '../../core/shape.js';
import { readBytes } from '../../image/files.js';
import { modeNames } from '../../image/modes.js';
import { flagOf, readCountText, readPaddingText, readPairText } from '../../image/option-texts.js';
import { type LayerSizes, sizesOf } from './layers.js';

/** What the user wrote; absent means the default. */
export interface LayerTexts {
  readonly input?: string;
  readonly layers?: string;
  readonly mode?: string;
  readonly kernelSize?: string;
  readonly window?: string;
  readonly outChannels?: string;
  readonly multiplier?: string;
  readonly groups?: string;
  readonly strides?: string;
  readonly dilations?: string;
  readonly padding?: string;
  readonly ceilMode?: boolean;
}

/**
 * Reads the layer of the options, or those of the file `layers`, and the shape of what they are given, [n, h, w, c].
 *
 * @throws SepconvError (rejects) `ERR_OPTION`, `ERR_PADDING`, `ERR_FILE`, `ERR_CODEC`
 */
export async function readLayers(texts: LayerTexts): Promise<{ layers: readonly LayerSizes[]; input: Shape }> {
  const { input: inputText, layers: path, ...rest } = texts;
  const input = readInput(inputText);
  if (path === undefined) return { layers: [readLayer(texts)], input };
  const named = Object.keys(readers).find((name) => rest[name as keyof typeof rest] !== undefined);
  if (named !== undefined) {
    const received = rest[named as keyof typeof rest];
    throw invalid('ERR_OPTION', flagOf(named), 'nothing beside --layers', received, 'write it into the file');
  }
  return { layers: parseLayers(Buffer.from(await readBytes('layers', path)).toString(), path), input };
}

const pair = (argument: string, text: string) => readPairText(argument, text, 1);
const readers = {
  mode: (_: string, text: string) => readName('mode', text, modeNames, 'depthwise'),
  kernelSize: pair,
  window: pair,
  outChannels: readCountText,
  multiplier: readCountText,
  groups: readCountText,
  strides: pair,
  dilations: pair,
  padding: (_: string, text: string) => readPaddingText(text),
};

function readLayer(texts: LayerTexts): LayerSizes {
  const mode = readName('mode', texts.mode, modeNames, 'depthwise');
  const taken = sizesOf(mode);
  const given = [...Object.keys(readers), 'ceilMode'] as (keyof LayerSizes)[];
  const refused = given.find((name) => name !== 'mode' && texts[name] !== undefined && !taken.includes(name));
  if (refused !== undefined) {
    const names = taken.map((name) => `--${flagOf(name)}`).join(', ');
    const fix = `it takes ${names}`;
    throw invalid('ERR_OPTION', flagOf(refused), `no --${flagOf(refused)} in mode ${mode}`, texts[refused], fix);
  }
  if (taken.includes('kernelSize') && texts.kernelSize === undefined) {
    throw invalid('ERR_OPTION', 'kernel-size', 'the size of the filter', 'none', 'add --kernel-size 3 for instance');
  }
  const read = Object.entries(readers).map(([name, reader]) => {
    const text = texts[name as keyof typeof readers];
    return [name, text === undefined ? undefined : reader(flagOf(name), text)];
  });
  return { ...Object.fromEntries(read), ceilMode: texts.ceilMode };
}

function readInput(text: string | undefined): Shape {
  const sizes = (text ?? '').split(/[x×]/).map((size) => (/^\d+$/.test(size) ? Number(size) : Number.NaN));
  if (sizes.some(Number.isNaN) || sizes.length < 3 || sizes.length > 4) {
    const fix = text === undefined ? 'add --input' : 'write it so';
    throw invalid('ERR_OPTION', 'input', 'height x width x channels, such as 224x224x32', text ?? 'none', fix);
  }
  return sizes.length === 3 ? [1, ...sizes] : sizes;
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
