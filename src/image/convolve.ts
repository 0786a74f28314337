// One picture through one mode: its border made, the operator prepared, its alpha carried along.
import type { Operator } from '../core/operator.js';
import type { Padding, Pair } from '../core/options.js';
import type { Tensor } from '../core/tensor.js';
import { readWindow, windowGeometry } from '../core/window.js';
import type { Operations } from '../ops/index.js';
import { type Border, padImage, type Sides } from './border.js';
import { type Mode, type ModeInputs, type ModeName, modes } from './modes.js';
import type { Alpha, Picture } from './picture.js';

/** What is done to a picture; the filters already fit its channels. */
export interface Job {
  readonly mode: ModeName;
  /** [height, width, channels, multiplier] */
  readonly kernel?: Tensor | undefined;
  /** [channels, outputs] */
  readonly pointwise?: Tensor | undefined;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
  readonly border: Border;
}

/** A job that is ready to run; the operator is the caller's to dispose. */
export interface PreparedJob {
  readonly operator: Operator;
  /** The picture with its border. */
  readonly input: Tensor;
  /** The alpha of the result: of the pixel under the anchor of each window, ⌊(extent − 1) / 2⌋, or the nearest inside. */
  readonly alpha?: Alpha | undefined;
}

/**
 * Prepares a job. With border `'zero'` the padding is the operation's own; otherwise a copy of the picture is continued
 * by as much, so that the result has the same shape.
 *
 * @throws SepconvError `ERR_SHAPE`, `ERR_OPTION`, `ERR_PADDING`, `ERR_MEMORY`
 */
export function prepareJob(operations: Operations, picture: Picture, job: Job): PreparedJob {
  const { image, alpha } = picture;
  const [batch, height, width, channels] = image.shape;
  const [filterHeight, filterWidth] = job.kernel?.shape ?? [1, 1];
  const window = readWindow(job, filterHeight, filterWidth);
  const geometry = windowGeometry(window, { batch, height, width, channels });
  const vertical: Axis = {
    input: height,
    output: geometry.outputHeight,
    before: geometry.paddingTop,
    stride: window.strideHeight,
    extent: (filterHeight - 1) * window.dilationHeight + 1,
  };
  const horizontal: Axis = {
    input: width,
    output: geometry.outputWidth,
    before: geometry.paddingLeft,
    stride: window.strideWidth,
    extent: (filterWidth - 1) * window.dilationWidth + 1,
  };
  const sides = { top: vertical.before, bottom: after(vertical), left: horizontal.before, right: after(horizontal) };
  const isInside = Object.values(sides).every((side) => side === 0);
  const input = job.border === 'zero' || isInside ? image : padImage(image, sides, job.border);
  const padding = job.border === 'zero' ? sides : none;
  const mode: Mode = modes[job.mode];
  const inputs: ModeInputs = { ...job, padding };
  return {
    operator: mode.prepare(operations, inputs),
    input,
    alpha: alpha && alphaUnderAnchor(alpha, vertical, horizontal, job.padding === 'same-lower'),
  };
}

const none: Sides = { top: 0, bottom: 0, left: 0, right: 0 };

/** Where windows stand along one axis. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly before: number;
  readonly stride: number;
  /** Of the dilated filter. */
  readonly extent: number;
}

/** What the last window needs beyond the picture. */
function after({ input, output, before, stride, extent }: Axis): number {
  return Math.max(0, (output - 1) * stride + extent - input - before);
}

function alphaUnderAnchor(alpha: Alpha, vertical: Axis, horizontal: Axis, isLower: boolean): Alpha {
  const positions = ({ input, output, before, stride, extent }: Axis) =>
    Array.from({ length: output }, (_, i) => {
      const anchor = isLower ? Math.ceil((extent - 1) / 2) : Math.floor((extent - 1) / 2);
      return Math.max(0, Math.min(input - 1, i * stride - before + anchor));
    });
  const columns = positions(horizontal);
  const size = vertical.output * horizontal.output;
  const picked = alpha instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size);
  let written = 0;
  for (const y of positions(vertical)) {
    for (const x of columns) picked[written++] = alpha[y * horizontal.input + x];
  }
  return picked;
}
