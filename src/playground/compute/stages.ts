// A job as sums: which products make an output, in the order in which the library adds them.
import { borderPixel } from '../../core/border.js';
import type { Axes, Axis } from '../../image/axis.js';
import { axesOfJob } from '../../image/convolve.js';
import type { Job } from '../../image/job.js';
import type { Shape, Tensor } from './library.js';

/** One tap along an axis. */
export interface Tap {
  readonly tap: number;
  /** Where it falls, which may be beyond the picture. */
  readonly position: number;
  /** The pixel that it reads there; −1 where it is skipped. */
  readonly at: number;
}

/** Values to be multiplied and added, in order; where there are no weights they stand for themselves. */
export class Terms {
  length = 0;
  readonly values: number[] = [];
  readonly weights: number[] = [];

  clear(): this {
    this.length = 0;
    return this;
  }

  add(value: number, weight: number): void {
    this.values[this.length] = value;
    this.weights[this.length++] = weight;
  }
}

export type Read = (y: number, x: number, channel: number) => number;

/** Cells that a drawing shows around a window. */
export const margin = 2;

/** One half of a separable convolution, or the whole of another operation. */
export interface Stage {
  readonly kind: 'sum' | 'largest' | 'mean';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** What each output row, and each column, reads along its axis. */
  readonly rows: readonly (readonly Tap[])[];
  readonly columns: readonly (readonly Tap[])[];
  /** Which row, or column, of the input stands at a position; −1 for none. */
  readonly sources: readonly [row: (position: number) => number, column: (position: number) => number];
  /** The input channels of an output channel. */
  inputs(channel: number): readonly number[];
  weight(row: number, column: number, input: number, channel: number): number;
}

/** The stages of a job on an image of this shape; the second reads what the first gives. */
export function stagesOf(job: Job, shape: Shape): readonly Stage[] {
  const axes = axesOfJob(shape, job);
  const [first, second] = job.filters;
  const channels = shape[3];
  const windows = windowsOf(job, axes);
  switch (job.op) {
    case 'depthwiseConv2d':
      return [depthwise(windows, first)];
    case 'pointwiseConv2d':
      return [pointwise(windows, first)];
    case 'separableConv2d': {
      const filtered = depthwise(windows, first);
      return [filtered, pointwise(ownPixels(filtered.height, filtered.width), second)];
    }
    case 'conv2d':
      return [standard(windows, first)];
    case 'convTranspose2d':
      return [transposed(windows, first)];
    case 'sepFilter2d':
      return passes(windows, channels, first, second);
    case 'maxPool2d':
      return [pooled(windows, channels, 'largest')];
    case 'avgPool2d':
      return [pooled(windows, channels, 'mean')];
  }
}

/** Collects what makes one output, in the order row, column, input channel. */
export function collect(
  { rows, columns, ...stage }: Stage,
  read: Read,
  y: number,
  x: number,
  channel: number,
  terms: Terms,
) {
  terms.clear();
  const inputs = stage.inputs(channel);
  for (const row of rows[y]) {
    if (row.at < 0) continue;
    for (const column of columns[x]) {
      if (column.at < 0) continue;
      for (const input of inputs) {
        terms.add(read(row.at, column.at, input), stage.weight(row.tap, column.tap, input, channel));
      }
    }
  }
  return terms;
}

export function reader({ data, shape: [, , width, channels] }: Tensor): Read {
  return (y, x, channel) => data[(y * width + x) * channels + channel];
}

interface Windows {
  readonly height: number;
  readonly width: number;
  readonly rows: readonly (readonly Tap[])[];
  readonly columns: readonly (readonly Tap[])[];
  readonly sources: Stage['sources'];
}

function windowsOf(job: Job, { vertical, horizontal }: Axes): Windows {
  const isTransposed = job.op === 'convTranspose2d';
  const [dilationHeight, dilationWidth] = [job.options.dilations ?? 1].flat();
  const pixelAt = borderPixel[job.border ?? 'zero'];
  const sources = [vertical, horizontal].map(
    ({ input }): Source =>
      (position) =>
        pixelAt(position, input),
  );
  return {
    height: vertical.output,
    width: horizontal.output,
    rows: tapsAlong(vertical, dilationHeight, sources[0], isTransposed),
    columns: tapsAlong(horizontal, dilationWidth ?? dilationHeight, sources[1], isTransposed),
    sources: [sources[0], sources[1]],
  };
}

type Source = (position: number) => number;

/** For each output along an axis, the taps that reach it and the pixels that they read. */
function tapsAlong(axis: Axis, dilation: number, source: Source, isTransposed: boolean): Tap[][] {
  const { output, before, stride, extent } = axis;
  return Array.from({ length: output }, (_, index) => {
    const taps: Tap[] = [];
    for (let tap = 0; tap * dilation < extent; tap++) {
      const offset = tap * dilation;
      const position = isTransposed ? (index + before - offset) / stride : index * stride - before + offset;
      if (Number.isInteger(position)) taps.push({ tap, position, at: source(position) });
    }
    return taps;
  });
}

function depthwise(windows: Windows, { data, shape }: Tensor): Stage {
  const [, width, channels, multiplier] = shape;
  return {
    ...windows,
    kind: 'sum',
    channels: channels * multiplier,
    inputs: (channel) => [Math.floor(channel / multiplier)],
    weight: (row, column, _, channel) => data[(row * width + column) * channels * multiplier + channel],
  };
}

function pointwise(windows: Windows, { data, shape: [inputs, outputs] }: Tensor): Stage {
  const every = Array.from({ length: inputs }, (_, i) => i);
  return {
    ...windows,
    kind: 'sum',
    channels: outputs,
    inputs: () => every,
    weight: (_row, _column, input, channel) => data[input * outputs + channel],
  };
}

function standard(windows: Windows, { data, shape: [, width, inputs, outputs] }: Tensor): Stage {
  const every = Array.from({ length: inputs }, (_, i) => i);
  return {
    ...windows,
    kind: 'sum',
    channels: outputs,
    inputs: () => every,
    weight: (row, column, input, channel) => data[((row * width + column) * inputs + input) * outputs + channel],
  };
}

/** One filter a channel, [height, width, 1, channels]. */
function transposed(windows: Windows, { data, shape: [, width, , channels] }: Tensor): Stage {
  return {
    ...windows,
    kind: 'sum',
    channels,
    inputs: (channel) => [channel],
    weight: (row, column, _, channel) => data[(row * width + column) * channels + channel],
  };
}

/** Rows, then columns. */
function passes(windows: Windows, channels: number, row: Tensor, column: Tensor): readonly Stage[] {
  const inputs = (channel: number) => [channel];
  const still = ownPixels(windows.height, windows.width);
  return [
    { ...windows, rows: still.rows, kind: 'sum', channels, inputs, weight: (_, tap) => row.data[tap] },
    { ...windows, columns: still.columns, kind: 'sum', channels, inputs, weight: (tap) => column.data[tap] },
  ];
}

function pooled(windows: Windows, channels: number, kind: 'largest' | 'mean'): Stage {
  return { ...windows, kind, channels, inputs: (channel) => [channel], weight: () => 1 };
}

/** Windows of one pixel, each on its own. */
function ownPixels(height: number, width: number): Windows {
  const own = (length: number) => Array.from({ length }, (_, at) => [{ tap: 0, position: at, at }]);
  const inside = (length: number) => (position: number) => borderPixel.zero(position, length);
  return { height, width, rows: own(height), columns: own(width), sources: [inside(height), inside(width)] };
}
