// Colour profiles: what the samples of a picture mean. ICC.1:2022 names the fields.

/** The x and y of a colour in the CIE diagram. */
export type Chromaticity = readonly [x: number, y: number];

/** The colours of full red, green and blue, and of all three together. */
export interface Primaries {
  readonly white: Chromaticity;
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
}

/** From samples to light, as the bytes of an ICC curve. */
export type Curve = Uint8Array;

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const d65: Chromaticity = [0.3127, 0.329];
export const srgbPrimaries: Primaries = { white: d65, red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06] };
export const p3Primaries: Primaries = { white: d65, red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] };
export const bt2020Primaries: Primaries = {
  white: d65,
  red: [0.708, 0.292],
  green: [0.17, 0.797],
  blue: [0.131, 0.046],
};

export const adobePrimaries: Primaries = { white: d65, red: [0.64, 0.33], green: [0.21, 0.71], blue: [0.15, 0.06] };

/** The white of all profiles' connection space. */
const d50: Vector = [0.9642, 1, 0.8249];

/** From XYZ to the responses of the eye that adapt to a white, by Bradford; a profile's colours are adapted to D50. */
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** The light of a sample s from 0 to 1 is s to the power of `exponent`. */
export function gammaCurve(exponent: number): Curve {
  return bytesOf(ascii('para'), words(0), shorts(0, 0), fixed(exponent));
}

/** The curve of sRGB: linear near black, then a power. */
export const srgbCurve: Curve = bytesOf(
  ascii('para'),
  words(0),
  shorts(3, 0),
  fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
);

/** A profile of red, green and blue that share one curve. */
export function rgbProfile({ white, red, green, blue }: Primaries, curve: Curve): Uint8Array {
  const light = xyz(white);
  const adaptation = adapt(light);
  const colours = transpose([red, green, blue].map(xyz) as unknown as Matrix);
  const amounts = apply(inverse(colours), light);
  const column = (i: number) =>
    apply(adaptation, transpose(colours)[i].map((v) => v * amounts[i]) as unknown as Vector);
  return profile('RGB ', [
    ['wtpt', xyzTag(d50)],
    ['chad', bytesOf(ascii('sf32'), words(0), fixed(...adaptation.flat()))],
    ['rXYZ', xyzTag(column(0))],
    ['gXYZ', xyzTag(column(1))],
    ['bXYZ', xyzTag(column(2))],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ]);
}

/** A profile of grey. */
export function greyProfile(curve: Curve): Uint8Array {
  return profile('GRAY', [
    ['wtpt', xyzTag(d50)],
    ['kTRC', curve],
  ]);
}

/** Whether these bytes are a profile of grey or RGB samples, and of which. */
export function channelsOf(icc: Uint8Array): 1 | 3 | undefined {
  if (icc.length < 132 || text(icc, 36) !== 'acsp') return undefined;
  const space = text(icc, 16);
  return space === 'RGB ' ? 3 : space === 'GRAY' ? 1 : undefined;
}

/**
 * The profile under which a picture of other channels looks the same: a grey is that of three equal samples.
 *
 * @returns undefined where there is none: the curves of an RGB profile differ, or it is no profile of curves
 */
export function profileFor(icc: Uint8Array, channels: 1 | 3): Uint8Array | undefined {
  if (channelsOf(icc) === channels) return icc;
  const tags = tagsOf(icc);
  const [first, ...others] = ['rTRC', 'gTRC', 'bTRC', 'kTRC'].flatMap((name) => tags.get(name) ?? []);
  const isShared = first !== undefined && others.every((curve) => Buffer.compare(curve, first) === 0);
  if (!isShared || tags.has('A2B0')) return undefined;
  return channels === 1 ? greyProfile(first) : rgbProfile(srgbPrimaries, first);
}

function tagsOf(icc: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  const count = Math.min(view.getUint32(128), Math.floor((icc.length - 132) / 12));
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const at = 132 + 12 * i;
      const begin = view.getUint32(at + 4);
      return [text(icc, at), icc.subarray(begin, begin + view.getUint32(at + 8))];
    }),
  );
}

/** A display's profile, version 4.3. */
function profile(space: 'RGB ' | 'GRAY', tags: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const all = [['desc', textTag('sepconv')], ['cprt', textTag('CC0')], ...tags] as const;
  const start = 132 + 12 * all.length;
  const blocks: Uint8Array[] = [];
  const placed = new Map<Uint8Array, number>();
  let end = start;
  const table = all.map(([name, tag]) => {
    if (!placed.has(tag)) {
      placed.set(tag, end);
      const padded = bytesOf(tag, new Uint8Array(-tag.length & 3));
      blocks.push(padded);
      end += padded.length;
    }
    return bytesOf(ascii(name), words(placed.get(tag)!, tag.length));
  });
  const header = bytesOf(
    words(end, 0, 0x04300000),
    ascii(`mntr${space}XYZ `),
    shorts(2000, 1, 1, 0, 0, 0),
    ascii('acsp'),
    new Uint8Array(28),
    fixed(...d50),
    new Uint8Array(48),
  );
  return bytesOf(header, words(all.length), ...table, ...blocks);
}

/** A sentence in English. */
function textTag(sentence: string): Uint8Array {
  const size = 2 * sentence.length;
  return bytesOf(ascii('mluc'), words(0, 1, 12), ascii('enUS'), words(size, 28), shorts(...Buffer.from(sentence)));
}

function xyzTag(colour: Vector): Uint8Array {
  return bytesOf(ascii('XYZ '), words(0), fixed(...colour));
}

/** A colour of luminance 1. */
function xyz([x, y]: Chromaticity): Vector {
  return [x / y, 1, (1 - x - y) / y];
}

/** What takes colours seen under a white to how they are seen under D50. */
function adapt(white: Vector): Matrix {
  const [from, to] = [white, d50].map((light) => apply(bradford, light));
  const scaled = bradford.map((row, i) => row.map((v) => (v * to[i]) / from[i])) as unknown as Matrix;
  const columns = transpose(scaled).map((column) => apply(inverse(bradford), column)) as unknown as Matrix;
  return transpose(columns);
}

function apply(matrix: Matrix, [x, y, z]: Vector): Vector {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Vector;
}

function transpose(matrix: Matrix): Matrix {
  return [0, 1, 2].map((i) => matrix.map((row) => row[i])) as unknown as Matrix;
}

/** By the cross products of its rows. */
function inverse([a, b, c]: Matrix): Matrix {
  const columns = [cross(b, c), cross(c, a), cross(a, b)];
  const determinant = a[0] * columns[0][0] + a[1] * columns[0][1] + a[2] * columns[0][2];
  return transpose(columns.map((column) => column.map((v) => v / determinant)) as unknown as Matrix);
}

function cross([a, b, c]: Vector, [x, y, z]: Vector): Vector {
  return [b * z - c * y, c * x - a * z, a * y - b * x];
}

function text(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
}

function ascii(characters: string): Uint8Array {
  return Buffer.from(characters, 'latin1');
}

function words(...values: number[]): Uint8Array {
  return written(values, 4, (view, at, value) => view.setUint32(at, value));
}

function shorts(...values: number[]): Uint8Array {
  return written(values, 2, (view, at, value) => view.setUint16(at, value));
}

/** Numbers in steps of 2⁻¹⁶. */
function fixed(...values: number[]): Uint8Array {
  return written(values, 4, (view, at, value) => view.setInt32(at, Math.round(value * 65536)));
}

function written(values: number[], size: number, write: (view: DataView, at: number, value: number) => void) {
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) write(view, i * size, value);
  return bytes;
}

function bytesOf(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
