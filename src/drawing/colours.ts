// The colours and numbers of drawings.

export type Tint = 'red' | 'green' | 'blue' | 'grey';

/** From the darkest to the lightest of a channel. */
const ends: Record<Tint, readonly [Rgb, Rgb]> = {
  red: [
    [42, 10, 14],
    [255, 128, 112],
  ],
  green: [
    [8, 32, 18],
    [132, 226, 138],
  ],
  blue: [
    [10, 18, 48],
    [126, 184, 255],
  ],
  grey: [
    [18, 18, 20],
    [244, 242, 238],
  ],
};

type Rgb = readonly [number, number, number];

/** The colour of a sample between black, 0, and white, 1. */
export function shade(tint: Tint, value: number): string {
  const share = Math.max(0, Math.min(1, value));
  const [dark, light] = ends[tint];
  return rgb(dark.map((from, i) => from + (light[i] - from) * share));
}

/** A number of a filter; null where only its size is known. */
export type Weight = number | null;

const none: Rgb = [236, 233, 226];
const positive: Rgb = [214, 76, 20];
const negative: Rgb = [95, 61, 196];

/** The colour of a weight: orange above 0, violet below, of full strength at `largest`; half of it where it is not known. */
export function weightColour(weight: Weight, largest: number): string {
  return rgb(mixed(weight, largest));
}

/** Black or white, whichever is read on that colour. */
export function inkOn(weight: Weight, largest: number): string {
  const [red, green, blue] = mixed(weight, largest).map((value) => linear(value / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

function mixed(weight: Weight, largest: number): readonly number[] {
  const share = weight === null ? 0.25 : largest > 0 ? Math.min(1, Math.abs(weight) / largest) : 0;
  const end = weight !== null && weight < 0 ? negative : positive;
  return none.map((from, i) => Math.round(from + (end[i] - from) * Math.sqrt(share)));
}

/** Light of an sRGB sample, within half a hundredth. */
function linear(value: number): number {
  return value * value * (0.712 + 0.288 * value);
}

function rgb(values: readonly number[]): string {
  return `rgb(${values.map(Math.round).join(',')})`;
}

/** Numbers as a drawing has room for: four significant digits. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', '∞').replace('-', '−');
  const text = Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(4)));
  return text.replace('-', '−').replace(/^(−?)0\./, '$1.');
}
