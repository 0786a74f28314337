// Pictures from files, the clipboard, the camera or the page itself, as pixels.
import cat from './pictures/cat.webp';

export interface Pixels {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
  /** What was done to it, if anything. */
  readonly note?: string | undefined;
}

/** Pixels of a picture on the page; a larger one is made smaller, so that it stays quick. */
const mostPixels = 1024 * 1024;

export const builtIn: Readonly<Record<string, () => Promise<Pixels>>> = {
  cat: async () => read(await (await fetch(cat)).blob()),
  card: async () => testCard(),
};

/**
 * Reads a picture's samples as they are stored, without its colour profile.
 *
 * @throws Error with a sentence for people, where it is none or too large
 */
export async function read(file: Blob): Promise<Pixels> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none', imageOrientation: 'from-image' });
  } catch {
    const kind = file.type.startsWith('image/')
      ? 'could not be decoded by this browser: it is damaged, too large, or of a kind that it does not know'
      : 'is no picture';
    throw new Error(`${'name' in file ? file.name : 'This file'} ${kind}. The page keeps the one before.`);
  }
  try {
    return toPixels(bitmap);
  } finally {
    bitmap.close();
  }
}

function toPixels(bitmap: ImageBitmap): Pixels {
  const { width, height } = bitmap;
  const scale = Math.min(1, Math.sqrt(mostPixels / (width * height)));
  const [across, down] = [width, height].map((size) => Math.max(1, Math.floor(size * scale)));
  const canvas = new OffscreenCanvas(across, down);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new Error('This browser has no memory left for a picture. Close other pages and try again.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, across, down);
  const { data } = context.getImageData(0, 0, across, down);
  const note =
    scale < 1 ? `made smaller, from ${width} × ${height} to ${across} × ${down}, so that it stays quick` : undefined;
  return { rgba: data, height: down, width: across, note };
}

/** Rings that grow finer, colours, steps of grey and an edge: the same samples in every browser. */
function testCard(): Pixels {
  const size = 256;
  const rgba = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) rgba.set([...cardColour(x, y), 255], (y * size + x) * 4);
  }
  return { rgba, height: size, width: size };
}

const bars = [
  [235, 235, 235],
  [235, 205, 40],
  [40, 190, 210],
  [60, 180, 75],
  [200, 70, 190],
  [215, 50, 45],
  [40, 80, 200],
  [25, 25, 30],
] as const;

function cardColour(x: number, y: number): readonly [number, number, number] {
  if (y < 56) return bars[x >> 5];
  if (y >= 224) {
    const grey = (x >> 4) * 17;
    return [grey, grey, grey];
  }
  const squared = (x - 128) * (x - 128) + (y - 140) * (y - 140);
  const phase = Math.floor(squared / 8) % 128;
  const wave = phase < 64 ? phase * 4 : 508 - phase * 4;
  return x < 128 ? [wave, wave, wave] : [wave, 128, 255 - wave];
}
