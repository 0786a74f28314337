// The gather form: the taps that reach an output pixel are every q-th one, and each next tap reads an input pixel nearer
// to the origin. Outputs a stride apart have the same taps and neighbouring input pixels: they form the tiles.
import { Epilogue, epilogueOf, secondPass } from './epilogue';
import { conv2dPack, conv2dPackedBytes, conv2dProducts, productGroups } from './conv2d';
import { at, Operands, Params, Weights } from './params';
import { Products } from './product';

/** One axis of a sliding window. */
@unmanaged class Axis {
  input: i32;
  filter: i32;
  stride: i32;
  dilation: i32;
  padding: i32;
}

/** The taps that reach one output position along an axis: `count` of them from `tap`, and the input pixels they read. */
@unmanaged class Reach {
  tap: i32;
  count: i32;
  input: i32;
}

function greatestDivisor(a: i32, b: i32): i32 {
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/** Steps from one reaching tap to the next: in taps, and back in input pixels. */
@inline function tapStep(a: Axis): i32 {
  return a.stride / greatestDivisor(a.stride, a.dilation);
}

@inline function inputStep(a: Axis): i32 {
  return a.dilation / greatestDivisor(a.stride, a.dilation);
}

/** Written into the room at `r`. */
function reachOf(a: Axis, out: i32, r: Reach): void {
  const position = <i64>out + a.padding;
  const step = tapStep(a);
  r.tap = 0;
  r.count = 0;
  r.input = 0;
  let tap: i64 = 0;
  while (tap < step && (position - tap * a.dilation) % a.stride != 0) ++tap;
  if (tap == step) return;
  let input = (position - tap * a.dilation) / a.stride;
  // Skip the taps whose input pixels lie beyond the end, then count those down to the first pixel.
  const back = inputStep(a);
  if (input >= a.input) {
    const skipped = (input - a.input) / back + 1;
    tap += skipped * step;
    input -= skipped * back;
  }
  if (input < 0 || tap >= a.filter) return;
  r.tap = <i32>tap;
  r.count = <i32>min(input / back + 1, (a.filter - 1 - tap) / step + 1);
  r.input = <i32>input;
}

export function transposedPackedBytes(p: Params): u64 {
  return conv2dPackedBytes(p);
}

export function transposedPack(p: Params, weights: Weights, packed: usize): void {
  conv2dPack(p, weights, packed);
}

/** What native code keeps on the stack. */
@unmanaged class Room {
  e: Epilogue;
  t: Products;
  down: Axis;
  across: Axis;
  rows: Reach;
  columns: Reach;
  other: Reach;
}

/** Row `outY` of the outputs of one image. `y` is its first one. */
function transposedRow(room: Room, image: usize, packed: usize, outY: i32, y: usize): void {
  const p = room.e.p;
  const t = room.t;
  const rows = room.rows;
  const columns = room.columns;
  const other = room.other;
  const inputRow = p.inputWidth * p.inputChannels << 2;
  reachOf(room.down, outY, rows);
  conv2dProducts(p, t);
  t.rows = rows.count;
  t.rowStep = -inputRow * inputStep(room.down);
  t.columnStep = -(p.inputChannels << 2) * inputStep(room.across);
  t.pixelStep = p.inputChannels << 2;
  t.weightRowStep *= tapStep(room.down);
  t.weightColumnStep *= tapStep(room.across);
  t.outputStep = p.strideWidth * p.outputChannels << 2;
  for (let phase = 0; phase < p.strideWidth && phase < p.outputWidth; ++phase) {
    for (let outX = phase; outX < p.outputWidth; ) {
      reachOf(room.across, outX, columns);
      let pixels = 1;
      let next = <i64>outX + p.strideWidth;
      for (; next < p.outputWidth; next += p.strideWidth, ++pixels) {
        reachOf(room.across, <i32>next, other);
        if (other.tap != columns.tap || other.count != columns.count || columns.count == 0) break;
      }
      t.columns = columns.count;
      t.firstProduct = (rows.tap * p.filterWidth + columns.tap) * t.channels;
      const x = image + rows.input * inputRow + (columns.input * p.inputChannels << 2);
      productGroups(room.e, t, x, packed, at(y, outX * p.outputChannels), pixels);
      if (next > p.outputWidth) break;
      outX = <i32>next;
    }
  }
  secondPass(room.e, y, p.outputWidth, 0, p.outputChannels);
}

export function transposedUnits(p: Params): i32 {
  return p.batch * p.outputHeight;
}

const roomSize: usize =
  offsetof<Room>() + offsetof<Epilogue>() + offsetof<Products>() + 2 * offsetof<Axis>() + 3 * offsetof<Reach>();

export function transposedScratchBytes(p: Params): u64 {
  return roomSize;
}

/** Lays out the room at the start of scratch. */
function furnish(p: Params, operands: Operands, scratch: usize): Room {
  const room = changetype<Room>(scratch);
  room.e = changetype<Epilogue>(scratch + offsetof<Room>());
  room.t = changetype<Products>(changetype<usize>(room.e) + offsetof<Epilogue>());
  room.down = changetype<Axis>(changetype<usize>(room.t) + offsetof<Products>());
  room.across = changetype<Axis>(changetype<usize>(room.down) + offsetof<Axis>());
  room.rows = changetype<Reach>(changetype<usize>(room.across) + offsetof<Axis>());
  room.columns = changetype<Reach>(changetype<usize>(room.rows) + offsetof<Reach>());
  room.other = changetype<Reach>(changetype<usize>(room.columns) + offsetof<Reach>());
  epilogueOf(p, operands, room.e);
  room.down.input = p.inputHeight;
  room.down.filter = p.filterHeight;
  room.down.stride = p.strideHeight;
  room.down.dilation = p.dilationHeight;
  room.down.padding = p.paddingTop;
  room.across.input = p.inputWidth;
  room.across.filter = p.filterWidth;
  room.across.stride = p.strideWidth;
  room.across.dilation = p.dilationWidth;
  room.across.padding = p.paddingLeft;
  return room;
}

export function transposed(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const room = furnish(p, operands, scratch);
  const imageSize = p.inputHeight * p.inputWidth * p.inputChannels;
  const rowSize = p.outputWidth * p.outputChannels;
  for (let row = begin; row < end; ++row) {
    const image = at(operands.input, row / p.outputHeight * imageSize);
    transposedRow(room, image, operands.packed, row % p.outputHeight, at(room.e.output, row * rowSize));
  }
}
