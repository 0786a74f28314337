// Depthwise convolution of NCHW tensors, plane by plane. A strip of rows is copied with its padding into scratch, split
// into phases: the columns (and rows) that a stride takes together stand side by side. So every tap of neighbouring
// outputs is a run of neighbouring floats, whatever the stride and the dilation. Two things differ from the native twin,
// whose vectors are wider. A strip is always one long row, and what its vectors compute between the rows is left out when
// they are copied to the output; so the steps from vector to vector are part of V8's instructions. And narrow planes, whose
// rows fill these vectors well enough, have no way of their own.
import { Epilogue, epilogueOf, finish, highest, lowest } from './epilogue';
import { at, Operands, Params, Weights } from './params';
import {
  ceilDivide,
  copyRow,
  definedPixels,
  inputPlane,
  outputPlane,
  packPlanes,
  planesEnd,
  planesPackedSize,
  secondPassPlane,
  skipsPadding,
  zeroRow,
} from './planes';
import { addProduct } from './simd';
import { floatBytes, sizeProduct, sizeSum } from './sizes';

/** How a strip stands in scratch: [phases down][phases across][rows][pitch]. */
@unmanaged export class Strip {
  outputRows: i32;
  phasesDown: i32;
  phasesAcross: i32;
  /** Rows that the taps of one output reach down in a phase, beside the first. */
  reach: i32;
  columns: i32;
  pitch: i32;
  phaseSize: i32;
  flatSize: i32;
  isCopied: bool;
}

/** As many output rows as the nearest cache likes. */
const stripFloats: i32 = 6144;
const leastStripRows: i32 = 8;

/** Beyond it, paddings and dilations are so large that a plane is computed by the definition. */
const mostStripFloats: u64 = 1 << 22;

/** Floats of a tile. */
const tileFloats: i32 = 32;

@inline function phasesDown(p: Params): i32 {
  return min(p.strideHeight, (p.filterHeight - 1) * p.dilationHeight + 1);
}

@inline function phasesAcross(p: Params): i32 {
  return min(p.strideWidth, (p.filterWidth - 1) * p.dilationWidth + 1);
}

@inline function reach(p: Params): i32 {
  return (p.filterHeight - 1) * p.dilationHeight / p.strideHeight;
}

@inline function columns(p: Params): i32 {
  return p.outputWidth + (p.filterWidth - 1) * p.dilationWidth / p.strideWidth;
}

/** The zeros that end one row begin the next one. */
function pitch(p: Params): i32 {
  const right = columns(p) - p.paddingLeft - p.inputWidth;
  return columns(p) - (p.strideWidth == 1 && right > 0 ? min(p.paddingLeft, right) : 0);
}

/** The rows, the zeros that end the last one, and what tiles may read beyond. */
function phaseSize(p: Params, outputRows: i32): i64 {
  return (<i64>outputRows + reach(p)) * pitch(p) + columns(p) + tileFloats;
}

@inline function flatSize(p: Params, outputRows: i32): i64 {
  return <i64>outputRows * pitch(p) + columns(p) + tileFloats;
}

/** Floats of a strip of so many output rows; 0 where it would be too large. */
export function stripScratch(p: Params, outputRows: i32): u64 {
  const phases = sizeProduct(phaseSize(p, outputRows), phasesDown(p), phasesAcross(p));
  const floats = sizeSum(phases, flatSize(p, outputRows), p.products);
  return floats <= mostStripFloats ? floats : 0;
}

/** The output rows of the strips that planes of this op are cut into. */
function stripRows(p: Params): i32 {
  const rowFloats = sizeProduct(pitch(p), phasesDown(p), phasesAcross(p));
  return min(max(<i32>(stripFloats / rowFloats) - reach(p), leastStripRows), p.outputHeight);
}

/** A strip of so many output rows, written into the room at `s`. */
export function fillStrip(s: Strip, p: Params, outputRows: i32): void {
  s.outputRows = outputRows;
  s.phasesDown = phasesDown(p);
  s.phasesAcross = phasesAcross(p);
  s.reach = reach(p);
  s.columns = columns(p);
  s.pitch = pitch(p);
  s.phaseSize = <i32>phaseSize(p, outputRows);
  s.flatSize = <i32>flatSize(p, outputRows);
  s.isCopied = stripScratch(p, outputRows) > 0;
}

/** Where each tap stands in a strip, in bytes from the first tap on. */
export function placeTaps(p: Params, s: Strip, taps: usize): void {
  if (!s.isCopied) return;
  for (let ky = 0; ky < p.filterHeight; ++ky) {
    const down = ky * p.dilationHeight;
    for (let kx = 0; kx < p.filterWidth; ++kx) {
      const across = kx * p.dilationWidth;
      const phase = down % p.strideHeight * s.phasesAcross + across % p.strideWidth;
      const tap = phase * s.phaseSize + down / p.strideHeight * s.pitch + across / p.strideWidth;
      store<i32>(taps, tap << 2);
      taps += 4;
    }
  }
}

/**
 * Copies every `step`th column of a phase's rows, `rowStep` bytes apart in the input: data, then the zeros up to the data
 * of the next row. What a row writes beyond them, the next one writes again.
 */
function copyRows(
  from: usize, rowStep: i32, fromEnd: usize, step: i32, count: i32, to: usize, pitch: i32, rows: i32,
): void {
  const toEnd = at(to, rows * pitch) + 16;
  for (let row = 0; row < rows; ++row) {
    copyRow(from, fromEnd, step, count, to, toEnd);
    zeroRow(pitch - count, at(to, count), toEnd);
    from += rowStep;
    to = at(to, pitch);
  }
}

/** Copies one phase, `down` and `across`, of `rows` output rows from `outY` on. */
function copyPhase(
  p: Params, s: Strip, plane: usize, planesEnd: usize, down: i32, across: i32, outY: i32, rows: i32, to: usize,
): void {
  const left = p.paddingLeft - across;
  const begin = min(max(ceilDivide(left, p.strideWidth), 0), s.columns);
  const end = min(max(ceilDivide(left + p.inputWidth, p.strideWidth), begin), s.columns);
  const top = p.paddingTop - down - outY * p.strideHeight;
  const all = rows + s.reach;
  const first = min(max(ceilDivide(top, p.strideHeight), 0), all);
  const last = min(max(ceilDivide(top + p.inputHeight, p.strideHeight), first), all);
  const toEnd = at(to, s.phaseSize);
  const from = at(plane, (first * p.strideHeight - top) * p.inputWidth + begin * p.strideWidth - left);
  zeroRow(first * s.pitch + begin, to, toEnd);
  copyRows(
    from, p.strideHeight * p.inputWidth << 2, planesEnd, p.strideWidth, end - begin, at(to, first * s.pitch + begin),
    s.pitch, last - first,
  );
  zeroRow((all - last) * s.pitch + s.columns - s.pitch, at(to, last * s.pitch), toEnd);
}

/** Eight vectors of outputs. */
function planeTile(e: Epilogue, x: usize, taps: usize, f: usize, y: usize): void {
  let sum0 = v128.load32_splat(f);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let sum4 = sum0;
  let sum5 = sum0;
  let sum6 = sum0;
  let sum7 = sum0;
  const end = at(taps, e.p.products);
  for (; taps < end; taps += 4) {
    const tap = x + load<i32>(taps);
    const weight = v128.load32_splat(f, 4);
    sum0 = addProduct<v128>(sum0, v128.load(tap), weight);
    sum1 = addProduct<v128>(sum1, v128.load(tap, 16), weight);
    sum2 = addProduct<v128>(sum2, v128.load(tap, 32), weight);
    sum3 = addProduct<v128>(sum3, v128.load(tap, 48), weight);
    sum4 = addProduct<v128>(sum4, v128.load(tap, 64), weight);
    sum5 = addProduct<v128>(sum5, v128.load(tap, 80), weight);
    sum6 = addProduct<v128>(sum6, v128.load(tap, 96), weight);
    sum7 = addProduct<v128>(sum7, v128.load(tap, 112), weight);
    f += 4;
  }
  const low = lowest<v128>(e);
  const high = highest<v128>(e);
  finish<v128>(low, high, sum0, y);
  finish<v128>(low, high, sum1, y + 16);
  finish<v128>(low, high, sum2, y + 32);
  finish<v128>(low, high, sum3, y + 48);
  finish<v128>(low, high, sum4, y + 64);
  finish<v128>(low, high, sum5, y + 80);
  finish<v128>(low, high, sum6, y + 96);
  finish<v128>(low, high, sum7, y + 112);
}

/** One output channel of a strip. */
function stripOutputs(
  e: Epilogue, s: Strip, strip: usize, taps: usize, flat: usize, f: usize, rows: i32, y: usize,
): void {
  const width = e.p.outputWidth;
  const floats = (rows - 1) * s.pitch + width;
  for (let i = 0; i < floats; i += tileFloats) planeTile(e, at(strip, i), taps, f, at(flat, i));
  const flatEnd = at(flat, s.flatSize);
  const end = at(y, rows * width);
  for (let row = 0; row < rows; ++row) {
    copyRow(flat, flatEnd, 1, width, y, end);
    flat = at(flat, s.pitch);
    y = at(y, width);
  }
}

/**
 * The `rows` from `outY` on of all outputs of one input plane, whose channel is `channel`; `y` is the first of them, and
 * `planeStep` leads to the next output channel. `slopes` is room for a vector.
 */
export function depthwiseStrip(
  e: Epilogue, s: Strip, plane: usize, planesEnd: usize, channel: i32, packed: usize, outY: i32, rows: i32, y: usize,
  planeStep: i32, scratch: usize, slopes: usize,
): void {
  const p = e.p;
  const multiplier = p.outputChannels / p.inputChannels;
  const strip = at(scratch, p.products);
  const flat = at(strip, s.phasesDown * s.phasesAcross * s.phaseSize);
  const copied = s.isCopied;
  if (copied) {
    for (let phase = 0; phase < s.phasesDown * s.phasesAcross; ++phase) {
      const to = at(strip, phase * s.phaseSize);
      copyPhase(p, s, plane, planesEnd, phase / s.phasesAcross, phase % s.phasesAcross, outY, rows, to);
    }
  }
  const begin = outY * p.outputWidth;
  const pixels = rows * p.outputWidth;
  for (let o = channel * multiplier; o < (channel + 1) * multiplier; ++o) {
    const f = at(packed, o * (p.products + 1));
    if (copied) stripOutputs(e, s, strip, scratch, flat, f, rows, y);
    if (!copied || skipsPadding(p, packed)) definedPixels(e, plane, 0, 1, f, begin, begin + pixels, y, !copied);
    secondPassPlane(e, y, pixels, o, slopes);
    y = at(y, planeStep);
  }
}

@inline function stripsOf(p: Params): i32 {
  return (p.outputHeight - 1) / stripRows(p) + 1;
}

export function depthwisePlanesPackedBytes(p: Params): u64 {
  return floatBytes(planesPackedSize(p));
}

export function depthwisePlanesPack(p: Params, weights: Weights, packed: usize): void {
  packPlanes(p, weights, packed);
}

export function depthwisePlanesUnits(p: Params): i32 {
  return p.batch * p.inputChannels * stripsOf(p);
}

/** What native code keeps on the stack stands at the start of scratch: slopes, the epilogue, the strip. */
const roomSize: usize = 16 + offsetof<Epilogue>() + offsetof<Strip>() + 3 & ~3;

export function depthwisePlanesScratchBytes(p: Params): u64 {
  return roomSize + floatBytes(stripScratch(p, stripRows(p)));
}

export function depthwisePlanes(p: Params, operands: Operands, scratch: usize, begin: i32, end: i32): void {
  const e = changetype<Epilogue>(scratch + 16);
  const s = changetype<Strip>(scratch + 16 + offsetof<Epilogue>());
  const room = scratch + roomSize;
  const strips = stripsOf(p);
  const planes = planesEnd(p, operands);
  const multiplier = p.outputChannels / p.inputChannels;
  epilogueOf(p, operands, e);
  fillStrip(s, p, stripRows(p));
  placeTaps(p, s, room);
  for (let unit = begin; unit < end; ++unit) {
    const plane = unit / strips;
    const outY = unit % strips * s.outputRows;
    const rows = min(s.outputRows, p.outputHeight - outY);
    depthwiseStrip(
      e, s, at(operands.input, plane * inputPlane(p)), planes, plane % p.inputChannels, operands.packed, outY, rows,
      at(e.output, plane * multiplier * outputPlane(p) + outY * p.outputWidth), outputPlane(p), room, scratch,
    );
  }
}
