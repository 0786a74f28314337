// Picture files and arrays mutated from good ones, and texts of filters: a result or a typed error.
import sharp from 'sharp';
import { SepconvError } from '../../src/core/errors.js';
import { decode } from '../../src/image/decode.js';
import { encode } from '../../src/image/encode.js';
import { kernelFrom, mixFrom } from '../../src/image/filter-texts.js';
import { modeNames } from '../../src/image/modes.js';
import { readJob } from '../../src/image/named-job.js';
import { formatNpy } from '../../src/image/npy.js';
import { generator } from '../support/random.js';

type Next = () => number;

const pick = <T>(next: Next, list: readonly T[]): T => list[next() % list.length];

/** Small pictures of every format that is read. */
async function goodFiles(): Promise<Uint8Array[]> {
  const next = generator(1);
  const made: Uint8Array[] = [];
  for (const channels of [1, 2, 3, 4] as const) {
    const raw = Uint8Array.from({ length: 13 * 11 * channels }, () => next() >>> 24);
    const picture = sharp(raw, { raw: { width: 13, height: 11, channels } }).withMetadata();
    for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'] as const) {
      made.push(await picture.clone().toFormat(format).toBuffer());
    }
    made.push(await picture.clone().toColourspace('rgb16').png().toBuffer());
    made.push(formatNpy({ data: Float32Array.from(raw), shape: [1, 13, 11, channels] }));
  }
  return made;
}

const good = await goodFiles();

function mutated(next: Next): Uint8Array {
  let bytes = Uint8Array.from(pick(next, good));
  for (let changes = 1 + (next() % 4); changes > 0; changes--) {
    // Half of the changes fall into the header.
    if (bytes.length === 0) break;
    const at = next() % (next() % 2 === 0 ? Math.min(64, bytes.length) : bytes.length);
    switch (next() % 6) {
      case 0:
        bytes[at] ^= 1 << (next() % 8);
        break;
      case 1:
        bytes[at] = next();
        break;
      case 2:
        bytes.fill(pick(next, [0, 255, 127]), at, Math.min(at + 4, bytes.length));
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes = Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + (next() % 32)));
        break;
      default:
        bytes = Uint8Array.of(...bytes.slice(0, at), ...pick(next, good).slice(at));
    }
  }
  return bytes;
}

async function untyped(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof SepconvError ? undefined : `UNTYPED ${(error as Error).stack ?? error}`;
  }
}

/** Decodes a mutated file, and encodes what it holds. */
export function fuzzFile(seed: number): Promise<string | undefined> {
  const bytes = mutated(generator(seed));
  return untyped(async () => encode(await decode(bytes, 'a file', { maxPixels: 2 ** 20 }), 'png', 'clamp'));
}

const words = [
  ...[
    'sobel-x',
    'gaussian:9:1.5',
    'box:5',
    'motion:15',
    'identity',
    'luma',
    'saturate:1.5',
    '[[1, 2], [3, 4]]',
    '1 2; 3 4',
  ],
  ...[
    '-1 0 1',
    '1/9',
    '.5',
    '1e400',
    '-',
    '[',
    ']',
    ',',
    ';',
    ':',
    ' ',
    '\n',
    '0x10',
    'NaN',
    'Infinity',
    '1e-400',
    '/',
    '()',
  ],
  ...[
    'same',
    'valid',
    '2,1',
    '99999999999',
    '-3',
    '1.5',
    'relu6',
    'constructor',
    '__proto__',
    '\0',
    'é',
    '"',
    '{}',
    'null',
  ],
];

const text = (next: Next) =>
  Array.from({ length: 1 + (next() % 5) }, () => pick(next, words)).join(pick(next, ['', ' ', ':']));

/** Reads a job from words put together at random. */
export function fuzzText(seed: number): Promise<string | undefined> {
  const next = generator(seed);
  const maybe = () => (next() % 3 === 0 ? text(next) : undefined);
  const texts = {
    ...{ mode: pick(next, [...modeNames, text(next)]), kernel: maybe(), pointwise: maybe(), window: maybe() },
    ...{ strides: maybe(), dilations: maybe(), padding: maybe(), border: maybe(), activation: maybe() },
  };
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  return untyped(() => readJob(given, 1 + (next() % 4), { readKernel: kernelFrom, readMix: mixFrom }));
}
