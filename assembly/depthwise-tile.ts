// The register tiles of depthwise convolution: neighbouring pixels of one row, as many channels as a vector has lanes.
import { Epilogue, finish, finishLanes, highest, lowest } from './epilogue';
import { Params } from './params';
import { addProduct, Four, vecLanes } from './simd';

/** Neighbouring output pixels of one row, and the rows of taps inside the input. Steps are in bytes. */
@unmanaged export class DepthwiseWindow {
  rows: i32;
  rowStep: i32;
  columnStep: i32;
  pixelStep: i32;
  /** Output bytes from pixel to pixel, and output floats from lane to lane. */
  outputStep: i32;
  laneStep: i32;
  /** Columns of taps inside the input, and the first tap, counted in taps. */
  columns: i32;
  firstTap: i32;
  /** The input column of the first tap of the first pixel, which may be outside. */
  left: i32;
}

/** Stores the sums of P pixels; the lanes of one are `laneStep` floats apart where a multiplier spreads them. */
@inline function finishSums<V, P>(
  e: Epilogue, w: DepthwiseWindow, sum0: V, sum1: V, sum2: V, sum3: V, y: usize,
): void {
  const next = w.outputStep;
  const laneStep = w.laneStep;
  if (isVector<V>() && laneStep != 1) {
    finishLanes(e, sum0, vecLanes, laneStep, y);
    if (sizeof<P>() > 1) {
      finishLanes(e, sum1, vecLanes, laneStep, y + next);
      finishLanes(e, sum2, vecLanes, laneStep, y + 2 * next);
      finishLanes(e, sum3, vecLanes, laneStep, y + 3 * next);
    }
  } else {
    const low = lowest<V>(e);
    const high = highest<V>(e);
    finish<V>(low, high, sum0, y);
    if (sizeof<P>() > 1) {
      finish<V>(low, high, sum1, y + next);
      finish<V>(low, high, sum2, y + 2 * next);
      finish<V>(low, high, sum3, y + 3 * next);
    }
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
  const laneStep = w.laneStep;
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
    finishSums<V, P>(e, w, sum0, sum1, sum2, sum3, y);
    x += sizeof<V>();
    f += blockSize;
    y += <i32>sizeof<V>() * laneStep;
  }
}

/** Whether a tile has all its columns inside the input, or reaches over its left or right edge. */
export type Inner = u8;
export type Edge = u16;

/** Whether column `i` of the tile is among the bits of `inside`. */
@inline function hasColumn<E>(inside: i32, i: i32): bool {
  return sizeof<E>() == sizeof<Inner>() || (inside & (1 << i)) != 0;
}

/** The bits of the columns of a tile that are inside the input. */
@inline function columnsInside(w: DepthwiseWindow, p: Params): i32 {
  let inside = 0;
  for (let i = 0; i < 6; ++i) {
    if (<u32>(w.left + i * p.dilationWidth) < <u32>p.inputWidth) inside |= 1 << i;
  }
  return inside;
}

/**
 * Four pixels of a filter of three columns that are as far apart as the pixels: each input is read once for all its taps.
 * A row of taps is all that V8's registers hold, so the rows stay a loop.
 */
export function threeColumnsTile<E>(
  e: Epilogue, w: DepthwiseWindow, x: usize, f: usize, y: usize, blocks: i32,
): void {
  const step = w.pixelStep;
  const rowStep = w.rowStep - 4 * step;
  const laneStep = w.laneStep;
  const inside = columnsInside(w, e.p);
  const rows = w.rows;
  const firstTap = 1 + w.firstTap << 4;
  const blockSize = 1 + 3 * e.p.filterHeight << 4;
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
      if (hasColumn<E>(inside, 0)) {
        const value = v128.load(column);
        sum0 = addProduct<v128>(sum0, value, f0);
      }
      column += step;
      if (hasColumn<E>(inside, 1)) {
        const value = v128.load(column);
        sum0 = addProduct<v128>(sum0, value, f1);
        sum1 = addProduct<v128>(sum1, value, f0);
      }
      column += step;
      if (hasColumn<E>(inside, 2)) {
        const value = v128.load(column);
        sum0 = addProduct<v128>(sum0, value, f2);
        sum1 = addProduct<v128>(sum1, value, f1);
        sum2 = addProduct<v128>(sum2, value, f0);
      }
      column += step;
      if (hasColumn<E>(inside, 3)) {
        const value = v128.load(column);
        sum1 = addProduct<v128>(sum1, value, f2);
        sum2 = addProduct<v128>(sum2, value, f1);
        sum3 = addProduct<v128>(sum3, value, f0);
      }
      column += step;
      if (hasColumn<E>(inside, 4)) {
        const value = v128.load(column);
        sum2 = addProduct<v128>(sum2, value, f2);
        sum3 = addProduct<v128>(sum3, value, f1);
      }
      if (hasColumn<E>(inside, 5)) {
        const value = v128.load(column + step);
        sum3 = addProduct<v128>(sum3, value, f2);
      }
      column += rowStep;
      weight += 48;
    }
    finishSums<v128, Four>(e, w, sum0, sum1, sum2, sum3, y);
    x += 16;
    f += blockSize;
    y += laneStep << 4;
  }
}
