// For the ops whose kernels read NHWC only (core/kernel-names.ts). Where channels do not mix and share no weights, the
// planes of an NCHW tensor are images of one channel and nothing moves; else its operands are transposed on the way in
// and out.
import { typedArrayName } from '../core/arrays.js';
import type { OpName, Prepared } from '../core/kernels.js';
import { activations, layouts, type Params } from '../core/params.js';
import { type ArrayType, allocate, type TensorData } from '../core/tensor.js';

const channelsLastCode = layouts.indexOf('NHWC');
const prelu = activations.indexOf('prelu');

/** Transposes `batch` matrices [rows, columns]. */
export type Transpose = (from: TensorData, to: TensorData, batch: number, rows: number, columns: number) => void;

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

/** The same runs in NHWC. */
export function toChannelsLast(op: OpName, params: readonly Params[]): ChannelsLast {
  const first = params[0];
  const last = params[params.length - 1];
  if (first.layout === channelsLastCode) return { params, planes: undefined };
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

/** The same operator, for both layouts. */
export function channelsLast(op: OpName, prepared: Prepared, transpose: Transpose): Prepared {
  let planes: Planes | undefined;
  let kept: Kept = {};
  return {
    settle(params) {
      const converted = toChannelsLast(op, params);
      prepared.settle(converted.params);
      planes = converted.planes;
    },
    run(input, output, residual) {
      if (planes === undefined) prepared.run(input, output, residual);
      else runTransposed(prepared, transpose, kept, planes, input, output, residual);
    },
    dispose() {
      kept = {};
      prepared.dispose();
    },
  };
}

/** The transposed operands of the last run, whose memory the next one of the same size takes again. */
type Kept = { [Name in 'input' | 'output' | 'residual']?: TensorData };

/** Each plane an image of one channel; for an elementwise op, each row of a plane a pixel with a channel a column. */
function asPlanes(op: OpName, p: Params): Params {
  const planes = { ...p, layout: channelsLastCode, batch: p.batch * p.inputChannels };
  if (op !== 'activation') return { ...planes, inputChannels: 1, outputChannels: 1, groups: 1 };
  return { ...planes, inputWidth: 1, outputWidth: 1, inputChannels: p.inputWidth, outputChannels: p.inputWidth };
}

function runTransposed(
  prepared: Prepared,
  transpose: Transpose,
  kept: Kept,
  { batch, inputChannels, inputPixels, outputChannels, outputPixels }: Planes,
  input: TensorData,
  output: TensorData,
  residual: TensorData | undefined,
): void {
  const room = (name: keyof Kept, like: TensorData): TensorData => {
    const before = kept[name];
    const own = before?.length === like.length ? before : emptyLike(like);
    kept[name] = own;
    return own;
  };
  const transposed = (name: keyof Kept, from: TensorData, channels: number, pixels: number): TensorData => {
    const to = room(name, from);
    transpose(from, to, batch, channels, pixels);
    return to;
  };
  const result = room('output', output);
  prepared.run(
    transposed('input', input, inputChannels, inputPixels),
    result,
    residual && transposed('residual', residual, outputChannels, outputPixels),
  );
  transpose(result, output, batch, outputPixels, outputChannels);
}

function emptyLike<D extends TensorData>(data: D): D {
  return allocate(typedArrayName(data) as ArrayType, data.length) as D;
}

/** Transposes matrices [rows, columns], in blocks whose lines stay in the cache. */
export function transposeHere(from: TensorData, to: TensorData, batch: number, rows: number, columns: number): void {
  const block = 16;
  for (let base = 0; base < batch * rows * columns; base += rows * columns) {
    for (let top = 0; top < rows; top += block) {
      const bottom = Math.min(top + block, rows);
      for (let column = 0; column < columns; column++) {
        let at = base + top * columns + column;
        for (let row = top; row < bottom; row++, at += columns) to[base + column * rows + row] = from[at];
      }
    }
  }
}
