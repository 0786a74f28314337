// For the ops whose kernels read NHWC only (core/kernel-names.ts). Where channels do not mix and share no weights, the planes of an NCHW tensor
// are images of one channel and nothing moves; else its operands are transposed on the way in and out.
import { typedArrayName } from '../core/arrays.js';
import type { Operands, OpName, Prepared } from '../core/kernels.js';
import { activations, layouts, type Params } from '../core/params.js';
import { type ArrayType, allocate, type TensorData } from '../core/tensor.js';

const channelsLastCode = layouts.indexOf('NHWC');
const prelu = activations.indexOf('prelu');

/** Transposes `batch` matrices [rows, columns]. */
export type Transpose = (from: TensorData, to: TensorData, batch: number, rows: number, columns: number) => void;

/** The same operator, for both layouts. */
export function channelsLast(op: OpName, prepared: Prepared, transpose: Transpose = transposeHere): Prepared {
  let known: readonly Params[] = [];
  let converted: readonly Params[] = [];
  let byPlanes = false;
  let kept: Kept = {};
  return {
    run(params, operands) {
      if (params[0].layout === channelsLastCode) return prepared.run(params, operands);
      if (params !== known) {
        byPlanes = op === 'pooling' || op === 'sepFilter' || (op === 'activation' && params[0].activation !== prelu);
        converted = params.map((p) => (byPlanes ? asPlanes(op, p) : { ...p, layout: channelsLastCode }));
        known = params;
      }
      if (byPlanes) prepared.run(converted, operands);
      else runTransposed(prepared, transpose, kept, converted, operands);
    },
    dispose() {
      kept = {};
      prepared.dispose();
    },
  };
}

/** The transposed operands of the last run, whose memory the next one of the same size takes again. */
type Kept = { -readonly [Name in keyof Operands]?: TensorData };

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
  params: readonly Params[],
  { input, output, residual }: Operands,
): void {
  const first = params[0];
  const last = params[params.length - 1];
  const { batch, outputChannels } = last;
  const inputPixels = first.inputHeight * first.inputWidth;
  const outputPixels = last.outputHeight * last.outputWidth;
  const room = (name: keyof Operands, like: TensorData): TensorData => {
    const before = kept[name];
    kept[name] = before?.length === like.length ? before : emptyLike(like);
    return kept[name];
  };
  const transposed = (name: keyof Operands, from: TensorData, channels: number, pixels: number): TensorData => {
    const to = room(name, from);
    transpose(from, to, batch, channels, pixels);
    return to;
  };
  const result = room('output', output);
  prepared.run(params, {
    input: transposed('input', input, first.inputChannels, inputPixels),
    output: result,
    residual: residual && transposed('residual', residual, outputChannels, outputPixels),
  });
  transpose(result, output, batch, outputPixels, outputChannels);
}

function emptyLike<D extends TensorData>(data: D): D {
  return allocate(typedArrayName(data) as ArrayType, data.length) as D;
}

/** Transposes matrices [rows, columns], in blocks whose lines stay in the cache. */
function transposeHere(from: TensorData, to: TensorData, batch: number, rows: number, columns: number): void {
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
