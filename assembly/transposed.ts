// The gather form: the taps that reach an output pixel are every q-th one, and each next tap reads an input pixel nearer
// to the origin. Outputs a stride apart have the same taps and neighbouring input pixels: they form the tiles. What the
// native twin returns as structs is written into rooms.
import { Epilogue, epilogueOf, secondPass } from './epilogue';
import { conv2dPack, conv2dPackedBytes, conv2dProducts, productGroups } from './conv2d';
import { at, Operands, Params, Weights } from './params';
import { Products } from './product-tile';

/**
 * An axis in the gather form: tap t of output o reads input (o + padding − t · dilation) / stride, where that is whole.
 */
@unmanaged class Gather {
  input: i32;
  output: i32;
  filter: i32;
  stride: i32;
  dilation: i32;
  padding: i32;
  /** Steps from one reaching tap to the next: in taps, and back in input pixels. */
  tapStep: i32;
  inputStep: i32;
  /** The greatest divisor of stride and dilation, and what `inputStep` times is 1 modulo `tapStep`. */
  divisor: i32;
  inverse: i32;
}

/** Written into the room at `g`. */
function fillGather(
  g: Gather, input: i32, output: i32, filter: i32, stride: i32, dilation: i32, padding: i32,
): void {
  // Euclid's algorithm: `divisor` is the dilation `times` times, but for multiples of the stride.
  let divisor: i64 = dilation;
  let rest: i64 = stride;
  let times: i64 = 1;
  let nextTimes: i64 = 0;
  while (rest != 0) {
    const quotient = divisor / rest;
    const next = divisor - quotient * rest;
    const after = times - quotient * nextTimes;
    divisor = rest;
    rest = next;
    times = nextTimes;
    nextTimes = after;
  }
  const step = stride / divisor;
  g.input = input;
  g.output = output;
  g.filter = filter;
  g.stride = stride;
  g.dilation = dilation;
  g.padding = padding;
  g.tapStep = <i32>step;
  g.inputStep = <i32>(dilation / divisor);
  g.divisor = <i32>divisor;
  g.inverse = <i32>((times % step + step) % step);
}

/** The taps that reach one output position along an axis: `count` of them from `tap`, and the first's input pixel. */
@unmanaged class Reach {
  tap: i32;
  count: i32;
  input: i32;
}

/** Written into the room at `r`. */
function reachOf(g: Gather, out: i32, r: Reach): void {
  const position = <i64>out + g.padding;
  r.tap = 0;
  r.count = 0;
  r.input = 0;
  if (position % g.divisor != 0) return;
  let tap = position / g.divisor % g.tapStep * g.inverse % g.tapStep;
  let input = (position - tap * g.dilation) / g.stride;
  // Skip the taps whose input pixels lie beyond the end, then count those down to the first pixel.
  if (input >= g.input) {
    const skipped = (input - g.input) / g.inputStep + 1;
    tap += skipped * g.tapStep;
    input -= skipped * g.inputStep;
  }
  if (input < 0 || tap >= g.filter) return;
  r.tap = <i32>tap;
  r.count = <i32>min(input / g.inputStep + 1, (g.filter - 1 - tap) / g.tapStep + 1);
  r.input = <i32>input;
}

/** Outputs from `out` on, a stride apart, that the same taps reach: if none is missing, up to the last input pixel. */
function pixelsAlike(g: Gather, reach: Reach, out: i32): i32 {
  const left = (g.filter - 1 - reach.tap) / g.tapStep + 1;
  if (reach.count != left) return 1;
  return min(g.input - reach.input, (g.output - 1 - out) / g.stride + 1);
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
  down: Gather;
  across: Gather;
  rows: Reach;
  columns: Reach;
}

/** Row `outY` of the outputs of one image. `y` is its first one. */
function transposedRow(room: Room, image: usize, packed: usize, outY: i32, y: usize): void {
  const p = room.e.p;
  const t = room.t;
  const down = room.down;
  const across = room.across;
  const rows = room.rows;
  const columns = room.columns;
  const inputRow = p.inputWidth * p.inputChannels << 2;
  reachOf(down, outY, rows);
  conv2dProducts(p, t);
  t.rows = rows.count;
  t.rowStep = -inputRow * down.inputStep;
  t.columnStep = -(p.inputChannels << 2) * across.inputStep;
  t.pixelStep = p.inputChannels << 2;
  t.weightRowStep *= down.tapStep;
  t.weightColumnStep *= across.tapStep;
  t.outputStep = p.strideWidth * p.outputChannels << 2;
  for (let phase = 0; phase < p.strideWidth && phase < p.outputWidth; ++phase) {
    for (let outX = phase; outX < p.outputWidth; ) {
      reachOf(across, outX, columns);
      const pixels = pixelsAlike(across, columns, outX);
      t.columns = columns.count;
      t.firstProduct = (rows.tap * p.filterWidth + columns.tap) * t.channels;
      const x = image + rows.input * inputRow + (columns.input * p.inputChannels << 2);
      productGroups(room.e, t, x, packed, at(y, outX * p.outputChannels), pixels);
      const next = outX + <i64>pixels * p.strideWidth;
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
  offsetof<Room>() + offsetof<Epilogue>() + offsetof<Products>() + 2 * offsetof<Gather>() + 2 * offsetof<Reach>();

export function transposedScratchBytes(p: Params): u64 {
  return roomSize;
}

/** Lays out the room at the start of scratch. */
function furnish(p: Params, operands: Operands, scratch: usize): Room {
  const room = changetype<Room>(scratch);
  room.e = changetype<Epilogue>(scratch + offsetof<Room>());
  room.t = changetype<Products>(changetype<usize>(room.e) + offsetof<Epilogue>());
  room.down = changetype<Gather>(changetype<usize>(room.t) + offsetof<Products>());
  room.across = changetype<Gather>(changetype<usize>(room.down) + offsetof<Gather>());
  room.rows = changetype<Reach>(changetype<usize>(room.across) + offsetof<Gather>());
  room.columns = changetype<Reach>(changetype<usize>(room.rows) + offsetof<Reach>());
  epilogueOf(p, operands, room.e);
  fillGather(
    room.down, p.inputHeight, p.outputHeight, p.filterHeight, p.strideHeight, p.dilationHeight, p.paddingTop,
  );
  fillGather(
    room.across, p.inputWidth, p.outputWidth, p.filterWidth, p.strideWidth, p.dilationWidth, p.paddingLeft,
  );
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
