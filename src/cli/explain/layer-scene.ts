// A layer by its sizes as planes: what its first output reads, and where it goes.
import type { Tint, Weight } from '../../drawing/colours.js';
import type { Cell, Floor, Scene, Stack, WindowCell } from '../../drawing/scene.js';
import type { ExplainedLayer } from './layers.js';

/** More channels, and more rows or columns, are not drawn. */
const mostFloors = 3;
const mostCells = 17;
/** Cells that are drawn beside a window, and of a result. */
const beside = 2;
const around = 5;

const tints: readonly Tint[] = ['red', 'green', 'blue'];
const first: Cell = { row: 0, column: 0 };

/** The planes of a layer; numbers of filters are not known. */
export function sceneOfLayer(layer: ExplainedLayer): Scene {
  const { mode, inputShape, filterShapes, cost } = layer;
  const [inputs, outputs] = [inputShape[3], cost.outputShape[3]];
  if (mode === 'transposed') return sceneOfTransposed(layer);
  const isMix = mode === 'pointwise';
  const source = stackOf('input', inputShape, (channel) => inputFloor(layer, channel));
  const result = stackOf('output', cost.outputShape, (channel) => outputFloor(cost.outputShape, channel));
  if (isMix) return { stacks: [source, result], beams: [], mix: mixOf(0, inputs, outputs) };
  if (mode !== 'separable') return { stacks: [source, result], beams: beamsOf(layer, inputs, outputs) };
  const [, height, width] = cost.outputShape;
  const between = [1, height, width, filterShapes[1][0]];
  const filtered = stackOf('filtered', between, (channel) => outputFloor(between, channel));
  const beams = beamsOf(layer, inputs, between[3]);
  return { stacks: [source, filtered, result], beams, mix: mixOf(1, between[3], outputs) };
}

/** What the first input pixel reaches; a filter is laid on the result, and its edges are taken off. */
function sceneOfTransposed(layer: ExplainedLayer): Scene {
  const { inputShape, cost } = layer;
  const source = stackOf('input', inputShape, (channel) => {
    return { ...outputFloor(inputShape, channel), window: [first], focus: undefined };
  });
  const result = stackOf('output', cost.outputShape, (channel) => {
    return { ...windowFloor(layer, cost.outputShape, channel), focus: undefined };
  });
  return { stacks: [source, result], beams: beamsOf(layer, inputShape[3], cost.outputShape[3]) };
}

function stackOf(
  name: string,
  [, height, width, channels]: readonly number[],
  floor: (channel: number) => Floor,
): Stack {
  const shown = Math.min(channels, mostFloors);
  const some = channels > shown ? `, ${shown} of ${channels} channels` : '';
  return {
    title: `${name} ${height}×${width}×${channels}${some}`,
    floors: Array.from({ length: shown }, (_, c) => floor(c)),
  };
}

function inputFloor(layer: ExplainedLayer, channel: number): Floor {
  if (layer.mode === 'pointwise') return outputFloor(layer.inputShape, channel);
  return windowFloor(layer, layer.inputShape, channel);
}

/** A corner of an image with its padding, under the first window. */
function windowFloor(
  { mode, kernelSize, dilations, sides }: ExplainedLayer,
  [, height, width]: readonly number[],
  channel: number,
): Floor {
  const isPooling = mode === 'maxpool' || mode === 'avgpool';
  const extents = kernelSize.map((taps, axis) => (taps - 1) * dilations[axis] + 1);
  const [rows, columns] = extents.map((extent) => Math.min(extent + beside, mostCells));
  const window: WindowCell[] = [];
  for (let row = 0; row < Math.min(extents[0], rows); row += dilations[0]) {
    for (let column = 0; column < Math.min(extents[1], columns); column += dilations[1]) {
      window.push({ row, column, weight: isPooling ? undefined : null });
    }
  }
  return { ...cells(rows, columns, sides.top, sides.left, height, width), ...named(channel), window };
}

/** The corner of an image, at its first pixel. */
function outputFloor([, height, width]: readonly number[], channel: number): Floor {
  return { ...cells(around, around, 0, 0, height, width), ...named(channel), focus: first };
}

function named(channel: number) {
  return { label: `channel ${channel + 1}`, tint: tints[channel] };
}

/** A chequered corner of height × width pixels after so many rows and columns of padding. */
function cells(rows: number, columns: number, top: number, left: number, height: number, width: number) {
  const shades = Array.from({ length: rows * columns }, (_, i) => {
    const [y, x] = [Math.floor(i / columns) - top, (i % columns) - left];
    const isInside = y >= 0 && y < height && x >= 0 && x < width;
    return isInside ? 0.5 + 0.12 * ((x + y) % 2) : Number.NaN;
  });
  return { rows, columns, shades };
}

/** To each output from the channels that it reads; where that is all of them, to the first alone. */
function beamsOf({ mode, filterShapes }: ExplainedLayer, inputs: number, outputs: number) {
  const perGroup =
    mode === 'standard'
      ? filterShapes[0][2]
      : mode === 'transposed'
        ? inputs / groupsOf(filterShapes[0][2], outputs)
        : 1;
  const [from, to] = [inputs, outputs].map((channels) => Math.min(channels, mostFloors));
  const groups = inputs / perGroup;
  const all = Array.from({ length: to }, (_, output) => output).flatMap((output) => {
    const group = Math.floor(output / (outputs / groups));
    const read = Array.from({ length: perGroup }, (_, i) => group * perGroup + i).filter((input) => input < from);
    return read.map((input) => ({ stack: 0, from: input, to: output }));
  });
  return groups === 1 && inputs > 1 ? all.filter((beam) => beam.to === 0) : all;
}

function groupsOf(outputsPerGroup: number, outputs: number): number {
  return outputs / outputsPerGroup;
}

function mixOf(stack: number, inputs: number, outputs: number) {
  const row = new Array<Weight>(Math.min(outputs, mostFloors)).fill(null);
  return { stack, weights: new Array(Math.min(inputs, mostFloors)).fill(row), chosen: 0 };
}
