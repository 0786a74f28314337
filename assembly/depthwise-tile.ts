// The register tiles of depthwise convolution: neighbouring pixels of one row, as many channels as a vector has lanes.
import { Epilogue, finish, highest, lowest } from './epilogue';
import { Params } from './params';
import { addProduct, Four } from './simd';

/** Pixels of a tile. */
export const tilePixels: i32 = 4;

/** Neighbouring output pixels of one row, and the rows of taps inside the input. Steps are in bytes. */
@unmanaged export class DepthwiseWindow {
  rows: i32;
  rowStep: i32;
  columnStep: i32;
  pixelStep: i32;
  /** Output bytes from pixel to pixel. */
  outputStep: i32;
  /** Columns of taps inside the input, and the first tap, counted in taps. */
  columns: i32;
  firstTap: i32;
  /** The input column of the first tap of the first pixel, which may be outside. */
  left: i32;
}

/** Stores the sums of P pixels between the bounds. */
@inline function storeSums<V, P>(
  e: Epilogue, w: DepthwiseWindow, sum0: V, sum1: V, sum2: V, sum3: V, y: usize,
): void {
  const next = w.outputStep;
  const low = lowest<V>(e);
  const high = highest<V>(e);
  finish<V>(low, high, sum0, y);
  if (sizeof<P>() > 1) {
    finish<V>(low, high, sum1, y + next);
    finish<V>(low, high, sum2, y + 2 * next);
    finish<V>(low, high, sum3, y + 3 * next);
  }
}

/** P pixels (one or four), `blocks` times lanes<V>() channels; the packed weights at `f` begin with the bias. */
export function windowTile<V, P>(e: Epilogue, w: DepthwiseWindow, x: usize, f: usize, y: usize, blocks: i32): void {
  const p = e.p;
  const rows = w.rows;
  const columns = w.columns;
  const rowStep = w.rowStep;
  const columnStep = w.columnStep;
  const pixelStep = w.pixelStep;
  const weightStep = p.filterWidth * <i32>sizeof<V>();
  const firstTap = (1 + w.firstTap) * <i32>sizeof<V>();
  const blockSize = (1 + p.filterHeight * p.filterWidth) * <i32>sizeof<V>();
  for (; blocks > 0; --blocks) {
    let sum0 = load<V>(f);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let row = x;
    let weightRow = f + firstTap;
    for (let ky = rows; ky > 0; --ky) {
      let at0 = row;
      let weight = weightRow;
      for (let kx = columns; kx > 0; --kx) {
        const weights = load<V>(weight);
        sum0 = addProduct<V>(sum0, load<V>(at0), weights);
        if (sizeof<P>() > 1) {
          const at1 = at0 + pixelStep;
          const at2 = at1 + pixelStep;
          sum1 = addProduct<V>(sum1, load<V>(at1), weights);
          sum2 = addProduct<V>(sum2, load<V>(at2), weights);
          sum3 = addProduct<V>(sum3, load<V>(at2 + pixelStep), weights);
        }
        at0 += columnStep;
        weight += sizeof<V>();
      }
      row += rowStep;
      weightRow += weightStep;
    }
    storeSums<V, P>(e, w, sum0, sum1, sum2, sum3, y);
    x += sizeof<V>();
    f += blockSize;
    y += sizeof<V>();
  }
}

/** Whether a tile has all its columns inside the input, or reaches over its left or right edge. */
export type Inner = u8;
export type Edge = u16;

/** Columns of a window that reaches R (one or two) columns to either side of its middle. */
@inline function windowColumns<R>(): i32 {
  return 2 * <i32>sizeof<R>() + 1;
}

/** Columns under the four windows of a tile, S (one or two) columns from one to the next. */
@inline function tileColumns<R, S>(): i32 {
  return 3 * <i32>sizeof<S>() + windowColumns<R>();
}

/** Whether the tile has a column `j`, and it is among the bits of `inside`. */
@inline function hasColumn<R, S, E>(inside: i32, j: i32): bool {
  return j < tileColumns<R, S>() && (sizeof<E>() == sizeof<Inner>() || (inside & (1 << j)) != 0);
}

/** The bits of the columns of a tile that are inside the input. */
@inline function columnsInside<R, S>(w: DepthwiseWindow, p: Params): i32 {
  let inside = 0;
  for (let j = 0; j < tileColumns<R, S>(); ++j) {
    if (<u32>(w.left + j * p.dilationWidth) < <u32>p.inputWidth) inside |= 1 << j;
  }
  return inside;
}

/** Adds column `j` of the tile to the sum of pixel `i`, if it is under that window: it is tap j − i · S of it. */
@inline function addColumn<R, S>(
  sum: v128, value: v128, j: i32, i: i32, f0: v128, f1: v128, f2: v128, f3: v128, f4: v128,
): v128 {
  const tap = j - i * <i32>sizeof<S>();
  if (tap < 0 || tap >= windowColumns<R>()) return sum;
  else return addProduct<v128>(sum, value, tap == 0 ? f0 : tap == 1 ? f1 : tap == 2 ? f2 : tap == 3 ? f3 : f4);
}

/**
 * Four pixels whose windows slide over the row: each input is read once for all the windows it is under. A row of taps is
 * all that V8's registers hold, so the rows stay a loop.
 */
export function slidingTile<R, S, E>(
  e: Epilogue, w: DepthwiseWindow, x: usize, f: usize, y: usize, blocks: i32,
): void {
  const step = w.columnStep;
  const rowStep = w.rowStep - (tileColumns<R, S>() - 1) * step;
  const inside = columnsInside<R, S>(w, e.p);
  const rows = w.rows;
  const firstTap = 1 + w.firstTap << 4;
  const blockSize = 1 + windowColumns<R>() * e.p.filterHeight << 4;
  for (; blocks > 0; --blocks) {
    let sum0 = v128.load(f);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let column = x;
    let weight = f + firstTap;
    for (let ky = rows; ky > 0; --ky) {
      const f0 = v128.load(weight);
      const f1 = v128.load(weight, 16);
      const f2 = v128.load(weight, 32);
      const f3 = sizeof<R>() > 1 ? v128.load(weight, 48) : f0;
      const f4 = sizeof<R>() > 1 ? v128.load(weight, 64) : f0;
      if (hasColumn<R, S, E>(inside, 0)) {
        const value = v128.load(column);
        sum0 = addColumn<R, S>(sum0, value, 0, 0, f0, f1, f2, f3, f4);
      }
      column += step;
      if (hasColumn<R, S, E>(inside, 1)) {
        const value = v128.load(column);
        sum0 = addColumn<R, S>(sum0, value, 1, 0, f0, f1, f2, f3, f4);
        sum1 = addColumn<R, S>(sum1, value, 1, 1, f0, f1, f2, f3, f4);
      }
      column += step;
      if (hasColumn<R, S, E>(inside, 2)) {
        const value = v128.load(column);
        sum0 = addColumn<R, S>(sum0, value, 2, 0, f0, f1, f2, f3, f4);
        sum1 = addColumn<R, S>(sum1, value, 2, 1, f0, f1, f2, f3, f4);
        sum2 = addColumn<R, S>(sum2, value, 2, 2, f0, f1, f2, f3, f4);
      }
      column += step;
      if (hasColumn<R, S, E>(inside, 3)) {
        const value = v128.load(column);
        sum0 = addColumn<R, S>(sum0, value, 3, 0, f0, f1, f2, f3, f4);
        sum1 = addColumn<R, S>(sum1, value, 3, 1, f0, f1, f2, f3, f4);
        sum2 = addColumn<R, S>(sum2, value, 3, 2, f0, f1, f2, f3, f4);
        sum3 = addColumn<R, S>(sum3, value, 3, 3, f0, f1, f2, f3, f4);
      }
      column += step;
      if (hasColumn<R, S, E>(inside, 4)) {
        const value = v128.load(column);
        sum0 = addColumn<R, S>(sum0, value, 4, 0, f0, f1, f2, f3, f4);
        sum1 = addColumn<R, S>(sum1, value, 4, 1, f0, f1, f2, f3, f4);
        sum2 = addColumn<R, S>(sum2, value, 4, 2, f0, f1, f2, f3, f4);
        sum3 = addColumn<R, S>(sum3, value, 4, 3, f0, f1, f2, f3, f4);
      }
      column += step;
      if (hasColumn<R, S, E>(inside, 5)) {
        const value = v128.load(column);
        sum1 = addColumn<R, S>(sum1, value, 5, 1, f0, f1, f2, f3, f4);
        sum2 = addColumn<R, S>(sum2, value, 5, 2, f0, f1, f2, f3, f4);
        sum3 = addColumn<R, S>(sum3, value, 5, 3, f0, f1, f2, f3, f4);
      }
      if (6 < tileColumns<R, S>()) column += step;
      if (hasColumn<R, S, E>(inside, 6)) {
        const value = v128.load(column);
        sum1 = addColumn<R, S>(sum1, value, 6, 1, f0, f1, f2, f3, f4);
        sum2 = addColumn<R, S>(sum2, value, 6, 2, f0, f1, f2, f3, f4);
        sum3 = addColumn<R, S>(sum3, value, 6, 3, f0, f1, f2, f3, f4);
      }
      if (7 < tileColumns<R, S>()) column += step;
      if (hasColumn<R, S, E>(inside, 7)) {
        const value = v128.load(column);
        sum2 = addColumn<R, S>(sum2, value, 7, 2, f0, f1, f2, f3, f4);
        sum3 = addColumn<R, S>(sum3, value, 7, 3, f0, f1, f2, f3, f4);
      }
      if (8 < tileColumns<R, S>()) column += step;
      if (hasColumn<R, S, E>(inside, 8)) {
        const value = v128.load(column);
        sum2 = addColumn<R, S>(sum2, value, 8, 2, f0, f1, f2, f3, f4);
        sum3 = addColumn<R, S>(sum3, value, 8, 3, f0, f1, f2, f3, f4);
      }
      if (9 < tileColumns<R, S>()) column += step;
      if (hasColumn<R, S, E>(inside, 9)) {
        const value = v128.load(column);
        sum3 = addColumn<R, S>(sum3, value, 9, 3, f0, f1, f2, f3, f4);
      }
      if (10 < tileColumns<R, S>()) column += step;
      if (hasColumn<R, S, E>(inside, 10)) {
        const value = v128.load(column);
        sum3 = addColumn<R, S>(sum3, value, 10, 3, f0, f1, f2, f3, f4);
      }
      column += rowStep;
      weight += windowColumns<R>() << 4;
    }
    storeSums<v128, Four>(e, w, sum0, sum1, sum2, sum3, y);
    x += 16;
    f += blockSize;
    y += 16;
  }
}
