// Where an operation's windows stand along one axis of a picture.
import type { Params } from '../core/params.js';

export interface Axis {
  /** Pixels of the picture. */
  readonly input: number;
  /** Pixels of the result. */
  readonly output: number;
  /** Padding before the first pixel. */
  readonly before: number;
  readonly stride: number;
  /** Of the dilated filter. */
  readonly extent: number;
}

export interface Axes {
  readonly vertical: Axis;
  readonly horizontal: Axis;
}

/** @internal */
export function axesOf(p: Params): Axes {
  const vertical: Axis = {
    input: p.inputHeight,
    output: p.outputHeight,
    before: p.paddingTop,
    stride: p.strideHeight,
    extent: (p.filterHeight - 1) * p.dilationHeight + 1,
  };
  const horizontal: Axis = {
    input: p.inputWidth,
    output: p.outputWidth,
    before: p.paddingLeft,
    stride: p.strideWidth,
    extent: (p.filterWidth - 1) * p.dilationWidth + 1,
  };
  return { vertical, horizontal };
}
