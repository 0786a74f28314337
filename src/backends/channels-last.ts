// For the ops whose kernels read NHWC only (core/kernel-table.ts). Where channels do not mix and share no weights, the
// planes of an NCHW tensor are images of one channel and nothing moves; else its operands are transposed on the way in
// and out.
import type { OpName } from '../core/kernels.js';
import { activations, type Layout, layouts, type Params } from '../core/params.js';

const channelsLastCode = layouts.indexOf('NHWC');
const prelu = activations.indexOf('prelu');

/** Runs of one size in NHWC, and the matrices to transpose on the way there and back. */
export interface ChannelsLast {
  readonly params: readonly Params[];
  /** Undefined where the operands are right as they are. */
  readonly planes: Planes | undefined;
}

/** NCHW operands as `batch` matrices [channels, pixels]; a residual is like the output. */
export interface Planes {
  readonly batch: number;
  readonly inputChannels: number;
  readonly inputPixels: number;
  readonly outputChannels: number;
  readonly outputPixels: number;
}

/** Runs of one op as its kernel reads them. */
export type Adapter = (params: readonly Params[]) => ChannelsLast;

/** @param kernel the layout that the kernel reads, of runs whose layout has this code */
export function adapterFor(op: OpName, kernel: Layout, layout: number): Adapter {
  const isRight = kernel === layouts[layout];
  return (params) => (isRight ? { params, planes: undefined } : toChannelsLast(op, params));
}

/** The same runs in NHWC. */
function toChannelsLast(op: OpName, params: readonly Params[]): ChannelsLast {
  const first = params[0];
  const last = params[params.length - 1];
  if (op === 'pooling' || op === 'sepFilter' || (op === 'activation' && first.activation !== prelu)) {
    return { params: params.map((p) => asPlanes(op, p)), planes: undefined };
  }
  return {
    params: params.map((p) => ({ ...p, layout: channelsLastCode })),
    planes: {
      batch: last.batch,
      inputChannels: first.inputChannels,
      inputPixels: first.inputHeight * first.inputWidth,
      outputChannels: last.outputChannels,
      outputPixels: last.outputHeight * last.outputWidth,
    },
  };
}

/** Each plane an image of one channel; for an elementwise op, each row of a plane a pixel with a channel a column. */
function asPlanes(op: OpName, p: Params): Params {
  const planes = { ...p, layout: channelsLastCode, batch: p.batch * p.inputChannels };
  if (op !== 'activation') return { ...planes, inputChannels: 1, outputChannels: 1, groups: 1 };
  return { ...planes, inputWidth: 1, outputWidth: 1, inputChannels: p.inputWidth, outputChannels: p.inputWidth };
}
