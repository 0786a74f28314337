// What a file says of its colours without an ICC profile: PNG in chunks of its own, AVIF in a box of code points, a camera's
// JPEG in its EXIF data.
import type { Picture } from './picture.js';
import {
  adobePrimaries,
  bt2020Primaries,
  type Chromaticity,
  type Curve,
  gammaCurve,
  greyProfile,
  type Primaries,
  p3Primaries,
  rgbProfile,
  srgbCurve,
  srgbPrimaries,
} from './profile.js';

interface Stated {
  readonly primaries?: Primaries | undefined;
  readonly curve?: Curve | undefined;
  /** Where the samples are of a high dynamic range, the name of their curve. */
  readonly wide?: string | undefined;
}

/** Code points of ITU-T H.273; what is not listed is shown as sRGB by most viewers. */
const codedPrimaries: Record<number, Primaries> = { 9: bt2020Primaries, 12: p3Primaries };
const codedCurves: Record<number, Curve> = { 4: gammaCurve(2.2), 5: gammaCurve(2.8), 8: gammaCurve(1) };
const wideCurves: Record<number, string> = { 16: 'PQ', 18: 'HLG' };

/**
 * A profile for the colours that a PNG states by cICP, gAMA and cHRM, an AVIF by code points, or a camera by Adobe RGB in its
 * EXIF data; none where they are sRGB, or nothing is stated.
 *
 * @param exif the EXIF data of the file, where there are any
 */
export function statedColours(
  bytes: Uint8Array,
  exif: Uint8Array | undefined,
  channels: 1 | 3,
): Pick<Picture, 'profile' | 'notes'> {
  const view = viewOf(bytes);
  const stated = isPng(view) ? ofPng(view) : ofBoxes(view, 0, view.byteLength);
  const { primaries, curve, wide } = isNothing(stated) && exif ? ofExif(exif) : stated;
  if (wide) return { notes: [`its dynamic range is lost: no colour profile holds ${wide}`] };
  if (channels === 1) return { profile: curve && greyProfile(curve) };
  if (primaries === undefined && curve === undefined) return {};
  return { profile: rgbProfile(primaries ?? srgbPrimaries, curve ?? srgbCurve) };
}

function isNothing({ primaries, curve, wide }: Stated): boolean {
  return primaries === undefined && curve === undefined && wide === undefined;
}

/** The third edition of PNG: cICP counts most, then sRGB, then gAMA and cHRM. */
function ofPng(view: DataView): Stated {
  const chunks = new Map<string, number>();
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const name = nameAt(view, at + 4);
    if (name === 'IDAT' || at + 12 + view.getUint32(at) > view.byteLength) break;
    chunks.set(`${name} ${view.getUint32(at)}`, at + 8);
  }
  const coded = chunks.get('cICP 4');
  if (coded !== undefined) return ofCodes(view.getUint8(coded), view.getUint8(coded + 1));
  if (chunks.has('sRGB 1')) return {};
  const [gamma, chromaticities] = [chunks.get('gAMA 4'), chunks.get('cHRM 32')];
  return {
    primaries: chromaticities === undefined ? undefined : primariesAt(view, chromaticities),
    curve: gamma === undefined ? undefined : curveAt(view, gamma),
  };
}

/** 1/2.2 is what stands for sRGB where the chunk of that name is not known. */
function curveAt(view: DataView, at: number): Curve | undefined {
  const gamma = view.getUint32(at);
  return gamma === 0 || gamma === 45455 ? undefined : gammaCurve(100_000 / gamma);
}

function primariesAt(view: DataView, at: number): Primaries | undefined {
  const [white, red, green, blue] = [0, 8, 16, 24].map(
    (from): Chromaticity => [view.getUint32(at + from) / 1e5, view.getUint32(at + from + 4) / 1e5],
  );
  const colours = [white, red, green, blue].flat();
  const isSrgb = Object.values(srgbPrimaries)
    .flat()
    .every((value, i) => Math.abs(value - colours[i]) < 0.0005);
  const [[a, b], [c, d], [e, f]] = [red, green, blue];
  const area = (c - a) * (f - b) - (e - a) * (d - b);
  return isSrgb || colours.some((value) => value === 0) || area === 0 ? undefined : { white, red, green, blue };
}

/** The first colr box with code points, inside the boxes that lead to the properties of an AVIF's items. */
function ofBoxes(view: DataView, begin: number, end: number): Stated {
  for (let at = begin, size = 0; at + 8 <= end; at += size) {
    size = view.getUint32(at) || end - at;
    if (size < 8 || at + size > end) break;
    const name = nameAt(view, at + 4);
    if (name === 'colr' && size >= 18 && nameAt(view, at + 8) === 'nclx') {
      return ofCodes(view.getUint16(at + 12), view.getUint16(at + 14));
    }
    const content = at + (name === 'meta' ? 12 : 8);
    if (name === 'meta' || name === 'iprp' || name === 'ipco') {
      const found = ofBoxes(view, content, at + size);
      if (!isNothing(found)) return found;
    }
  }
  return {};
}

function ofCodes(primaries: number, curve: number): Stated {
  return { primaries: codedPrimaries[primaries], curve: codedCurves[curve], wide: wideCurves[curve] };
}

const [exifDirectory, interoperability] = [0x8769, 0xa005];

/** Cameras name Adobe RGB by the index "R03" of interoperability alone (DCF 2.0). */
function ofExif(exif: Uint8Array): Stated {
  const start = Buffer.from(exif).toString('latin1', 0, 4) === 'Exif' ? 6 : 0;
  const view = viewOf(exif.subarray(start));
  try {
    const isLittle = view.getUint16(0) === 0x4949;
    const directoryOf = (tag: number, directory: number) =>
      view.getUint32(entryOf(view, directory, tag, isLittle) + 8, isLittle);
    const details = directoryOf(exifDirectory, view.getUint32(4, isLittle));
    const index = entryOf(view, directoryOf(interoperability, details), 1, isLittle) + 8;
    return nameAt(view, index) === 'R03\0' ? { primaries: adobePrimaries, curve: gammaCurve(563 / 256) } : {};
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

/** Where the entry of a tag stands in a directory; throws a RangeError where there is none. */
function entryOf(view: DataView, directory: number, tag: number, isLittle: boolean): number {
  for (let i = 0; i < view.getUint16(directory, isLittle); i++) {
    const at = directory + 2 + 12 * i;
    if (view.getUint16(at, isLittle) === tag) return at;
  }
  throw new RangeError();
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isPng(view: DataView): boolean {
  return view.byteLength > 8 && nameAt(view, 0) === '\x89PNG';
}

function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}
