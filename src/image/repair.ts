// Files that were only warned of: the same pixels, told without what the codec library stumbles over. Whatever it warns of
// afterwards is about the pixels, and they are refused.

/**
 * A JPEG without stray bytes between its segments and with the scan parameters that a sequential one must have, or a TIFF
 * with the entries alone that make its pixels, in ascending order.
 *
 * @returns undefined where it is neither, or not whole enough to be read so
 */
export function repaired(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint16(0) === 0xffd8) return repairedJpeg(bytes, view);
    if (view.getUint16(0) === 0x4949) return repairedTiff(bytes, view, true);
    if (view.getUint16(0) === 0x4d4d) return repairedTiff(bytes, view, false);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

const startOfScan = 0xda;
const endOfImage = 0xd9;
const isSequentialFrame = (marker: number) => marker === 0xc0 || marker === 0xc1;

function repairedJpeg(bytes: Uint8Array, view: DataView): Uint8Array {
  const parts = [bytes.subarray(0, 2)];
  let isSequential = false;
  for (let at = nextMarker(view, 2); view.getUint8(at + 1) !== endOfImage; ) {
    const marker = view.getUint8(at + 1);
    isSequential ||= isSequentialFrame(marker);
    const end = at + 2 + view.getUint16(at + 2);
    const segment = bytes.slice(at, end);
    if (marker === startOfScan && isSequential) segment.set([0, 63, 0], segment.length - 3);
    parts.push(segment);
    at = end;
    if (marker === startOfScan) {
      while (!isMarker(view, at)) at++;
      parts.push(bytes.subarray(end, at));
    }
    at = nextMarker(view, at);
  }
  parts.push(Uint8Array.of(0xff, endOfImage));
  return Buffer.concat(parts);
}

/** Of coded data zeros after 0xff and restart markers are a part. */
function isMarker(view: DataView, at: number): boolean {
  const code = view.getUint8(at + 1);
  return view.getUint8(at) === 0xff && code !== 0 && (code < 0xd0 || code > 0xd7) && code !== 0xff;
}

function nextMarker(view: DataView, from: number): number {
  let at = from;
  while (!isMarker(view, at)) at++;
  return at;
}

/** What pixels are made of, in TIFF 6.0 and its supplements: sizes, samples, compression, places, colours, the turn. */
const pixelTags = new Set([
  254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 292, 293, 301, 317, 320, 322, 323, 324, 325, 332,
  334, 338, 339, 347, 512, 513, 514, 529, 530, 531, 532, 34675,
]);

/** The new directory stands in the place of the old one, which was no shorter. */
function repairedTiff(bytes: Uint8Array, view: DataView, little: boolean): Uint8Array | undefined {
  if (view.getUint16(2, little) !== 42) return undefined;
  const directory = view.getUint32(4, little);
  const count = view.getUint16(directory, little);
  const tagAt = (at: number) => view.getUint16(at, little);
  const entries = Array.from({ length: count }, (_, i) => directory + 2 + 12 * i)
    .filter((at) => pixelTags.has(tagAt(at)))
    .sort((a, b) => tagAt(a) - tagAt(b));
  const whole = Uint8Array.from(bytes);
  const target = new DataView(whole.buffer);
  const end = directory + 2 + 12 * entries.length;
  target.setUint16(directory, entries.length, little);
  for (const [i, at] of entries.entries()) whole.set(bytes.subarray(at, at + 12), directory + 2 + 12 * i);
  target.setUint32(end, 0, little);
  return whole;
}
