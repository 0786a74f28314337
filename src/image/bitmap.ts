// An uncompressed TIFF: how samples and their colour profile are handed to the codec library together.
import { allocate } from '../core/arrays.js';
import type { Samples } from './pixels.js';

export interface Bitmap {
  readonly samples: Samples;
  readonly width: number;
  readonly height: number;
  /** Alpha, where there is one, included. */
  readonly channels: number;
  readonly hasAlpha: boolean;
  /** ICC */
  readonly profile: Uint8Array;
}

interface Field {
  readonly tag: number;
  readonly type: 'short' | 'long' | 'bytes';
  readonly values: ArrayLike<number>;
}

const types = { short: { code: 3, bytes: 2 }, long: { code: 4, bytes: 4 }, bytes: { code: 7, bytes: 1 } };

/**
 * The samples are one strip, 16 bits in the order of this machine's bytes, which is little-endian wherever Node runs sharp.
 *
 * @throws SepconvError `ERR_MEMORY`
 */
export function formatBitmap({ samples, width, height, channels, hasAlpha, profile }: Bitmap): Uint8Array {
  const isGrey = channels - Number(hasAlpha) === 1;
  const strip = { tag: 273, type: 'long', values: [0] } as { tag: number; type: 'long'; values: number[] };
  const fields: readonly Field[] = [
    { tag: 256, type: 'long', values: [width] },
    { tag: 257, type: 'long', values: [height] },
    { tag: 258, type: 'short', values: Array(channels).fill(8 * samples.BYTES_PER_ELEMENT) },
    { tag: 259, type: 'short', values: [1] },
    { tag: 262, type: 'short', values: [isGrey ? 1 : 2] },
    strip,
    { tag: 277, type: 'short', values: [channels] },
    { tag: 278, type: 'long', values: [height] },
    { tag: 279, type: 'long', values: [samples.byteLength] },
    ...(hasAlpha ? [{ tag: 338, type: 'short', values: [2] } as const] : []),
    { tag: 34675, type: 'bytes', values: profile },
  ];
  let free = 8 + 2 + 12 * fields.length + 4;
  const places = fields.map(({ type, values }) => {
    const size = values.length * types[type].bytes;
    const place = free;
    if (size > 4) free += size + (size & 1);
    return size > 4 ? place : undefined;
  });
  strip.values[0] = free;
  const file = allocate('uint8', free + samples.byteLength) as Uint8Array;
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0, 8]);
  view.setUint16(8, fields.length, true);
  fields.forEach(({ tag, type, values }, i) => {
    const entry = 10 + 12 * i;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, types[type].code, true);
    view.setUint32(entry + 4, values.length, true);
    const place = places[i];
    if (place !== undefined) view.setUint32(entry + 8, place, true);
    writeValues(view, place ?? entry + 8, type, values);
  });
  file.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), free);
  return file;
}

function writeValues(view: DataView, at: number, type: Field['type'], values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (type === 'bytes') view.setUint8(at + i, values[i]);
    else if (type === 'short') view.setUint16(at + 2 * i, values[i], true);
    else view.setUint32(at + 4 * i, values[i], true);
  }
}
