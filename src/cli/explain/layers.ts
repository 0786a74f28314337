// Layers by their sizes alone, one after another: what `explain` tells of each.
import { type ReceptiveField, receptiveField } from '../../analysis/receptive-field.js';
import { settle } from '../../analysis/settle.js';
import { type Cost, costOf } from '../../core/cost.js';
import { invalid, SepconvError } from '../../core/errors.js';
import { checkOptions, type Padding, type Pair, readName, readPair } from '../../core/options.js';
import type { Sides } from '../../core/padding.js';
import type { Params } from '../../core/params.js';
import type { Shape } from '../../core/shape.js';
import { type Mode, type ModeName, modeNames, modes } from '../../image/modes.js';
import type { OperationName } from '../../ops/index.js';

/** A layer as a user describes it. */
export interface LayerSizes {
  /** Default `'depthwise'`. */
  readonly mode?: string | undefined;
  /** Of the filter. */
  readonly kernelSize?: Pair | undefined;
  /** Of a pooling. */
  readonly window?: Pair | undefined;
  /** Default: the input's. */
  readonly outChannels?: number | undefined;
  readonly multiplier?: number | undefined;
  readonly groups?: number | undefined;
  readonly strides?: Pair | undefined;
  readonly dilations?: Pair | undefined;
  readonly padding?: Padding | undefined;
  readonly ceilMode?: boolean | undefined;
}

export interface ExplainedLayer {
  readonly mode: ModeName;
  readonly operation: OperationName;
  readonly inputShape: Shape;
  readonly filterShapes: readonly Shape[];
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** As it was asked for; the sides are what became of it. */
  readonly padding: Padding;
  readonly sides: Sides;
  /** Of the stack up to this layer; undefined from a transposed convolution on. */
  readonly receptiveField: ReceptiveField | undefined;
  readonly cost: Cost;
}

interface Sizes {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly multiplier: number;
  readonly groups: number;
}

type SizeName = 'kernelSize' | 'window' | 'outChannels' | 'multiplier' | 'groups';

interface Filters {
  readonly operation: OperationName;
  readonly takes: readonly SizeName[];
  shapes(sizes: Sizes): readonly Shape[];
}

const filters: Record<ModeName, Filters> = {
  depthwise: {
    operation: 'depthwiseConv2d',
    takes: ['kernelSize', 'multiplier'],
    shapes: ({ height, width, inputs, multiplier }) => [[height, width, inputs, multiplier]],
  },
  pointwise: {
    operation: 'pointwiseConv2d',
    takes: ['outChannels'],
    shapes: ({ inputs, outputs }) => [[inputs, outputs]],
  },
  separable: {
    operation: 'separableConv2d',
    takes: ['kernelSize', 'multiplier', 'outChannels'],
    shapes: ({ height, width, inputs, multiplier, outputs }) => [
      [height, width, inputs, multiplier],
      [inputs * multiplier, outputs],
    ],
  },
  standard: {
    operation: 'conv2d',
    takes: ['kernelSize', 'outChannels', 'groups'],
    shapes: ({ height, width, inputs, outputs, groups }) => [[height, width, inputs / groups, outputs]],
  },
  spatial: {
    operation: 'sepFilter2d',
    takes: ['kernelSize'],
    shapes: ({ height, width }) => [[width], [height]],
  },
  transposed: {
    operation: 'convTranspose2d',
    takes: ['kernelSize', 'outChannels', 'groups'],
    shapes: ({ height, width, inputs, outputs, groups }) => [[height, width, outputs / groups, inputs]],
  },
  maxpool: { operation: 'maxPool2d', takes: ['window'], shapes: () => [] },
  avgpool: { operation: 'avgPool2d', takes: ['window'], shapes: () => [] },
};

/** The sizes and options that a layer of this mode has. */
export function sizesOf(mode: ModeName): readonly (keyof LayerSizes)[] {
  const { options }: Mode = modes[mode];
  const { takes } = filters[mode];
  return [
    ...takes,
    ...(['strides', 'dilations', 'padding', 'ceilMode'] as const).filter((name) => options.includes(name)),
  ];
}

/**
 * Explains layers, each on the output of the one before it.
 *
 * @param inputShape [n, h, w, c]
 * @throws SepconvError with the layer's index, and the code that the operation would throw
 */
export function explainLayers(layers: readonly LayerSizes[], inputShape: Shape): ExplainedLayer[] {
  const explained: ExplainedLayer[] = [];
  for (const [index, layer] of layers.entries()) {
    try {
      explained.push(explainLayer(layer, explained.at(-1)?.cost.outputShape ?? inputShape, explained));
    } catch (error) {
      if (!(error instanceof SepconvError) || layers.length === 1) throw error;
      throw new SepconvError(error.code, `layers[${index}]: ${error.message}`, error.details, error);
    }
  }
  return explained;
}

/** What the layers cost together. */
export function totalOf(layers: readonly ExplainedLayer[]): Pick<Cost, 'parameters' | 'multiplyAdds' | 'bytes'> {
  const sum = (field: 'parameters' | 'multiplyAdds' | 'bytes') =>
    layers.reduce((total, { cost }) => total + cost[field], 0);
  return { parameters: sum('parameters'), multiplyAdds: sum('multiplyAdds'), bytes: sum('bytes') };
}

function explainLayer(layer: LayerSizes, inputShape: Shape, before: readonly ExplainedLayer[]): ExplainedLayer {
  const mode = readName('mode', layer.mode, modeNames, 'depthwise');
  const { options: taken, defaults }: Mode = modes[mode];
  const { operation, takes, shapes } = filters[mode];
  checkOptions(layer, ['mode', ...sizesOf(mode)]);
  const sizes = readSizes({ ...layer, window: layer.window ?? defaults.window }, takes, inputShape[3]);
  const filterShapes = shapes(sizes);
  const isPooling = taken.includes('window');
  const [first, second] = filterShapes;
  const padding = layer.padding ?? defaults.padding ?? 'valid';
  const { settled, params } = settle<OperationName>(operation, inputShape, second ? [first, second] : first, {
    strides: layer.strides ?? defaults.strides,
    dilations: layer.dilations,
    padding: taken.includes('padding') ? padding : undefined,
    ceilMode: layer.ceilMode,
    groups: takes.includes('groups') ? sizes.groups : undefined,
    windowDimensions: isPooling ? [sizes.height, sizes.width] : undefined,
  });
  const window = windowOf(params);
  const chain = [...before, { ...window, mode }];
  const fields = chain.some((each) => each.mode === 'transposed')
    ? undefined
    : receptiveField(
        chain.map(({ kernelSize, strides, dilations, sides }) => ({ kernelSize, strides, dilations, padding: sides })),
      );
  const field = fields && { size: fields.size, jump: fields.jump, start: fields.start };
  return {
    mode,
    operation,
    inputShape,
    filterShapes,
    ...window,
    padding,
    receptiveField: field,
    cost: costOf(settled, params),
  };
}

/** The window of all stages together: none of them pads or strides along an axis that another one does. */
function windowOf(params: readonly Params[]) {
  const most = (field: keyof Params) => Math.max(...params.map((stage) => stage[field]));
  const pair = (height: keyof Params, width: keyof Params): readonly [number, number] => [most(height), most(width)];
  return {
    kernelSize: pair('filterHeight', 'filterWidth'),
    strides: pair('strideHeight', 'strideWidth'),
    dilations: pair('dilationHeight', 'dilationWidth'),
    sides: {
      top: most('paddingTop'),
      bottom: most('paddingBottom'),
      left: most('paddingLeft'),
      right: most('paddingRight'),
    },
  };
}

function readSizes(layer: LayerSizes, takes: readonly SizeName[], inputs: number): Sizes {
  const sized = (['kernelSize', 'window'] as const).find((name) => takes.includes(name));
  const [height, width] = sized === undefined ? [1, 1] : readPair(sized, layer[sized], 1, 'ERR_OPTION');
  const count = (name: 'outChannels' | 'multiplier' | 'groups', byDefault: number) => {
    const value = layer[name] ?? byDefault;
    if (!Number.isInteger(value) || value < 1) {
      throw invalid('ERR_OPTION', name, 'an integer of at least 1', value, 'give a whole number');
    }
    return value;
  };
  const outputs = count('outChannels', inputs);
  const groups = count('groups', 1);
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    const expected = `a divisor of the ${inputs} input and ${outputs} output channels`;
    throw invalid('ERR_OPTION', 'groups', expected, groups, 'match groups and channels');
  }
  return { height, width, inputs, outputs, multiplier: count('multiplier', 1), groups };
}
