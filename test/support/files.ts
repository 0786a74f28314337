// Picture files of our own making: chunks, segments and entries put where an encoder would not put them.
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

export type Codec = 'png' | 'jpeg' | 'webp' | 'tiff' | 'avif';

/** 8-bit samples in a format, without loss where it can. */
export function encodeSamples(samples: Uint8Array, width: number, channels: 1 | 2 | 3 | 4, format: Codec) {
  const raw = { width, height: samples.length / width / channels, channels };
  const image = sharp(samples, { raw }).toColourspace(channels < 3 ? 'b-w' : 'srgb');
  const options = { png: {}, jpeg: { quality: 90 }, webp: { lossless: true }, avif: { lossless: true } };
  const encoder = format === 'tiff' ? image.tiff({ compression: 'lzw' }) : image.toFormat(format, options[format]);
  return encoder.toBuffer();
}

/** A PNG with further chunks after its header. */
export function withChunks(png: Buffer, ...chunks: readonly (readonly [name: string, content: Uint8Array])[]): Buffer {
  const parts = chunks.map(([name, content]) => {
    const named = Buffer.concat([Buffer.from(name), content]);
    return Buffer.concat([long(content.length), named, long(crc32(named))]);
  });
  return Buffer.concat([png.subarray(0, 33), ...parts, png.subarray(33)]);
}

/** The number of a file as four bytes, the highest first. */
export function long(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

/** Where a marker of a JPEG stands. */
export function markerAt(jpeg: Buffer, code: number): number {
  return jpeg.indexOf(Uint8Array.of(0xff, code));
}

/** A copy with other bytes at a place. */
export function patched(bytes: Uint8Array, at: number, values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}

export function inserted(bytes: Uint8Array, at: number, values: readonly number[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.from(values), bytes.subarray(at)]);
}

type Entry = readonly [tag: number, type: number, count: number, value: readonly number[]];

/** An uncompressed grey TIFF in either order of bytes, with further entries, in the order given or that of their tags. */
export function tiffOf(
  samples: Uint8Array,
  width: number,
  isLittle: boolean,
  more: readonly Entry[] = [],
  { isSorted = true } = {},
): Buffer {
  const height = samples.length / width;
  const short = (value: number) => (isLittle ? [value & 255, value >> 8, 0, 0] : [value >> 8, value & 255, 0, 0]);
  const word = (value: number) => (isLittle ? [...long(value)].reverse() : [...long(value)]);
  const entries: Entry[] = [
    ...more,
    [256, 3, 1, short(width)],
    [257, 3, 1, short(height)],
    [258, 3, 1, short(8)],
    [259, 3, 1, short(1)],
    [262, 3, 1, short(1)],
    [273, 4, 1, word(8)],
    [277, 3, 1, short(1)],
    [278, 3, 1, short(height)],
    [279, 4, 1, word(samples.length)],
  ];
  if (isSorted) entries.sort(([a], [b]) => a - b);
  const fields = entries.flatMap(([tag, type, count, value]) => [
    ...short(tag).slice(0, 2),
    ...short(type).slice(0, 2),
    ...word(count),
    ...value,
  ]);
  const head = [...Buffer.from(isLittle ? 'II' : 'MM'), ...short(42).slice(0, 2), ...word(8 + samples.length)];
  return Buffer.from([...head, ...samples, ...short(entries.length).slice(0, 2), ...fields, 0, 0, 0, 0]);
}
