// Files that were only warned of: the same pixels, told without what the codec library stumbles over. Whatever it warns of
// afterwards is about the pixels, and they are refused.

/**
 * A JPEG without stray bytes between its segments, with the scan parameters that a sequential one must have and with an end,
 * or a TIFF with the entries alone that make its pixels, in ascending order.
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
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const isSequentialFrame = (marker: number) => marker === 0xc0 || marker === 0xc1;

function repairedJpeg(bytes: Uint8Array, view: DataView): Uint8Array {
  const parts = [bytes.subarray(0, 2)];
  let isSequential = false;
  let components = 0;
  for (let at = nextMarker(view, 2); at < view.byteLength && view.getUint8(at + 1) !== endOfImage; ) {
    const marker = view.getUint8(at + 1);
    const end = at + 2 + view.getUint16(at + 2);
    const segment = bytes.slice(at, end);
    if (isFrame(marker)) {
      isSequential = isSequentialFrame(marker);
      components = view.getUint8(at + 9);
    }
    if (marker === startOfScan && isSequential) segment.set([0, 63, 0], segment.length - 3);
    parts.push(segment);
    if (marker === startOfScan) {
      const isOnly = isSequential && view.getUint8(at + 4) === components;
      at = endOfData(view, end, isOnly);
      parts.push(bytes.subarray(end, at));
    } else at = end;
    if (at < view.byteLength) at = nextMarker(view, at);
  }
  parts.push(Uint8Array.of(0xff, endOfImage));
  return Buffer.concat(parts);
}

/** The only scan of a picture may end with the file: whether it is whole its decoder knows. */
function endOfData(view: DataView, from: number, isOnly: boolean): number {
  let at = from;
  while (!(isOnly && at + 1 >= view.byteLength) && !isMarker(view, at)) at++;
  return isOnly && at + 1 >= view.byteLength ? view.byteLength : at;
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
  const version = view.getUint16(2, little);
  if (version !== 42 && version !== 43) return undefined;
  const isBig = version === 43;
  const directory = isBig ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little);
  const count = isBig ? Number(view.getBigUint64(directory, little)) : view.getUint16(directory, little);
  const [first, size] = isBig ? [directory + 8, 20] : [directory + 2, 12];
  const tagAt = (at: number) => view.getUint16(at, little);
  const places = [];
  for (let i = 0; i < count; i++) if (pixelTags.has(tagAt(first + size * i))) places.push(first + size * i);
  places.sort((a, b) => tagAt(a) - tagAt(b));
  const whole = Uint8Array.from(bytes);
  const target = new DataView(whole.buffer);
  for (const [i, at] of places.entries()) whole.set(bytes.subarray(at, at + size), first + size * i);
  const next = first + size * places.length;
  if (isBig) {
    target.setBigUint64(directory, BigInt(places.length), little);
    target.setBigUint64(next, 0n, little);
  } else {
    target.setUint16(directory, places.length, little);
    target.setUint32(next, 0, little);
  }
  return whole;
}
