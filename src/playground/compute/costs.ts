// What layers cost and whether a filter separates: the library's own figures.
import type { Job } from '../../image/job.js';
import { type Cost, cost, type Shape, separateFilter, type Tensor } from './library.js';

/** Of the present job. */
export interface Costs {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly standard: Cost['standard'];
  readonly ratio: number | undefined;
}

export function costsOf({ op, filters, groups, options }: Job, inputShape: Shape): Costs {
  const shapes = filters.map(({ shape }) => shape);
  const [first, second] = shapes;
  const given = op === 'sepFilter2d' ? {} : { ...options, groups };
  const { outputShape, parameters, multiplyAdds, standard, ratio } = cost(
    op,
    inputShape,
    second ? [first, second] : first,
    given,
  );
  return { inputShape, outputShape, parameters, multiplyAdds, standard, ratio };
}

export const layerKinds = ['standard', 'separable', 'depthwise', 'pointwise'] as const;
export type LayerKind = (typeof layerKinds)[number];

export interface LayerCost {
  readonly kind: LayerKind;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** Layers of as many output as input channels on an image of that size. */
export function layerCosts(channels: number, kernelSize: number, height: number, width: number): readonly LayerCost[] {
  const inputShape = [1, height, width, channels];
  const depthwise = [kernelSize, kernelSize, channels, 1];
  const mix = [channels, channels];
  const padding = 'same';
  const costs: Record<LayerKind, Cost> = {
    standard: cost('conv2d', inputShape, [kernelSize, kernelSize, channels, channels], { padding }),
    separable: cost('separableConv2d', inputShape, [depthwise, mix], { padding }),
    depthwise: cost('depthwiseConv2d', inputShape, depthwise, { padding }),
    pointwise: cost('pointwiseConv2d', inputShape, mix),
  };
  return layerKinds.map((kind) => ({
    kind,
    parameters: costs[kind].parameters,
    multiplyAdds: costs[kind].multiplyAdds,
  }));
}

/** A filter as a sum of products of a column and a row. */
export interface Factors {
  readonly rank: number;
  readonly columns: readonly (readonly number[])[];
  readonly rows: readonly (readonly number[])[];
  readonly errors: readonly number[];
  readonly cheaper: boolean;
}

/** Undefined for a filter of one row or column: it is its own factor. */
export function factorsOf(kernel: Tensor): Factors | undefined {
  const [height, width] = kernel.shape;
  if (kernel.shape.length !== 2 || height === 1 || width === 1) return undefined;
  const { rank, columns, rows, errors, cheaper } = separateFilter(kernel);
  const plain = (factors: readonly Float32Array[]) => factors.map((factor) => Array.from(factor));
  return { rank, columns: plain(columns), rows: plain(rows), errors, cheaper };
}
