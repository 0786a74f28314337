// The formats that pictures are written in, and what each can hold.
import { extname } from 'node:path';
import { invalid } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { Maximum } from './picture.js';

interface FormatRow {
  readonly extensions: readonly string[];
  /** The largest sample. */
  readonly maximum: Maximum;
  readonly hasAlpha: boolean;
  /** Whether there are pictures of one channel; where not, grey is written as three equal ones. */
  readonly hasGrey: boolean;
  /** Pixels of a side. */
  readonly longest: number;
}

/** The sides of PNG and TIFF are bounded by the codec library, those of the others by the format or its library. */
const formats = {
  png: { extensions: ['.png'], maximum: 65535, hasAlpha: true, hasGrey: true, longest: 100_000_000 },
  jpeg: { extensions: ['.jpg', '.jpeg'], maximum: 255, hasAlpha: false, hasGrey: true, longest: 65_500 },
  webp: { extensions: ['.webp'], maximum: 255, hasAlpha: true, hasGrey: false, longest: 16_383 },
  avif: { extensions: ['.avif'], maximum: 255, hasAlpha: true, hasGrey: false, longest: 16_384 },
  tiff: { extensions: ['.tif', '.tiff'], maximum: 65535, hasAlpha: true, hasGrey: true, longest: 100_000_000 },
} satisfies Record<string, FormatRow>;

/** What holds samples; `'npy'` holds results as they are. */
export type PictureFormat = keyof typeof formats;
export type Format = PictureFormat | 'npy';
export const formatNames = [...Object.keys(formats), 'npy'] as Format[];

/**
 * The format that a file's name asks for; standard output, `-`, takes PNG.
 *
 * @throws SepconvError `ERR_OPTION`
 */
export function formatOf(path: string): Format {
  if (path === '-') return 'png';
  const extension = extname(path).toLowerCase();
  if (extension === '.npy') return 'npy';
  const found = Object.entries(formats).find(([, row]) => (row.extensions as readonly string[]).includes(extension));
  if (found === undefined) {
    const known = [...Object.values(formats).flatMap(({ extensions }) => extensions), '.npy'].join(', ');
    throw invalid('ERR_OPTION', 'output', `a name that ends in ${known}`, path, 'name the file so');
  }
  return found[0] as PictureFormat;
}

export function capabilitiesOf(format: PictureFormat): FormatRow {
  return formats[format];
}

/**
 * Checks that a format can hold a result of this shape, [n, h, w, c]: any as .npy, otherwise one picture of 1 or 3 channels
 * whose sides are within the format's.
 *
 * @throws SepconvError `ERR_SHAPE`, `ERR_LIMIT`
 */
export function checkHolds(format: Format, shape: Shape): void {
  if (format === 'npy') return;
  checkPicture(shape, format);
  const { longest } = formats[format];
  const [, height, width] = shape;
  if (height <= longest && width <= longest) return;
  const larger = Object.entries(formats).filter(([, row]) => row.longest >= Math.max(height, width));
  const fix = `write it as ${[...larger.map(([name]) => name), 'npy'].join(', ')}, or make it smaller`;
  throw invalid(
    'ERR_LIMIT',
    'output',
    `at most ${longest} pixels a side, as ${format} holds`,
    `${width} wide and ${height} high`,
    fix,
  );
}

/**
 * Checks that a result can be shown: one picture of 1 or 3 channels.
 *
 * @throws SepconvError `ERR_SHAPE`
 */
export function checkPicture(shape: Shape, format: string): void {
  if (shape[0] === 1 && (shape[3] === 1 || shape[3] === 3)) return;
  throw invalid(
    'ERR_SHAPE',
    'output',
    `one picture of 1 or 3 channels for ${format}`,
    shape,
    'write it as .npy, or choose another --pointwise',
  );
}
