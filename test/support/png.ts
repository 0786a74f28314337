// PNG files of every kind, written by the book: any depth, palette or not, interlaced or not, with each row filter.
import { crc32, deflateSync } from 'node:zlib';
import { long } from './files.js';

export interface PngKind {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly isInterlaced: boolean;
}

export const channelsOfType = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** Column and row of the first pixel, and the steps to the next, of each pass. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** @param samples as stored: from 0 to 2^depth − 1, or places in the palette */
export function pngOf(
  kind: PngKind,
  samples: readonly number[],
  chunks: readonly (readonly [string, Uint8Array])[] = [],
) {
  const { width, height, colourType, depth, isInterlaced } = kind;
  const header = Buffer.concat([long(width, height), Uint8Array.of(depth, colourType, 0, 0, Number(isInterlaced))]);
  const passes = isInterlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  const data = deflateSync(Buffer.concat(passes.flatMap((pass) => rowsOf(kind, samples, pass))));
  const all = [['IHDR', header] as const, ...chunks, ['IDAT', data] as const, ['IEND', Buffer.alloc(0)] as const];
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...all.map(([name, content]) => chunk(name, content)),
  ]);
}

function chunk(name: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name), content]);
  return Buffer.concat([long(content.length), named, long(crc32(named))]);
}

type Pass = readonly [left: number, top: number, right: number, down: number];

function rowsOf({ width, height, colourType, depth }: PngKind, samples: readonly number[], pass: Pass): Buffer[] {
  const channels = channelsOfType[colourType];
  const [left, top, right, down] = pass;
  const rows: Buffer[] = [];
  const distance = Math.ceil((channels * depth) / 8);
  let above: Buffer = Buffer.alloc(Math.ceil((Math.ceil((width - left) / right) * channels * depth) / 8));
  for (let y = top; y < height && left < width; y += down) {
    const row: number[] = [];
    for (let x = left; x < width; x += right) {
      for (let c = 0; c < channels; c++) row.push(samples[(y * width + x) * channels + c]);
    }
    const bytes = packed(row, depth);
    rows.push(filtered(bytes, above, distance, rows.length % 5));
    above = bytes;
  }
  return rows;
}

/** The first sample in the highest bits. */
function packed(row: readonly number[], depth: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((row.length * depth) / 8));
  for (const [i, sample] of row.entries()) {
    if (depth === 16) bytes.writeUInt16BE(sample, 2 * i);
    else bytes[Math.floor((i * depth) / 8)] |= sample << (8 - depth - ((i * depth) % 8));
  }
  return bytes;
}

/** A row as differences from the bytes to the left and above: none, left, above, the mean of both, Paeth's choice. */
function filtered(bytes: Buffer, above: Buffer, distance: number, type: number): Buffer {
  const differences = bytes.map((byte, i) => {
    const left = i < distance ? 0 : bytes[i - distance];
    const corner = i < distance ? 0 : above[i - distance];
    return byte - [0, left, above[i], (left + above[i]) >> 1, paeth(left, above[i], corner)][type];
  });
  return Buffer.concat([Uint8Array.of(type), differences]);
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? above : corner;
}
